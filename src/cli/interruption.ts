const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/**
 * The end before the end: a signal, or nobody who reads our output. The first SIGINT, SIGTERM or SIGHUP aborts `signal`,
 * so that everything can be cancelled and cleaned up; a second one ends the process as if nobody listened.
 */
export class Interruption {
  /** What the process ends with: 128 and the signal's number, or what `stop` was given. `null`: nothing has happened. */
  exitCode: number | null = null
  /** Resolves when `signal` aborts. */
  readonly stopped: Promise<void>
  readonly #controller = new AbortController()

  constructor() {
    this.stopped = new Promise(resolve => this.signal.addEventListener('abort', () => resolve(), { once: true }))
    for (const [name, exitCode] of Object.entries(signals)) process.once(name, () => this.stop(exitCode))
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** True if a signal caused it. */
  get bySignal(): boolean {
    return Object.values(signals).some(code => code === this.exitCode)
  }

  /** Does nothing the second time. */
  stop(exitCode: number): void {
    this.exitCode ??= exitCode
    this.#controller.abort()
  }
}
