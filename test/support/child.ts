import { spawn } from 'node:child_process'
import { inject } from 'vitest'
import { PROJECT_ROOT } from './project-root.ts'

/** How to run a child process. */
export interface ChildOptions {
  /** Then this child, and no other process, is killed. Default: 10,000. */
  timeoutMs?: number
  /** For Node itself, such as `--expose-gc`. */
  nodeOptions?: readonly string[]
  /** What the script finds from `process.argv[1]` on. */
  args?: readonly string[]
  /** Added to this process's environment, without what vitest put there. Undefined takes away. */
  env?: Readonly<Record<string, string | undefined>>
}

/** How a child process ended. */
export interface ChildResult {
  /** Null if a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** From the spawn to the exit, Node's own start included. */
  readonly durationMs: number
  /** It was killed because `timeoutMs` had passed. */
  readonly timedOut: boolean
}

/**
 * Runs an ES module's text in a Node process of its own, at the project's root, so that `import 'hansom'` is `dist`.
 * Has no stdin. Rejects if `dist` could not be built, or the process not be started; not if it fails.
 */
export async function runChild(script: string, options: ChildOptions = {}): Promise<ChildResult> {
  const failure = inject('buildFailure')
  if (failure !== '') throw new Error(`dist is out of date:\n${failure}`)
  return runNode(['--input-type=module', '--eval', script, '--', ...(options.args ?? [])], options)
}

/** Runs Node with these arguments after `nodeOptions`, at the project's root: for files such as `dist/cli/main.js`. */
export function runNode(
  argv: readonly string[],
  { timeoutMs = 10_000, nodeOptions = [], env = {} }: Omit<ChildOptions, 'args'> = {},
): Promise<ChildResult> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [...nodeOptions, ...argv], {
    cwd: PROJECT_ROOT,
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  let durationMs = 0
  let timedOut = false
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
  const timer = setTimeout(() => (timedOut = child.kill('SIGKILL')), timeoutMs)
  return new Promise((resolve, reject) => {
    child.once('error', error => {
      clearTimeout(timer)
      reject(error)
    })
    child.once('exit', () => {
      durationMs = performance.now() - startedMs
      clearTimeout(timer)
    })
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr, durationMs, timedOut }))
  })
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const env = { ...process.env }
  for (const name of Object.keys(env)) {
    if (/^(VITEST|VITE_|NODE_OPTIONS$|NODE_ENV$|NODE_V8_COVERAGE$|TEST$|DEV$|PROD$|SSR$|MODE$|BASE_URL$)/.test(name))
      delete env[name]
  }
  return env
}
