import type { Interruption } from './interruption.ts'
import { complain } from './report.ts'
import { exitCodes } from './usage.ts'

/** Standard output, at the pace of its reader. If it cannot be written to, that interrupts the whole. */
export class Stdout {
  readonly #interruption: Interruption

  constructor(interruption: Interruption) {
    this.#interruption = interruption
    process.stdout.on('error', error => this.#failed(error))
  }

  /** Resolves when the bytes have left; not before their reader has made room for them. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      process.stdout.write(bytes, error => {
        if (!error) return resolve()
        this.#failed(error)
        reject(error)
      })
    })
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (this.#interruption.exitCode !== null) return
    // The reader has seen enough: `| head`.
    if (error.code !== 'EPIPE') complain(`cannot write to stdout: ${error.message}`)
    this.#interruption.stop(exitCodes.failed)
  }
}
