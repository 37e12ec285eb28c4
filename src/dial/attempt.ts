import type { SocketHandler, TransportSocket } from '../actor/transport.ts'

/** Who hears of an attempt. */
export interface AttemptOwner {
  settled(attempt: Attempt): void
  closed(attempt: Attempt): void
}

/** One address that is being tried, or was. Stays its socket's handler until that is closed or handed over. */
export class Attempt implements SocketHandler {
  readonly address: string
  readonly startedMs: number
  readonly #dial: AttemptOwner
  endedMs: number | null = null
  outcome = 'pending'
  error: Error | null = null
  socket: TransportSocket | null = null

  constructor(address: string, startedMs: number, dial: AttemptOwner) {
    this.address = address
    this.startedMs = startedMs
    this.#dial = dial
  }

  onConnect(): void {
    this.#dial.settled(this)
  }

  onBytes(): boolean {
    // Nothing was asked: a server that speaks first does not speak HTTP, and one that waits loses nothing.
    return false
  }

  onEnd(): void {
    this.onError(new Error('the peer closed the connection'))
    this.socket?.destroy()
  }

  onFlushed(): void {}

  onError(error: Error): void {
    this.error ??= error
  }

  onClose(): void {
    this.error ??= new Error('the connection was closed while it was made')
    this.#dial.closed(this)
  }
}
