import type { ConnectionActor } from './connection-actor.ts'
import type { ExchangeOwner, OutgoingRequest } from './messages.ts'

/**
 * The right to one exchange on a connection. When the exchange has ended the lease is stale, and everything asked
 * through it is ignored: it can never touch the next user's bytes.
 */
export class Lease {
  readonly connection: ConnectionActor
  /** Counts the exchanges of the connection, from 1. */
  readonly exchange: number
  readonly owner: ExchangeOwner
  readonly grantedMs: number
  /** The final status, once its head came. */
  status: number | null = null

  constructor(connection: ConnectionActor, exchange: number, owner: ExchangeOwner, grantedMs: number) {
    this.connection = connection
    this.exchange = exchange
    this.owner = owner
    this.grantedMs = grantedMs
  }

  start(request: OutgoingRequest): void {
    this.connection.send({ type: 'exchange.start', lease: this, request })
  }

  /**
   * Writes a piece of a streamed body. Call it only after `write.ready`. False: wait for the next `write.ready`. It
   * throws nothing; a failure comes as `exchange.failed`.
   */
  write(chunk: Uint8Array): boolean {
    return this.connection.writeBody(this, chunk)
  }

  /** Ends a streamed body; `trailers` is a serialised field section, or empty. */
  finish(trailers: string): void {
    this.connection.send({ type: 'body.finish', lease: this, trailers })
  }

  /** Asks for body bytes again after `takeBody` returned false. */
  pull(): void {
    this.connection.send({ type: 'body.pull', lease: this })
  }

  /** Gives the exchange up. Over HTTP/1.1 that costs the connection. */
  cancel(): void {
    this.connection.send({ type: 'exchange.cancel', lease: this })
  }
}
