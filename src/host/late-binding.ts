import type { ConnectionActor } from '../connection/connection-actor.ts'
import type { Dial } from '../dial/dial.ts'
import type { DialTimings } from '../dial/messages.ts'
import { PoolError } from '../errors.ts'
import { Checkout } from './checkout.ts'
import { IdleList } from './idle-list.ts'
import type { ManagerSetup } from './manager-setup.ts'
import { copyLoad } from './policy/guard.ts'
import type { HostLoad, WaiterView } from './policy/policy.ts'
import { UnprovenList } from './unproven-list.ts'

/** The manager's part in binding. */
export interface BindingOwner {
  /** The connection that this request was to have is gone: it must wait again. */
  again(checkout: Checkout): void
  /** The sockets were polled since an idle connection was chosen: `proven()` is due. */
  polled(): void
}

/**
 * Brings together those who wait and connections, late: whichever connection is free first, dialed or given back, goes
 * to the one whom the policy's queue yields. It owns the idle list; the manager decides who may wait and who dials.
 */
export class LateBinding {
  /** The time of the manager's turn. */
  nowMs = 0
  /** Nothing is kept idle any more. */
  draining = false
  readonly #setup: ManagerSetup
  readonly #owner: BindingOwner
  readonly #idle: IdleList
  /** Idle connections chosen for a request, until the sockets have been polled once more. */
  readonly #unproven = new UnprovenList()
  readonly #load: { -readonly [K in keyof HostLoad]: HostLoad[K] }

  constructor(setup: ManagerSetup, owner: BindingOwner) {
    this.#setup = setup
    this.#owner = owner
    this.#idle = new IdleList(setup.idleOrder)
    this.#load = {
      connections: 0,
      idle: 0,
      dialing: 0,
      inFlight: 0,
      waiting: 0,
      maxConnections: setup.ledger.maxConnections,
      maxWaiting: setup.maxWaiting,
      nowMs: 0,
    }
  }

  get idle(): number {
    return this.#idle.size
  }

  /** The load now, as it is with `behind` waiters less; the object is reused. */
  load(behind = 0): HostLoad {
    const { ledger, policy } = this.#setup
    const load = this.#load
    load.connections = ledger.connections
    load.idle = this.#idle.size
    load.dialing = ledger.dialing
    load.inFlight = ledger.inFlight
    load.waiting = policy.waiting - behind
    load.nowMs = this.nowMs
    return load
  }

  /** Takes out an idle connection that closes by itself. */
  forget(connection: ConnectionActor): void {
    if (this.#idle.remove(connection)) this.#setup.register.woke(connection)
  }

  /** Closes what idles, and keeps nothing idle from now on. */
  drain(): void {
    this.draining = true
    for (const connection of this.#idle.takeAll()) this.#close(connection)
  }

  /** The policy allows one more exchange. */
  allowsMore(): boolean {
    return !this.#setup.policy.limits || this.#setup.policy.allows(this.load())
  }

  /** Gives out an idle connection. One that idled through a poll of the sockets is written to only after another. */
  bindIdle(checkout: Checkout): boolean {
    const { turn, register, ledger } = this.#setup
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      register.woke(connection)
      connection.wakeUp()
      if (!connection.reusable) continue
      connection.leased = true
      ledger.inFlight++
      if (connection.idleTurn === turn.current()) this.#grant(checkout, connection, true, null)
      else {
        if (checkout.state === 'new') this.#setup.waiting.add(checkout)
        const first = this.#unproven.add({ checkout, connection }, turn.current())
        if (first) turn.afterPoll(() => this.#owner.polled())
      }
      return true
    }
    return false
  }

  /** The sockets were polled: what was chosen and is still clean is granted. */
  proven(): void {
    for (const { checkout, connection } of this.#unproven.take()) {
      if (connection.reusable && checkout.state === 'waiting') this.#grant(checkout, connection, true, null)
      else {
        if (connection.reusable) this.#putBack(connection)
        if (checkout.state === 'waiting') this.#owner.again(checkout)
      }
    }
  }

  /** A connection was taken for a request that has left meanwhile. */
  #putBack(connection: ConnectionActor): void {
    connection.leased = false
    this.#setup.ledger.inFlight--
    this.offer(connection, null, null)
  }

  /** A connection is free: it goes to the next who waits, else to the idle list, else it closes. */
  offer(connection: ConnectionActor, dial: Dial | null, timings: DialTimings | null): void {
    const { ledger, turn, register, maxIdle } = this.#setup
    if (!connection.reusable) return
    if (dial === null && (ledger.surplus || register.claims(connection))) return this.#close(connection)
    const checkout = this.#next()
    if (checkout !== undefined) {
      connection.leased = true
      ledger.inFlight++
      const dialed = dial !== null && dial.startedMs >= checkout.sinceMs
      return this.#grant(checkout, connection, dial === null, dialed ? timings : null)
    }
    if (this.draining || ledger.surplus || this.#idle.size >= maxIdle) return this.#close(connection)
    connection.idleTurn = turn.current()
    this.#idle.push(connection)
    register.rested(connection)
    connection.rest(this.nowMs)
  }

  /** The next whom the policy's queue yields, if the policy allows one more exchange. */
  #next(): Checkout | undefined {
    const { policy } = this.#setup
    if (policy.waiting === 0 || !this.allowsMore()) return undefined
    const refuse = (waiter: WaiterView, why: string): void => {
      if (!(waiter instanceof Checkout)) throw this.#stranger('refused')
      this.refuse(waiter, 'ERR_HANSOM_POOL_DROPPED', why)
    }
    while (policy.waiting > 0) {
      const waiter = policy.shift(this.nowMs, refuse)
      if (waiter === undefined) return undefined
      if (!(waiter instanceof Checkout)) throw this.#stranger('yielded')
      if (waiter.state === 'waiting') return waiter
      // One that is gone may have left in this very turn.
      if (waiter.state !== 'gone') throw this.#stranger('yielded')
    }
    return undefined
  }

  /** Serves those who wait with what idles: an exchange ended, so the policy's limit may allow more. */
  serve(): void {
    while (this.#idle.size > 0) {
      const checkout = this.#next()
      if (checkout === undefined) return
      if (!this.bindIdle(checkout)) return this.#owner.again(checkout)
    }
  }

  #grant(checkout: Checkout, connection: ConnectionActor, reused: boolean, timings: DialTimings | null): void {
    const { waiting, events, origin, counters } = this.#setup
    waiting.end(checkout, 'granted')
    counters.granted++
    if (reused) {
      counters.reused++
      events.connectionReused(connection, origin)
    }
    const atMs = this.nowMs
    const owner = Checkout.ownerOf(checkout)
    owner.send({ type: 'checkout.granted', lease: connection.lease(owner, atMs), reused, timings, atMs })
  }

  /** Tells a request that it gets no connection, unless it has its outcome already. */
  refuse(checkout: Checkout, code: 'ERR_HANSOM_POOL_FULL' | 'ERR_HANSOM_POOL_DROPPED', why: string): void {
    const { origin, waiting, events } = this.#setup
    if (checkout.state === 'granted' || checkout.state === 'gone') return
    const load = copyLoad(this.load())
    waiting.end(checkout, 'gone')
    const dialing = load.dialing > 0 ? `, ${load.dialing} dialing` : ''
    const busy = `${load.waiting} waiting, ${load.connections} of ${load.maxConnections} connections open${dialing}`
    const limits = `pool.maxConnections ${load.maxConnections}, pool.maxWaiting ${this.#setup.maxWaiting}`
    const message = `no connection to ${origin}: ${why} (policy ${this.#setup.policy.name}, ${limits}); ${busy}`
    const error = new PoolError(code, message, { policy: this.#setup.policy.name, load })
    events.dropped(checkout, origin, this.#setup.policy.name, why)
    Checkout.ownerOf(checkout).send({ type: 'checkout.refused', error })
  }

  #close(connection: ConnectionActor): void {
    this.#setup.register.woke(connection)
    connection.send({ type: 'connection.close' })
  }

  #stranger(what: string): PoolError {
    const details = { policy: this.#setup.policy.name, load: copyLoad(this.load()) }
    return new PoolError(
      'ERR_HANSOM_POLICY',
      `policy ${this.#setup.policy.name}: its queue ${what} what does not wait`,
      details,
    )
  }
}
