import type { PoolLoad } from '../errors.ts'
import type { HostState, OriginSupervisor } from '../host/origin-supervisor.ts'

/** What one host of a client did and holds now. */
export interface HostStats extends PoolLoad {
  readonly origin: string
  /** The pool's name; `''` for the default one. */
  readonly pool: string
  readonly state: HostState
  readonly policy: string
  /** Requests that were given a connection, and of those the ones on a connection that had served before. */
  readonly granted: number
  readonly reused: number
  readonly dials: number
  readonly dialFailures: number
  /** Crashes of the host's manager. */
  readonly restarts: number
  /** Requests by how they ended. */
  readonly done: number
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
  readonly maxConnections: number
  /** Hosts that wait for a connection of the client's budget. */
  readonly hostsWaiting: number
  /** Failed requests for whose outcome nobody asked. */
  readonly unobserved: number
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
