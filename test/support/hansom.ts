import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'
import { type ChildOptions, type ChildResult, runNode } from './child.ts'
import { PROJECT_ROOT } from './project-root.ts'

const PROGRAM = 'dist/cli/main.js'

/** Runs the built command line to its end, without stdin. Rejects if `dist` could not be built. */
export async function hansom(args: readonly string[], options: Omit<ChildOptions, 'args'> = {}): Promise<ChildResult> {
  checkBuild()
  return runNode([PROGRAM, ...args], { timeoutMs: 14_000, ...options })
}

/** The built command line, while it runs. `await using` kills it if it still does. */
export class RunningHansom implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams
  readonly stderr: Promise<string>
  /** The code, or the signal that ended it. */
  readonly ended: Promise<number | string>

  constructor(args: readonly string[]) {
    checkBuild()
    const env = { PATH: process.env['PATH'] }
    this.child = spawn(process.execPath, [join(PROJECT_ROOT, PROGRAM), ...args], { env, stdio: 'pipe' })
    this.child.stdin.on('error', () => {})
    this.stderr = text(this.child.stderr)
    this.ended = once(this.child, 'exit').then(([code, signal]) => code ?? signal)
  }

  /** Everything that it writes to stdout. Nothing is read before the call. */
  stdout(): Promise<string> {
    return text(this.child.stdout)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
    this.child.stdout.destroy()
  }
}

/** An empty directory of the test's own. `await using` removes it. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'hansom-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

function checkBuild(): void {
  const failure = inject('buildFailure')
  if (failure !== '') throw new Error(`dist is out of date:\n${failure}`)
}
