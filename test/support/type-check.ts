import { join } from 'node:path'
import ts from 'typescript'
import { PROJECT_ROOT } from './project-root.ts'

const usual: ts.CompilerOptions = {
  ...{ strict: true, noEmit: true, skipLibCheck: true, types: ['node'] },
  ...{ noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
}

/**
 * Checks the types of programs, given by name, each as a module at the project's root: `hansom` is `dist`, as for a user.
 * Returns every fault as `file, line n: message`.
 */
export function typeFaults(programs: ReadonlyMap<string, string>, more: ts.CompilerOptions = {}): string[] {
  const files = new Map([...programs].map(([name, code]) => [join(PROJECT_ROOT, `${plain(name)}.ts`), code]))
  const options = { ...usual, ...more }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile } = host
  host.getCurrentDirectory = () => PROJECT_ROOT
  host.fileExists = name => files.has(name) || fileExists(name)
  host.readFile = name => files.get(name) ?? readFile(name)
  host.getSourceFile = (name, version) => {
    const code = files.get(name)
    return code === undefined ? getSourceFile(name, version) : ts.createSourceFile(name, code, version)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
    return `${file?.fileName ?? ''}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
}

function plain(name: string): string {
  return name.replaceAll(/[^\w]+/g, '-')
}
