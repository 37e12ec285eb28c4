import { CheckedPolicy } from './checked-policy.ts'
import type { HostLoad, PolicyOption, WaiterView } from './policy.ts'

/** Rounds in which nobody was served or refused, after which those who wait are taken to wait for ever. */
const patience = 1_000

/** A source of numbers that are the same in each run. 0 ≤ x < 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The load of a host that has nothing, apart from what is given. */
export function loadOf(load: Partial<HostLoad>): HostLoad {
  const none = { connections: 0, idle: 0, dialing: 0, inFlight: 0, waiting: 0 }
  return Object.freeze({ ...none, maxConnections: 4, maxWaiting: 64, nowMs: 0, ...load })
}

/**
 * A host without sockets that asks a policy what the real one would, through a course of requests, dials and exchanges that
 * a seed decides. Every answer is checked.
 */
export class Rehearsal {
  readonly policy: CheckedPolicy
  /** What the policy decided, in order. */
  readonly decisions: string[] = []
  readonly #chance: () => number
  readonly #maxConnections: number
  readonly #maxWaiting: number
  #nowMs = 1_000
  #connections = 0
  #idle = 0
  #dialing = 0
  #inFlight = 0
  #requests = 0

  constructor(option: PolicyOption, seed: number) {
    this.policy = new CheckedPolicy(option, `http://host-${seed}.test`)
    this.#chance = seeded(seed)
    this.#maxConnections = 1 + this.#upTo(5)
    this.#maxWaiting = this.#upTo(20)
  }

  /** Lets things happen. */
  run(steps: number): void {
    for (let step = 0; step < steps; step++) {
      this.#nowMs += this.#chance() < 0.05 ? this.#chance() * 5_000 : this.#chance() * 20
      const what = this.#chance()
      if (what < 0.5) this.#want()
      else if (what < 0.7) this.#exchangeEnds()
      else if (what < 0.8) this.#dialOpens()
      else if (what < 0.85) this.#dialFails()
      else if (what < 0.9) this.#idleCloses()
      else this.#forget()
    }
  }

  /** No more requests come, and every exchange ends: in the end nobody may wait. */
  runOut(): void {
    const { waiting } = this.policy.queue
    for (let idleRounds = 0; waiting.size > 0; idleRounds++) {
      const before = waiting.size
      this.#nowMs += 100
      if (this.#dialing > 0) this.#dialOpens()
      else if (this.#inFlight > 0) this.#exchangeEnds()
      else this.#opens()
      if (waiting.size < before) idleRounds = 0
      const first = waiting.values().next().value
      this.policy.check(idleRounds < patience, `${waiting.size} wait for ever, such as`, first)
    }
  }

  #want(): void {
    const { policy } = this
    const waiter = this.#waiter()
    if (policy.queue.waiting.size === 0 && this.#idle > 0 && this.#allowsMore()) return this.#bindIdle()
    const admission = policy.admit(this.#load(), waiter)
    this.decisions.push(`${waiter.id} ${admission}`)
    if (admission === 'reject') return
    if (admission === 'evict') this.decisions.push(`${policy.queue.victim().id} evicted`)
    policy.queue.push(waiter)
    if (admission === 'overflow' || (admission === 'dial' && this.#idle === 0)) this.#dialing++
    this.#serve()
  }

  #exchangeEnds(): void {
    if (this.#inFlight === 0) return
    this.#inFlight--
    const ok = this.#chance() < 0.9
    const [status, serviceMs] = [ok ? 200 : null, this.#chance() * 100]
    this.policy.observe({ ok, status, serviceMs, endedMs: this.#nowMs })
    if (!ok || this.#connections > this.#maxConnections) return this.#closes()
    this.#idle++
    this.#serve()
  }

  #dialOpens(): void {
    if (this.#dialing === 0) return
    this.#dialing--
    this.#opens()
  }

  #opens(): void {
    this.#connections++
    this.#idle++
    this.#serve()
    if (this.#idle === 0 || this.#connections <= this.#maxConnections) return
    this.#idle--
    this.#closes()
  }

  #dialFails(): void {
    if (this.#dialing === 0) return
    this.#dialing--
    this.#redial()
  }

  #idleCloses(): void {
    if (this.#idle === 0) return
    this.#idle--
    this.#closes()
  }

  #closes(): void {
    this.#connections--
    this.#serve()
    this.#redial()
  }

  #forget(): void {
    const waiters = [...this.policy.queue.waiting]
    const leaver = waiters[this.#upTo(waiters.length)]
    if (leaver !== undefined) this.policy.queue.remove(leaver)
  }

  #serve(): void {
    const { queue } = this.policy
    while (this.#idle > 0 && queue.waiting.size > 0 && this.#allowsMore()) {
      const refused: WaiterView[] = []
      const waiter = queue.shift(this.#nowMs, refused)
      for (const { id } of refused) this.decisions.push(`${id} refused`)
      if (waiter === undefined) return
      this.decisions.push(`${waiter.id} served`)
      this.#bindIdle()
    }
  }

  #redial(): void {
    const [first] = this.policy.queue.waiting
    const room = this.#connections + this.#dialing < this.#maxConnections
    if (first === undefined || !room || this.#idle > 0 || this.policy.queue.waiting.size <= this.#dialing) return
    const load = this.#load()
    const admission = this.policy.admit({ ...load, waiting: load.waiting - 1 }, first)
    this.decisions.push(`${first.id} again ${admission}`)
    if (admission === 'dial' || admission === 'overflow') this.#dialing++
  }

  #bindIdle(): void {
    this.#idle--
    this.#inFlight++
  }

  #allowsMore(): boolean {
    return this.#inFlight < this.policy.limit(this.#load())
  }

  #load(): HostLoad {
    return loadOf({
      connections: this.#connections,
      idle: this.#idle,
      dialing: this.#dialing,
      inFlight: this.#inFlight,
      waiting: this.policy.queue.waiting.size,
      maxConnections: this.#maxConnections,
      maxWaiting: this.#maxWaiting,
      nowMs: this.#nowMs,
    })
  }

  #waiter(): WaiterView {
    const deadlineMs = this.#chance() < 0.5 ? Infinity : this.#nowMs + this.#upTo(10_000)
    return waiterOf(++this.#requests, this.#nowMs, {
      key: `tenant-${this.#upTo(4)}`,
      priority: this.#upTo(3),
      deadlineMs,
    })
  }

  #upTo(bound: number): number {
    return Math.floor(this.#chance() * bound)
  }
}

/** A request that waits. */
export function waiterOf(number: number, sinceMs: number, view: Partial<WaiterView> = {}): WaiterView {
  const plain = { method: 'GET', url: `http://host.test/${number}`, key: '', priority: 0, deadlineMs: Infinity }
  return Object.freeze({ ...plain, ...view, id: `r${number}`, sinceMs })
}
