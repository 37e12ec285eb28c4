import type { Duplex } from 'node:stream'
import type { Recipient } from '../actor/recipient.ts'
import type { HansomError } from '../errors.ts'
import type { HeadersView } from '../wire/headers-view.ts'
import type { ResponseHead } from '../wire/message.ts'
import type { ConnectionActor } from './connection-actor.ts'
import type { Lease } from './lease.ts'

/** A request as a connection writes it. */
export interface OutgoingRequest {
  readonly method: string
  /** Request line and header section, with the empty line behind them. */
  readonly head: string
  /** The whole body, when it is small enough to go with the head. */
  readonly body: Uint8Array | null
  /** More body comes by `Lease.write`, until `Lease.finish`. */
  readonly streams: boolean
  /** The streamed body is chunked; else its length is in the head. */
  readonly chunked: boolean
  /** It asks for another protocol: a 101 hands the connection over. */
  readonly upgrade: boolean
}

/** What a connection accepts. */
export type ConnectionMessage =
  | { readonly type: 'exchange.start'; readonly lease: Lease; readonly request: OutgoingRequest }
  | { readonly type: 'exchange.cancel'; readonly lease: Lease }
  | { readonly type: 'body.pull'; readonly lease: Lease }
  | { readonly type: 'body.finish'; readonly lease: Lease; readonly trailers: string }
  /** Close now if idle, else when the running exchange has ended. */
  | { readonly type: 'connection.close' }

/** What a connection tells the request that it serves. `atMs` is the clock's time of the event. */
export type ExchangeReport =
  /** The last byte of the request has left for the kernel. */
  | { readonly type: 'request.sent'; readonly atMs: number }
  /** A streamed body may be written now. */
  | { readonly type: 'write.ready' }
  | { readonly type: 'informed'; readonly head: ResponseHead }
  | { readonly type: 'head.received'; readonly head: ResponseHead; readonly atMs: number }
  | { readonly type: 'body.ended'; readonly trailers: HeadersView | null; readonly atMs: number }
  /** In place of `body.ended`: the connection is the request's from now on, as a stream of bytes. */
  | { readonly type: 'exchange.upgraded'; readonly stream: Duplex; readonly atMs: number }
  | { readonly type: 'exchange.failed'; readonly error: HansomError }

/** The side of a request that a connection sees. */
export interface ExchangeOwner extends Recipient<ExchangeReport> {
  /** Takes body bytes `[from, to)` by copying them. False: no more for now, until `Lease.pull`. A call, not a message. */
  takeBody(bytes: Buffer, from: number, to: number, atMs: number): boolean
}

/** What one exchange taught. */
export interface ExchangeOutcome {
  /** A whole answer came. */
  readonly ok: boolean
  /** `null` if no head came. */
  readonly status: number | null
  /** Granted → ended, in milliseconds. */
  readonly serviceMs: number
  /** The client's clock at the end. */
  readonly endedMs: number
}

/** What a connection tells its host. */
export type ConnectionReport =
  /** An exchange ended cleanly; the connection takes another. */
  | { readonly type: 'connection.idled'; readonly connection: ConnectionActor; readonly outcome: ExchangeOutcome }
  /** It takes no more exchanges, and closes. `outcome` is of the exchange that ended with it. */
  | {
      readonly type: 'connection.draining'
      readonly connection: ConnectionActor
      readonly outcome: ExchangeOutcome | null
    }
  /** Its socket is closed. The last report; it always comes. */
  | { readonly type: 'connection.closed'; readonly connection: ConnectionActor }
