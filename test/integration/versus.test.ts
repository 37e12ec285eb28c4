import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type ChildResult, runNode } from '../support/child.ts'
import { PROJECT_ROOT } from '../support/project-root.ts'

interface Contender {
  readonly name: string
  readonly own: boolean
  readonly value?: number | null
  readonly said?: string
  readonly none?: string
  readonly error?: string
}

interface Row {
  readonly name: string
  readonly script: string
  readonly title: string
  readonly verdict: { readonly place: string; readonly text: string }
  readonly contenders: readonly Contender[]
}

interface Results {
  readonly versions: Readonly<Record<string, string | null>>
  readonly rows: readonly Row[]
}

const FOLDER = join('test', 'bench', 'versus')
const MARKS = ['<!-- versus -->', '<!-- /versus -->'] as const
/** Those that do little but wait; `cpu` computes for seconds. */
const QUICK = [
  ...['abort-queued', 'timeout-queued', 'late-binding', 'sockets-at-once', 'unread-small-body', 'unread-large-body'],
  ...['throwing-policy', 'redirect', 'http2'],
]

/** The project without the peers: what a fresh clone is. */
let clone = ''

beforeAll(() => {
  if (inject('buildFailure') !== '') throw new Error(inject('buildFailure'))
  clone = mkdtempSync(join(tmpdir(), 'hansom-versus-'))
  const bench = join('test', 'bench')
  cpSync(join(PROJECT_ROOT, bench), join(clone, bench), {
    recursive: true,
    filter: path => !path.includes(`${bench}/node_modules`),
  })
  cpSync(join(PROJECT_ROOT, 'package.json'), join(clone, 'package.json'))
  for (const folder of ['dist', 'node_modules']) symlinkSync(join(PROJECT_ROOT, folder), join(clone, folder))
})

afterAll(() => rmSync(clone, { recursive: true, force: true }))

function versus(...args: string[]): Promise<ChildResult> {
  return runNode([join(clone, FOLDER, 'main.mjs'), '--no-install', ...args], { timeoutMs: 40_000 })
}

describe('npm run versus, in a clone without the peers', () => {
  let results: Results
  const own = (row: string): Contender => results.rows.find(({ name }) => name === row)!.contenders.find(it => it.own)!

  beforeAll(async () => {
    const { code, stdout, stderr } = await versus('--json', '--only', QUICK.join(','))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    results = JSON.parse(stdout)
  }, 45_000)

  it('measures the rows that it was asked for, each by its script', () => {
    expect(results.rows.map(({ name }) => name)).toEqual(QUICK)
    expect(results.rows.map(({ script }) => script).filter(script => !existsSync(join(PROJECT_ROOT, script)))).toEqual(
      [],
    )
    expect(results.rows.flatMap(({ contenders }) => contenders.filter(({ error }) => error !== undefined))).toEqual([])
  })

  it('says which peers are not installed', () => {
    expect(results.versions).toMatchObject({ node: process.versions.node, undici: null, got: null })
    const undici = results.rows.flatMap(({ contenders }) => contenders.filter(({ name }) => name === 'undici.request'))
    expect(new Set(undici.map(({ none }) => none))).toEqual(new Set(['not installed']))
  })

  it('aborts a request that is queued, long before its connection comes free', () => {
    expect(own('abort-queued').said).toBe('AbortError')
    expect(own('abort-queued').value).toBeGreaterThanOrEqual(49)
    expect(own('abort-queued').value).toBeLessThan(1_000)
  })

  it('applies a timeout to a request that is queued', () => {
    expect(own('timeout-queued').said).toBe('ERR_HANSOM_TIMEOUT_QUEUE')
    expect(own('timeout-queued').value).toBeGreaterThanOrEqual(199)
    expect(own('timeout-queued').value).toBeLessThan(1_000)
  })

  it('serves a request by the connection that comes free before its dial is done', () => {
    expect(own('late-binding').said).toBe('answered 200')
    expect(own('late-binding').value).toBeLessThan(1_000)
  })

  it('opens at most 64 connections for 300 requests', () => {
    expect(own('sockets-at-once').value).toBeGreaterThan(0)
    expect(own('sockets-at-once').value).toBeLessThanOrEqual(64)
  })

  it('serves the next request though a small body is not read', () => {
    expect(own('unread-small-body').said).toBe('answered 200')
  })

  it('serves all others when a policy throws for one request', () => {
    expect(own('throwing-policy')).toMatchObject({ value: 20, said: 'the one: ERR_HANSOM_ACTOR_CRASHED' })
  })

  it('says of what is not built that it is not yet', () => {
    const notYet = results.rows.filter(({ verdict }) => verdict.place === 'not yet')
    expect(notYet.map(({ name }) => name)).toEqual(['unread-large-body', 'redirect', 'http2'])
    expect(notYet.map(({ verdict }) => verdict.text).every(text => text.startsWith('not yet: '))).toBe(true)
  })
})

describe('npm run versus', () => {
  it('prints a table with the versions, the results and the path of each script', async () => {
    const { code, stdout, stderr } = await versus('--only', 'redirect', '--only', 'throwing-policy')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^hansom \S+ beside undici not installed, got not installed .*Node \d+/)
    for (const text of ['rows/redirect.mjs', 'the 302', 'rows/throwing-policy.mjs', '20 of 20', 'has no pool policy']) {
      expect(stdout).toContain(text)
    }
    expect(stdout).toMatch(/2 rows in \d+ s; hansom: alone in 1, not yet in 1\n$/)
  })

  it.each([
    { args: ['--wrong'], says: "Unknown option '--wrong'" },
    { args: ['redirect'], says: "Unexpected argument 'redirect'" },
    { args: ['--only', 'nothing'], says: 'there is no row "nothing"' },
    { args: ['--only', 'redirect', '--write'], says: '--write wants all rows' },
  ])('refuses $args with one line', async ({ args, says }) => {
    const { code, stdout, stderr } = await versus(...args)
    expect({ code, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, stdout: '', lines: 1 })
    expect(stderr).toContain(says)
  })

  it('ends with 1 and shows the error of a row whose script breaks', async () => {
    const script = join(clone, FOLDER, 'rows', 'redirect.mjs')
    const text = readFileSync(script, 'utf8')
    writeFileSync(script, text.replace('return follow(', "throw new Error('it broke'); return follow("))
    const { code, stdout } = await versus('--only', 'redirect')
    writeFileSync(script, text)
    expect(code).toBe(1)
    expect(stdout).toContain('broke: Error: it broke')
  })
})

describe('the scripts of the rows', () => {
  const scripts = readdirSync(join(PROJECT_ROOT, FOLDER, 'rows'))

  it('have at most 40 lines', () => {
    const lines = (name: string) =>
      readFileSync(join(PROJECT_ROOT, FOLDER, 'rows', name), 'utf8')
        .trimEnd()
        .split('\n')
    expect(scripts.length).toBe(QUICK.length + 1)
    expect(scripts.filter(name => lines(name).length > 40)).toEqual([])
  })
})

describe('the table of versus in a page', () => {
  const written = join(PROJECT_ROOT, 'docs', 'benchmarks', 'versus.json')
  const results = (): Results => JSON.parse(readFileSync(written, 'utf8'))
  const render = (page: string) => runNode([join(PROJECT_ROOT, FOLDER, 'render.mjs'), page])

  it('is rendered between its marks from what the command wrote, and is then unchanged by a second time', async () => {
    const page = join(clone, 'page.md')
    writeFileSync(page, `# Page\n\n${MARKS[0]}\nold\n${MARKS[1]}\n\nend\n`)
    expect(await render(page)).toMatchObject({ code: 0, stderr: '' })
    const text = readFileSync(page, 'utf8')
    expect(text).not.toContain('old')
    expect(text.startsWith(`# Page\n\n${MARKS[0]}\n\n`) && text.endsWith(`\n\n${MARKS[1]}\n\nend\n`)).toBe(true)
    for (const { title, script } of results().rows) expect(text).toContain(`[${title}](${script})`)
    await render(page)
    expect(readFileSync(page, 'utf8')).toBe(text)
  })

  it('is not rendered into a page without the marks, which is said', async () => {
    const page = join(clone, 'bare.md')
    writeFileSync(page, '# Page\n')
    const { code, stdout } = await render(page)
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing is rendered into it') })
    expect(readFileSync(page, 'utf8')).toBe('# Page\n')
  })

  it('in README.md is the one of docs/benchmarks/versus.json', async () => {
    const readme = readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8')
    if (!readme.includes(MARKS[0])) return
    const page = join(clone, 'readme.md')
    writeFileSync(page, readme)
    await render(page)
    expect(readFileSync(page, 'utf8')).toBe(readme)
  })
})
