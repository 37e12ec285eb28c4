import type { TransportSocket } from '../actor/transport.ts'
import type { HansomError } from '../errors.ts'
import type { Dial } from './dial.ts'

/** Where a dial goes: one origin, by one way. */
export interface DialTarget {
  /** Scheme, host and port, like `https://example.com`. */
  readonly origin: string
  readonly secure: boolean
  /** A name or an address, without brackets. */
  readonly hostname: string
  readonly port: number
}

/** What each part of a dial took, in milliseconds; a part that did not happen is absent. */
export interface DialTimings {
  /** From the dial's admission to the answer of the resolver. */
  readonly dns?: number
  /** The attempt that connected, and those that failed before it. */
  readonly tcp?: number
  /** The TLS handshake. */
  readonly tls?: number
}

/** What a dial tells its host. After `dial.failed`, or instead of it, `dial.closed` frees the slot. */
export type DialReport =
  | {
      readonly type: 'dial.connected'
      readonly dial: Dial
      readonly socket: TransportSocket
      readonly timings: DialTimings
    }
  | { readonly type: 'dial.failed'; readonly dial: Dial; readonly error: HansomError }
  /** The dial is over and none of its sockets is open. Not sent after `dial.connected`. */
  | { readonly type: 'dial.closed'; readonly dial: Dial }
