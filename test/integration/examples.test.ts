import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { type ChildResult, runNode } from '../support/child.ts'
import { PROJECT_ROOT } from '../support/project-root.ts'

const MAX_LINES = 40
/** What each example prints, as far as it matters. */
const PRINTED: Readonly<Record<string, readonly RegExp[]>> = {
  'cancel.ts': [
    /^r2 is queued and waits for a connection to http:\/\/127\.0\.0\.1:\d+: 1 of 1 busy, 0 ahead$/m,
    /^r2 rejects with: changed my mind$/m,
    /^r1 rejects with: AbortError$/m,
    /^r1 is cancelled\nr2 is cancelled$/m,
  ],
  'crash-and-restart.ts': [
    /^crash of host:http:\/\/127\.0\.0\.1:\d+#1: oh dear$/m,
    /^request 4: ERR_HANSOM_ACTOR_CRASHED$/m,
    /^(request [1-8]: served\n){3}request 4.*\n(request [1-8]: served\n){4}restarts: 1$/m,
  ],
  'custom-policy.ts': [
    /^policy urgent-first refused r3: the pool is full$/m,
    /^priority 1: served$/m,
    /^urgent-first: 4 granted, 4 done, errors \{"ERR_HANSOM_POOL_FULL":2\}$/m,
  ],
  'get.ts': [/^200 application\/json$/m, /^good day$/m, /^total +\d+\.\d\d ms$/m],
  'inspector.ts': [
    /^request:r1 +checkout\.granted +-> bound \(active\)$/m,
    /^request:r1 +body\.ended +-> receiving \(done\)$/m,
    /^answered 200: hello$/m,
  ],
  'message-mode.ts': [/^status 200\nenough after 3 chunks\ncancelled: .*its owner, actor x:\d+, has ended$/m],
  'stream-down.ts': [/^r1 GET .+ answered 200$/m, /^6 bytes: three$/m, /^the end; trailer x-lines: 3$/m],
  'stream-up.ts': [/^sent 69 bytes, answered 201$/m, /^stored: the hash fits$/m],
  'unix-socket.ts': [/^daemon is well$/m, /^dialed daemon\.sock$/m],
}

const folder = join(PROJECT_ROOT, 'examples')
const files = readdirSync(folder).filter(name => name.endsWith('.ts'))

beforeAll(() => {
  const failure = inject('buildFailure')
  if (failure !== '') throw new Error(`dist is out of date:\n${failure}`)
})

/** In a process of its own, through the loader that a user would take. */
function runExample(name: string, ...args: string[]): Promise<ChildResult> {
  return runNode(['--import', 'tsx', join(folder, name), ...args])
}

describe('the examples', () => {
  it('are all run by this test', () => {
    expect(files.sort()).toEqual(Object.keys(PRINTED).sort())
  })

  describe.each(files)('%s', name => {
    const lines = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')

    it(`has fewer than ${MAX_LINES} lines and begins with a sentence`, () => {
      expect(lines.length).toBeLessThan(MAX_LINES)
      expect(lines[0]).toMatch(/^\/\/ [A-Z][^.]*\.$/)
      expect(lines[1]).toMatch(/^import /)
    })

    it('prints what it promises, and ends by itself', async () => {
      const { code, stdout, stderr } = await runExample(name)
      for (const line of PRINTED[name] ?? []) expect(stdout).toMatch(line)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    })
  })
})

describe('the demo', () => {
  it('tells with --help how it is called and which bugs it can plant', async () => {
    const { code, stdout } = await runExample('demo/main.ts', '--help')
    expect(stdout).toMatch(/^Usage: npm run demo/)
    expect(stdout).toMatch(/slot-leak: every tenth release/)
    expect(code).toBe(0)
  })

  it.each([
    ['a flag that it does not know', ['--nonsense'], /Unknown option '--nonsense'/],
    ['a bug that it does not know', ['--break', 'nonsense'], /no bug named "nonsense"/],
    ['--break without a name', ['--break'], /--break/],
    ['an argument that is no flag', ['nonsense'], /nonsense/],
  ])('refuses %s with the usage and exit code 2', async (_what, args, reason) => {
    const { code, stdout, stderr } = await runExample('demo/main.ts', ...args)
    expect(stderr).toMatch(reason)
    expect(stderr).toMatch(/Usage: npm run demo/)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it('is in files of fewer than 250 lines', () => {
    for (const name of readdirSync(join(folder, 'demo'))) {
      expect(readFileSync(join(folder, 'demo', name), 'utf8').split('\n').length, name).toBeLessThan(250)
    }
  })
})
