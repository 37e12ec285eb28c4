import type { Interruption } from './interruption.ts'
import type { Messages } from './messages.ts'
import { exitCodes } from './usage.ts'

const newline = 10

/** Standard output, at the pace of its reader. If it cannot be written to, that interrupts the whole. */
export class Stdout {
  readonly #interruption: Interruption
  readonly #messages: Messages

  constructor(interruption: Interruption, messages: Messages) {
    this.#interruption = interruption
    this.#messages = messages
    process.stdout.on('error', error => this.#failed(error))
  }

  /** Resolves when the bytes have left; not before their reader has made room for them. */
  write(bytes: string | Uint8Array): Promise<void> {
    if (process.stdout.isTTY && bytes.length > 0) {
      const last = bytes.at(-1)
      this.#messages.midLine = last !== newline && last !== '\n'
    }
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
    if (error.code !== 'EPIPE') this.#messages.complain(`cannot write to stdout: ${error.message}`)
    this.#interruption.stop(exitCodes.failed)
  }
}
