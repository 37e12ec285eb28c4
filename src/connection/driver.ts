import type { HansomError } from '../errors.ts'
import type { Lease } from './lease.ts'
import type { OutgoingRequest } from './messages.ts'

/** How much more a connection takes at once. */
export interface Capacity {
  /** Exchanges that may start now. */
  readonly free: number
  /** Which ones: all, or only those that may share a pipeline. */
  readonly accepts: 'any' | 'idempotent-bodiless'
}

/** The connection's side of a driver. */
export interface DriverOwner {
  /** The exchange is over. `reusable`: the connection may take another. */
  exchangeEnded(lease: Lease, ok: boolean, reusable: boolean, atMs: number): void
  /** The answer is whole, but the socket has not taken all of the request. `exchangeEnded` follows when it has. */
  exchangeLingers(atMs: number): void
  /** The server switched to another protocol; `early` is what came of it already. The driver is done. */
  exchangeUpgraded(lease: Lease, early: Uint8Array, atMs: number): void
}

/**
 * A protocol on a connection, at the level of exchanges: it turns requests into bytes and bytes into reports to the
 * leases' owners. One conformance suite runs against every driver.
 */
export interface Driver {
  readonly protocol: string
  readonly capacity: Capacity
  /** What the server said about how long it keeps an idle connection, less a margin; `undefined` if it said nothing. */
  readonly keepAliveMs: number | undefined
  start(lease: Lease, request: OutgoingRequest): void
  write(lease: Lease, chunk: Uint8Array): boolean
  finish(lease: Lease, trailers: string): void
  pull(lease: Lease): void
  cancel(lease: Lease): void
  /** Bytes came. False: read no more until `pull`. A throw is the peer's protocol error: `fail` follows. */
  read(buffer: Buffer, length: number): boolean
  /** All that was written has left. */
  flushed(): void
  /** The peer ended its side. */
  ended(): void
  /** Ends every exchange that runs with this error. */
  fail(error: HansomError): void
}
