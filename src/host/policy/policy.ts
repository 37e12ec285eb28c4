import type { ExchangeOutcome } from '../../connection/messages.ts'
import type { PoolLoad } from '../../errors.ts'

export type { ExchangeOutcome }

/** A request as a policy sees it. */
export interface RequestView {
  /** The ref's id. */
  readonly id: string
  /** The request's method. */
  readonly method: string
  /** The request's URL, without credentials. */
  readonly url: string
  /** The caller's word for whom the request is (a tenant, say), or `''`. */
  readonly key: string
  /** The caller's; higher is more urgent. Default 0. */
  readonly priority: number
  /** When it wants its answer at the latest, on the clock of `HostLoad.nowMs`; `Infinity` without `timeouts.totalMs`. */
  readonly deadlineMs: number
}

/** A request that waits for a connection. */
export interface WaiterView extends RequestView {
  /** When it began to wait, on the clock of `HostLoad.nowMs`. */
  readonly sinceMs: number
}

/** The state of one host's pool. The object is reused: copy what you keep. */
export interface HostLoad extends PoolLoad {
  /** As in `PoolLoad`; in `admit`, without the request in question. */
  readonly waiting: number
  /** `pool.maxWaiting`. */
  readonly maxWaiting: number
  /** The client's monotonic clock, in milliseconds. */
  readonly nowMs: number
}

/**
 * What becomes of a request that cannot be bound at once. `dial`: wait, and dial a connection meanwhile. `wait`: wait for
 * one that exists. `reject`: `ERR_HANSOM_POOL_FULL`. `evict`: refuse `victim()` and let this one wait. `overflow`: dial
 * past the limit; the surplus closes at check-in.
 */
export type Admission = 'dial' | 'wait' | 'reject' | 'evict' | 'overflow'

/** The words that `admit` may answer, for what checks an answer at run time. */
export const admissions: ReadonlySet<unknown> = new Set<Admission>(['dial', 'wait', 'reject', 'evict', 'overflow'])

/** The order of waiters. Every call is amortised O(log n) or better. */
export interface WaitQueue {
  /** Takes in one who begins to wait. */
  push(waiter: WaiterView): void
  /** The next to serve; may `refuse` others on the way (controlled delay). */
  shift(nowMs: number, refuse: (waiter: WaiterView, why: string) => void): WaiterView | undefined
  /** Takes out one who gave up waiting; false if it was not there. */
  remove(waiter: WaiterView): boolean
  /** Takes out the one to give up for a newer request. */
  victim?(): WaiterView | undefined
  /** How many wait. */
  readonly size: number
}

/**
 * Decides who waits, who is refused and who dials. Called inside the host's actor, so it never reads a clock, waits or
 * schedules. A throw or an answer that makes no sense restarts the host's manager; see `docs/actors.md`.
 */
export interface PoolPolicy {
  /** Its name in errors, `explain` and `stats`. */
  readonly name: string
  /** Asked for each request that cannot be bound at once. */
  admit(load: HostLoad, request: RequestView): Admission
  /** Exchanges in flight allowed now, asked before idle capacity is given out too. Default: no bound beyond capacity. */
  limit?(load: HostLoad): number
  /** The order of waiters. Default: first in, first out. */
  waiters?(): WaitQueue
  /** What a finished exchange taught, for adaptive limits. */
  observe?(outcome: ExchangeOutcome): void
}

/** The host that a policy is made for. */
export interface PolicyHost {
  /** Scheme, host and port, like `https://example.com`. */
  readonly origin: string
  /** The pool's name; `''` for the default one. */
  readonly pool: string
}

/** A function is called once per host incarnation; built-ins return one. A bare object is shared by all hosts and must be stateless. */
export type PolicyOption = PoolPolicy | ((host: PolicyHost) => PoolPolicy)

/** A dial would stay within `maxConnections`. */
export function hasRoom(load: HostLoad): boolean {
  return load.connections + load.dialing < load.maxConnections
}

/**
 * True if one more may wait, with at most `maxWaiting` and at most `pool.maxWaiting` who wait for a busy pool. Those for
 * whom a connection is being dialed do not: with none but them, a request that can be dialed for is let in, whatever the
 * bound.
 */
export function mayWait(load: HostLoad, maxWaiting: number, mayDial: boolean): boolean {
  const queued = load.waiting - load.dialing
  return queued < Math.min(maxWaiting, load.maxWaiting) || (mayDial && queued <= 0)
}
