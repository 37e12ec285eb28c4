import { PoolError, type PoolLoad } from '../../errors.ts'
import {
  type Admission,
  admissions,
  type ExchangeOutcome,
  type HostLoad,
  type PolicyHost,
  type PolicyOption,
  type PoolPolicy,
  type RequestView,
  type WaiterView,
  type WaitQueue,
} from './policy.ts'

/**
 * The one way into a user's policy. What it throws comes through; an answer that makes no sense is thrown as
 * `ERR_HANSOM_POLICY`. Either ends the manager that asked, which its supervisor starts again with a fresh policy.
 */
export class PolicyGuard {
  readonly name: string
  readonly #policy: PoolPolicy
  readonly #waiters: WaitQueue

  constructor(option: PolicyOption, host: PolicyHost, arrivalOrder: WaitQueue) {
    const policy = typeof option === 'function' ? option(host) : option
    if (typeof policy?.admit !== 'function') throw new TypeError('a policy is an object with `name` and `admit`')
    this.#policy = policy
    this.name = String(policy.name)
    this.#waiters = policy.waiters?.() ?? arrivalOrder
  }

  get waiting(): number {
    const { size } = this.#waiters
    if (!(size >= 0)) throw this.#nonsense(null, `the size of its queue is ${String(size)}`)
    return size
  }

  admit(load: HostLoad, request: RequestView, dials: boolean): Admission {
    const admission = this.#policy.admit(load, request)
    if (!admissions.has(admission)) throw this.#nonsense(load, `admit() answered ${JSON.stringify(admission)}`)
    if (admission === 'dial' && load.connections + load.dialing >= load.maxConnections) {
      throw this.#nonsense(load, 'admit() answered "dial" at the limit')
    }
    if (!dials && (admission === 'dial' || admission === 'overflow')) {
      throw this.#nonsense(load, `admit() answered "${admission}" where nothing can be dialed`)
    }
    return admission
  }

  /** The policy bounds the exchanges in flight: `allows` must be asked. */
  get limits(): boolean {
    return this.#policy.limit !== undefined
  }

  /** True if one more exchange may start. */
  allows(load: HostLoad): boolean {
    if (this.#policy.limit === undefined) return true
    const limit = this.#policy.limit(load)
    if (typeof limit !== 'number' || Number.isNaN(limit)) {
      throw this.#nonsense(load, `limit() answered ${JSON.stringify(limit)}`)
    }
    return load.inFlight < limit
  }

  observe(outcome: ExchangeOutcome): void {
    this.#policy.observe?.(outcome)
  }

  push(waiter: WaiterView): void {
    this.#waiters.push(waiter)
  }

  shift(nowMs: number, refuse: (waiter: WaiterView, why: string) => void): WaiterView | undefined {
    const { waiting } = this
    const waiter = this.#waiters.shift(nowMs, refuse)
    // Else the next call would yield it again, for ever.
    if (waiter !== undefined && this.waiting >= waiting) {
      throw this.#nonsense(null, 'shift() yielded a waiter without taking it out')
    }
    return waiter
  }

  remove(waiter: WaiterView): void {
    this.#waiters.remove(waiter)
  }

  victim(): WaiterView | undefined {
    return this.#waiters.victim?.()
  }

  #nonsense(load: HostLoad | null, what: string): PoolError {
    const details = { policy: this.name, load: copyLoad(load ?? noLoad) }
    return new PoolError('ERR_HANSOM_POLICY', `policy ${this.name}: ${what}`, details)
  }
}

const noLoad: PoolLoad = { connections: 0, idle: 0, dialing: 0, inFlight: 0, waiting: 0, maxConnections: 0 }

/** A load to keep: the policy's own object is reused. */
export function copyLoad(load: PoolLoad): PoolLoad {
  const { connections, idle, dialing, inFlight, waiting, maxConnections } = load
  return { connections, idle, dialing, inFlight, waiting, maxConnections }
}
