import { join, relative } from 'node:path'
import ts from 'typescript'
import { PROJECT_ROOT } from './project-root.ts'

/** A type alias, and its file under `src`. */
export interface DeclaredType {
  readonly file: string
  readonly name: string
}

/** Reads type aliases in `src` as the compiler understands them. The compiler runs at the first question. */
export class DeclaredTypes {
  #program: ts.Program | undefined

  /** The members of a union of strings. */
  strings(place: DeclaredType): string[] {
    return this.#members(place).flatMap(type => (type.isStringLiteral() ? [type.value] : []))
  }

  /** The `type`s of a union of messages. */
  messages(place: DeclaredType): string[] {
    return [...new Set(this.#members(place).flatMap(type => this.#typeOf(type)))]
  }

  /** The `type`s of all that the `messages.ts` of the actors' folders declare. */
  allMessages(): string[] {
    const names = this.#messageFiles().flatMap(file => {
      const aliases = this.#source(file).statements.filter(ts.isTypeAliasDeclaration)
      return aliases.flatMap(({ name }) => this.messages({ file, name: name.text }))
    })
    return [...new Set(names)].sort()
  }

  /** Those that the package's entry point leads to: the command line may have messages of its own. */
  #messageFiles(): string[] {
    const files = this.#checked()
      .getSourceFiles()
      .map(({ fileName }) => relative(join(PROJECT_ROOT, 'src'), fileName))
    return files.map(file => file.replaceAll('\\', '/')).filter(file => /^\w+\/messages\.ts$/.test(file))
  }

  #members({ file, name }: DeclaredType): readonly ts.Type[] {
    const alias = this.#source(file).statements.find(
      (statement): statement is ts.TypeAliasDeclaration =>
        ts.isTypeAliasDeclaration(statement) && statement.name.text === name,
    )
    if (alias === undefined) throw new Error(`src/${file} does not declare ${name}`)
    const type = this.#checked().getTypeChecker().getTypeAtLocation(alias)
    return type.isUnion() ? type.types : [type]
  }

  #typeOf(member: ts.Type): string[] {
    const property = member.getProperty('type')
    if (property === undefined) return []
    const type = this.#checked().getTypeChecker().getTypeOfSymbol(property)
    const words = type.isUnion() ? type.types : [type]
    return words.flatMap(word => (word.isStringLiteral() ? [word.value] : []))
  }

  #source(file: string): ts.SourceFile {
    const source = this.#checked().getSourceFile(join(PROJECT_ROOT, 'src', file))
    if (source === undefined) throw new Error(`there is no src/${file}`)
    return source
  }

  #checked(): ts.Program {
    if (this.#program !== undefined) return this.#program
    const { config } = ts.readConfigFile(join(PROJECT_ROOT, 'tsconfig.json'), ts.sys.readFile)
    const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, PROJECT_ROOT)
    this.#program = ts.createProgram([join(PROJECT_ROOT, 'src/index.ts')], options)
    return this.#program
  }
}
