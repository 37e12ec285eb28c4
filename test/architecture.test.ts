import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { PROJECT_ROOT } from './support/project-root.ts'

/** The houses of DESIGN §3: a file imports its own folder, and folders with a higher number. */
const RANKS: Readonly<Record<string, number>> = {
  ...{ adapters: 0, cli: 0, client: 1, hub: 1, worker: 1, request: 2, pool: 3, host: 4, dial: 5, accept: 5 },
  ...{ connection: 6, wire: 7, actor: 8, 'checks.ts': 8.5, 'errors.ts': 9, 'error-table.ts': 10, 'diagnostics.ts': 9 },
}
/** What users import: these may import everything, and only the outsiders may import them. */
const ENTRY_POINTS = ['index.ts', 'http1.ts', 'testing.ts']
const OUTSIDERS = ['adapters', 'cli']
/** Only these touch timers, chance, sockets and DNS (the command line does as it likes); the rest is given an `Env`. */
const WORLDLY = ['actor/clock.ts', 'dial/tcp.ts', 'dial/tls.ts', 'dial/resolve.ts']
const WORLD_MODULES = /^node:(net|tls|dns|timers|perf_hooks)(\/|$)/
const WORLD =
  /\b(Date\.now|new Date\(\)|performance\.now|setTimeout|setImmediate|setInterval|queueMicrotask|Math\.random|nextTick)(?!\w)/g
const MAX_LINES = 400

const files = readdirSync(join(PROJECT_ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map(name => name.replaceAll('\\', '/'))
  .filter(name => name.endsWith('.ts'))
  .map(name => {
    const text = readFileSync(join(PROJECT_ROOT, 'src', name), 'utf8')
    return { name, text, folder: folderOf(name), imports: importsOf(name, text), code: withoutCommentsAndTypes(text) }
  })

function folderOf(name: string): string {
  return name.split('/')[0]!
}

/** Those of types too; relative ones as paths from `src`. */
function importsOf(name: string, text: string): string[] {
  const specifiers = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName)
  return specifiers.map(it => (it.startsWith('.') ? posix.join(posix.dirname(name), it) : it))
}

function withoutCommentsAndTypes(text: string): string {
  const [target, module] = [ts.ScriptTarget.ESNext, ts.ModuleKind.ESNext]
  const compilerOptions = { target, module, verbatimModuleSyntax: true, removeComments: true }
  return ts.transpileModule(text, { compilerOptions }).outputText
}

function isAllowed(importer: string, imported: string): boolean {
  if (!imported.endsWith('.ts')) return true
  const [from, to] = [folderOf(importer), folderOf(imported)]
  if (from === to || ENTRY_POINTS.includes(importer)) return true
  if (OUTSIDERS.includes(from)) return ENTRY_POINTS.includes(imported)
  return RANKS[to]! > RANKS[from]!
}

/** Every offence as `file: what`. */
function offences(find: (file: (typeof files)[number]) => readonly string[]): string[] {
  return files.flatMap(file => find(file).map(what => `${file.name}: ${what}`))
}

describe('the source', () => {
  it('has a rank for every folder, and every file beside them', () => {
    const known = ({ folder }: { folder: string }) => folder in RANKS || ENTRY_POINTS.includes(folder)
    expect(offences(file => (known(file) ? [] : [file.folder]))).toEqual([])
  })

  it('imports downwards only, types too', () => {
    expect(offences(({ name, imports }) => imports.filter(it => !isAllowed(name, it)))).toEqual([])
  })

  it('keeps the command line to the entry point and Node', () => {
    const isOwn = (it: string) => it === 'index.ts' || it.startsWith('cli/') || it.startsWith('node:')
    expect(offences(({ folder, imports }) => imports.filter(it => folder === 'cli' && !isOwn(it)))).toEqual([])
  })

  it('keeps Node out of the wire', () => {
    expect(
      offences(({ folder, imports }) => imports.filter(it => folder === 'wire' && it.startsWith('node:'))),
    ).toEqual([])
  })

  it('touches time, chance and I/O in a few files only', () => {
    const found = offences(({ name, folder, code }) => {
      if (folder === 'cli' || WORLDLY.includes(name)) return []
      return [...(code.match(WORLD) ?? []), ...importsOf(name, code).filter(it => WORLD_MODULES.test(it))]
    })
    expect(found).toEqual([])
  })

  it('waits for nothing in a host (promise 3)', () => {
    const waiting = /\b(async|await|Promise)\b|\.then\(/g
    expect(offences(({ folder, code }) => (folder === 'host' ? (code.match(waiting) ?? []) : []))).toEqual([])
  })

  it('has no enum, namespace or default export', () => {
    const banned =
      /^\s*(export\s+)?(declare\s+)?((const\s+)?enum|namespace)\s+\w+|\bexport\s+default\b|\bas\s+default\b/gm
    expect(offences(({ text }) => text.match(banned) ?? [])).toEqual([])
  })

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const lines = (text: string) => text.trimEnd().split('\n').length
    expect(offences(({ text }) => (lines(text) > MAX_LINES ? [`${lines(text)} lines`] : []))).toEqual([])
  })
})
