import type { PoolLoad } from '../errors.ts'
import type { HostState, OriginSupervisor } from '../host/origin-supervisor.ts'

/** What one host of a client did and holds now. */
export interface HostStats extends PoolLoad {
  /** Scheme, host and port, like `https://example.com`. */
  readonly origin: string
  /** The pool's name; `''` for the default one. */
  readonly pool: string
  /** Where the host's manager stands. */
  readonly state: HostState
  /** The policy's name. */
  readonly policy: string
  /** How often a connection was given to a request. */
  readonly granted: number
  /** Of those, how often it was one that was open before, not one fresh from a dial. */
  readonly reused: number
  /** Dials that were started. */
  readonly dials: number
  /** Dials that failed; those that were given up do not count. */
  readonly dialFailures: number
  /** Crashes of the host's manager. */
  readonly restarts: number
  /** Requests that ended with a whole answer, whatever its status. */
  readonly done: number
  /** Requests that were cancelled. */
  readonly cancelled: number
  /** Failed requests by the code of their error. */
  readonly errors: Readonly<Record<string, number>>
}

/** What a client did and holds now, as plain JSON. */
export interface ClientStats {
  /** Requests that are not settled. */
  readonly live: number
  /** Connections of all hosts, those being dialed included. */
  readonly connections: number
  /** The client's `maxConnections`. */
  readonly maxConnections: number
  /** Hosts that wait for a connection of the client's budget. */
  readonly hostsWaiting: number
  /** Failed requests for whose outcome nobody asked. */
  readonly unobserved: number
  /** One entry for each pair of pool and origin that was used; those of `pool: false` are left out. */
  readonly hosts: readonly HostStats[]
}

export function hostStats(host: OriginSupervisor): HostStats {
  const { origin, pool, state, policyName, idle, ledger, waiting, counters, outcomes } = host
  const { connections, dialing, inFlight, maxConnections } = ledger
  return {
    origin,
    pool,
    state,
    policy: policyName,
    connections,
    idle,
    dialing,
    inFlight,
    waiting: waiting.size,
    maxConnections,
    ...counters,
    done: outcomes.done,
    cancelled: outcomes.cancelled,
    errors: { ...outcomes.errors },
  }
}
