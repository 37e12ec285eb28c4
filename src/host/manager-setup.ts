import type { Clock } from '../actor/env.ts'
import type { ExitObserver } from '../actor/process.ts'
import type { ConnectionActor } from '../connection/connection-actor.ts'
import type { Dial } from '../dial/dial.ts'
import type { Checkout, WaitingList } from './checkout.ts'
import type { HostEvents } from './messages.ts'
import type { PolicyGuard } from './policy/guard.ts'
import type { SlotLedger } from './slot-ledger.ts'
import type { Turn } from './turn.ts'

/** Where a host's connections come from. */
export interface Source {
  /** False if connections only come by themselves: then nothing is ever dialed. */
  readonly dials: boolean
  /** Starts a dial on behalf of one who waits. `null`: the client's budget has no room now. */
  open(sponsor: Checkout): Dial | null
  cancel(dial: Dial): void
}

/** Keeps account of idle connections across hosts, so that the least recently used can make room. */
export interface IdleRegister {
  rested(connection: ConnectionActor): void
  woke(connection: ConnectionActor): void
  /** Its exchange has ended, and it must close: another host waits for a slot and has none. */
  claims(connection: ConnectionActor): boolean
  /** Its socket is closed. */
  closed(connection: ConnectionActor): void
}

/** What a host counted since it was made. */
export interface HostCounters {
  granted: number
  reused: number
  dials: number
  dialFailures: number
  restarts: number
}

/** What a manager shares with its supervisor: all that must outlive a crash. */
export interface ManagerSetup {
  readonly id: string
  readonly origin: string
  readonly clock: Clock
  readonly turn: Turn
  readonly policy: PolicyGuard
  readonly ledger: SlotLedger
  readonly waiting: WaitingList
  readonly source: Source
  readonly register: IdleRegister
  readonly events: HostEvents
  readonly counters: HostCounters
  readonly maxIdle: number
  /** Which idle connection goes out first: the last that came back, or the first. */
  readonly idleOrder: 'lifo' | 'fifo'
  readonly maxWaiting: number
  readonly observer: ExitObserver<never>
}
