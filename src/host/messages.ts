import type { ConnectionActor } from '../connection/connection-actor.ts'
import type { Lease } from '../connection/lease.ts'
import type { ConnectionReport } from '../connection/messages.ts'
import type { Dial } from '../dial/dial.ts'
import type { DialReport, DialTimings } from '../dial/messages.ts'
import type { HansomError } from '../errors.ts'
import type { Checkout } from './checkout.ts'
import type { OriginSupervisor } from './origin-supervisor.ts'

/** What a host accepts from above. A `Checkout` is its own `checkout.want` message. */
export type HostCommand =
  | Checkout
  | { readonly type: 'checkout.forget'; readonly checkout: Checkout }
  /** Serve those who wait, keep nothing idle. */
  | { readonly type: 'host.drain' }

/** What a host tells a request. */
export type CheckoutReport =
  | {
      readonly type: 'checkout.granted'
      readonly lease: Lease
      readonly reused: boolean
      /** What the dial took, if it was made while this request waited. */
      readonly timings: DialTimings | null
      readonly atMs: number
    }
  | { readonly type: 'checkout.refused'; readonly error: HansomError }

/** What the manager of a host accepts: commands and reports that its supervisor has booked and passes on. */
export type ManagerMessage =
  | HostCommand
  | Extract<ConnectionReport, { readonly type: 'connection.idled' | 'connection.draining' }>
  | Extract<DialReport, { readonly type: 'dial.failed' }>
  | {
      readonly type: 'connection.opened'
      readonly connection: ConnectionActor
      readonly dial: Dial
      readonly timings: DialTimings
    }
  /** A slot of the host or of the client may be free. */
  | { readonly type: 'slot.freed' }
  /** The sockets were polled since a connection that had idled was chosen. */
  | { readonly type: 'poll.passed' }

/** What happens at hosts, for the client's events and statistics. Called on the actor's stack: only take note. */
export interface HostEvents {
  connectionOpened(connection: ConnectionActor, origin: string, timings: DialTimings): void
  connectionReused(connection: ConnectionActor, origin: string): void
  connectionClosed(connection: ConnectionActor, origin: string): void
  /** A slot came free: a dial ended without a socket, or a connection is closed. */
  slotReleased(host: OriginSupervisor): void
  dialFailed(origin: string, error: HansomError): void
  crashed(actor: string, origin: string, error: unknown): void
  dropped(checkout: Checkout, origin: string, policy: string, why: string): void
}
