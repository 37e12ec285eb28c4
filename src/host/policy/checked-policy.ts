import { AssertionError } from 'node:assert'
import {
  type Admission,
  admissions,
  type ExchangeOutcome,
  type HostLoad,
  type PolicyOption,
  type PoolPolicy,
  type RequestView,
  type WaiterView,
  type WaitQueue,
} from './policy.ts'

/** A policy whose every call is checked against what the interface promises. Throws an `AssertionError`. */
export class CheckedPolicy {
  readonly queue: CheckedQueue
  readonly #policy: PoolPolicy
  readonly #name: string

  constructor(option: PolicyOption, origin: string) {
    this.#name = typeof option === 'function' ? option.name : String(option?.name)
    const host = Object.freeze({ origin, pool: '' })
    const policy = typeof option === 'function' ? this.call('the factory', () => option(host)) : option
    this.check(typeof policy === 'object' && policy !== null, 'is no object, but', policy)
    this.check(typeof policy.name === 'string' && policy.name !== '', 'has no name, but', policy.name)
    this.#name = policy.name
    this.check(typeof policy.admit === 'function', 'has no admit(), but', policy.admit)
    for (const part of ['limit', 'waiters', 'observe'] as const) {
      this.check(
        ['function', 'undefined'].includes(typeof policy[part]),
        `has a ${part} that is no function, but`,
        part,
      )
    }
    this.#policy = policy
    const own = this.call('waiters()', () => policy.waiters?.())
    this.queue = new CheckedQueue(own, this)
  }

  admit(load: HostLoad, request: RequestView): Admission {
    const admission = this.call('admit()', () => this.#policy.admit(load, request))
    this.check(admissions.has(admission), 'admit() answered a word that does not exist:', admission)
    const full = load.connections + load.dialing >= load.maxConnections
    this.check(!(admission === 'dial' && full), 'admit() answered "dial" at the limit:', load)
    return admission
  }

  limit(load: HostLoad): number {
    const { limit } = this.#policy
    if (limit === undefined) return Infinity
    const bound: unknown = this.call('limit()', () => this.#policy.limit?.(load))
    this.check(typeof bound === 'number' && !Number.isNaN(bound), 'limit() answered what is no number:', bound)
    return bound as number
  }

  observe(outcome: ExchangeOutcome): void {
    this.call('observe()', () => this.#policy.observe?.(outcome))
  }

  /** Runs the policy's own code: whatever it throws is a fault. */
  call<T>(what: string, run: () => T): T {
    try {
      return run()
    } catch (cause) {
      if (cause instanceof AssertionError) throw cause
      throw Object.assign(this.fault(`${what} threw ${String(cause)}`), { cause })
    }
  }

  check(holds: boolean, what: string, actual: unknown): void {
    if (!holds) throw this.fault(`${what} ${shown(actual)}`)
  }

  fault(what: string): AssertionError {
    return new AssertionError({ message: `policy ${this.#name}: ${what}`, stackStartFn: this.fault })
  }
}

/** A policy's queue beside a plain set of those who must be in it. */
export class CheckedQueue {
  readonly waiting = new Set<WaiterView>()
  /** The policy's own queue, unchecked; `undefined` if it leaves the order to the host. */
  readonly own: WaitQueue | undefined
  readonly #queue: WaitQueue
  readonly #policy: CheckedPolicy

  constructor(own: WaitQueue | undefined, policy: CheckedPolicy) {
    const queue = own ?? new Arrivals()
    this.own = own
    for (const part of ['push', 'shift', 'remove'] as const) {
      policy.check(typeof queue?.[part] === 'function', `waiters() gave a queue without ${part}(), but`, queue?.[part])
    }
    this.#queue = queue
    this.#policy = policy
    this.#compare('a new queue')
  }

  get hasVictims(): boolean {
    return typeof this.#queue.victim === 'function'
  }

  push(waiter: WaiterView): void {
    this.#policy.call('push()', () => this.#queue.push(waiter))
    this.waiting.add(waiter)
    this.#compare('push()')
  }

  /** The next to serve; how many it refused on the way is counted in `refused`. */
  shift(nowMs: number, refused: WaiterView[] = []): WaiterView | undefined {
    const policy = this.#policy
    const refuse = (waiter: WaiterView, why: string): void => {
      policy.check(this.waiting.delete(waiter), 'shift() refused who does not wait:', waiter)
      policy.check(typeof why === 'string' && why !== '', 'shift() refused without a reason, but', why)
      refused.push(waiter)
    }
    const waiter = policy.call('shift()', () => this.#queue.shift(nowMs, refuse))
    if (waiter !== undefined) {
      policy.check(this.waiting.delete(waiter), 'shift() yielded who does not wait:', waiter)
    }
    this.#compare('shift()')
    for (const stranger of refused) this.remove(stranger)
    return waiter
  }

  remove(waiter: WaiterView): void {
    const waits = this.waiting.delete(waiter)
    const found: unknown = this.#policy.call('remove()', () => this.#queue.remove(waiter))
    const whom = waits ? 'one who waits' : 'a stranger'
    this.#policy.check(found === waits, `remove() of ${whom} answered`, found)
    this.#compare('remove()')
  }

  /** Whom to give up for a newer request. */
  victim(): WaiterView {
    const policy = this.#policy
    policy.check(
      this.hasVictims,
      'admit() answered "evict", and waiters() gave a queue without victim(), but',
      undefined,
    )
    const victim = policy.call('victim()', () => this.#queue.victim?.())
    const waits = victim !== undefined && this.waiting.delete(victim)
    policy.check(waits, 'admit() answered "evict", and victim() gave who does not wait:', victim)
    this.#compare('victim()')
    this.remove(victim as WaiterView)
    return victim as WaiterView
  }

  #compare(after: string): void {
    const { size } = this.#queue
    this.#policy.check(size === this.waiting.size, `after ${after}, ${this.waiting.size} wait, and size is`, size)
  }
}

/** First in, first out: for policies that leave the order to the host. */
class Arrivals implements WaitQueue {
  readonly #waiters = new Map<WaiterView, number>()
  #order: (WaiterView | undefined)[] = []
  #first = 0

  get size(): number {
    return this.#waiters.size
  }

  push(waiter: WaiterView): void {
    this.#waiters.set(waiter, this.#order.push(waiter) - 1)
  }

  shift(): WaiterView | undefined {
    while (this.#first < this.#order.length) {
      const waiter = this.#order[this.#first++]
      if (waiter !== undefined && this.remove(waiter)) return waiter
    }
    this.#order = []
    this.#first = 0
    return undefined
  }

  remove(waiter: WaiterView): boolean {
    const place = this.#waiters.get(waiter)
    if (place === undefined) return false
    this.#order[place] = undefined
    return this.#waiters.delete(waiter)
  }

  victim(): WaiterView | undefined {
    return this.shift()
  }
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}
