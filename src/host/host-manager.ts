import type { Clock } from '../actor/env.ts'
import { type ExitObserver, Process } from '../actor/process.ts'
import { assertNever } from '../actor/recipient.ts'
import type { ConnectionActor } from '../connection/connection-actor.ts'
import type { Dial } from '../dial/dial.ts'
import type { DialTimings } from '../dial/messages.ts'
import { type HansomError, PoolError } from '../errors.ts'
import { Checkout, type WaitingList } from './checkout.ts'
import { IdleList } from './idle-list.ts'
import type { HostEvents, ManagerMessage } from './messages.ts'
import { copyLoad, type PolicyGuard } from './policy/guard.ts'
import type { HostLoad, WaiterView } from './policy/policy.ts'
import type { SlotLedger } from './slot-ledger.ts'
import type { Turn } from './turn.ts'
import { UnprovenList } from './unproven-list.ts'

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
  readonly maxWaiting: number
  readonly observer: ExitObserver<never>
}

export type ManagerPhase = 'running' | 'draining'

/**
 * One incarnation of a host's connection manager: `running → draining`. It binds late: whoever waits is served by the
 * dial or by the returned connection that comes first. It never waits for anything itself; the policy, behind its guard,
 * is the only user code inside.
 */
export class HostManager extends Process<ManagerPhase, ManagerMessage> {
  readonly id: string
  /** The request whose message is being handled: the poison, if the handling crashes. */
  handling: Checkout | null = null
  readonly #setup: ManagerSetup
  readonly #idle = new IdleList()
  /** Dials in flight, and who sponsors them. */
  readonly #dials = new Map<Dial, Checkout>()
  /** Idle connections chosen for a request, until the sockets have been polled once more. */
  readonly #unproven = new UnprovenList()
  #nowMs = 0
  readonly #load: { -readonly [K in keyof HostLoad]: HostLoad[K] }

  constructor(setup: ManagerSetup) {
    super('running', setup.observer)
    this.id = setup.id
    this.#setup = setup
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

  get policyName(): string {
    return this.#setup.policy.name
  }

  /** The load now; the object is reused. */
  load(): HostLoad {
    const { ledger, policy } = this.#setup
    const load = this.#load
    load.connections = ledger.connections
    load.idle = this.#idle.size
    load.dialing = ledger.dialing
    load.inFlight = ledger.inFlight
    load.waiting = policy.waiting
    load.nowMs = this.#nowMs
    return load
  }

  protected override receive(message: ManagerMessage): void {
    this.handling = message.type === 'checkout.want' ? message : null
    this.#nowMs = this.#timeOf(message)
    this.#handle(message)
    if (this.phase === 'draining') this.#cancelSpareDials()
  }

  #handle(message: ManagerMessage): void {
    switch (message.type) {
      case 'checkout.want':
        return this.#want(message)
      case 'checkout.forget':
        return this.#forget(message.checkout)
      case 'connection.opened':
        return this.#opened(message.connection, message.dial, message.timings)
      case 'connection.idled':
        this.#setup.policy.observe(message.outcome)
        this.#offer(message.connection, null, null)
        return this.#serve()
      case 'connection.draining':
        if (this.#idle.remove(message.connection)) this.#setup.register.woke(message.connection)
        if (message.outcome !== null) this.#setup.policy.observe(message.outcome)
        return this.#serve()
      case 'dial.failed':
        return this.#dialFailed(message.dial, message.error)
      case 'slot.freed':
        this.#serve()
        return this.#redial()
      case 'poll.passed':
        return this.#proven()
      case 'host.drain':
        this.become('draining')
        for (const connection of this.#idle.takeAll()) this.#close(connection)
        return
      default:
        return assertNever(message)
    }
  }

  /** One reading of the clock serves a turn; a message that brings the time saves even that. */
  #timeOf(message: ManagerMessage): number {
    if (message.type === 'checkout.want' && message.state === 'new') return message.sinceMs
    if (message.type === 'connection.idled') return message.outcome.endedMs
    return this.#setup.clock.now()
  }

  #want(checkout: Checkout): void {
    if (checkout.state === 'granted' || checkout.state === 'gone') return
    const { policy, waiting, source } = this.#setup
    if (policy.waiting === 0 && this.#idle.size > 0 && this.#allowsMore() && this.#bindIdle(checkout)) return
    const load = this.load()
    const admission = policy.admit(load, checkout, source.dials)
    if (admission === 'reject') return this.#refuse(checkout, 'ERR_HANSOM_POOL_FULL', 'the pool is full')
    if (admission === 'evict') this.#evict()
    if (checkout.state === 'new') waiting.add(checkout)
    policy.push(checkout)
    // With idle connections left it is the policy's limit that makes this one wait: a dial would not help.
    const dials = (admission === 'dial' && load.idle === 0) || admission === 'overflow'
    if (dials && source.dials) this.#dial(checkout)
    if (this.#idle.size === 0) return
    // The limit may have risen since it was asked for those who wait already.
    this.#serve()
    this.#redial()
  }

  /** It was let in before, and the connection that it was to have is gone: it waits again, and is not asked about. */
  #again(checkout: Checkout): void {
    if (this.#idle.size > 0 && this.#allowsMore() && this.#bindIdle(checkout)) return
    this.#setup.policy.push(checkout)
    this.#redial()
  }

  #allowsMore(): boolean {
    return !this.#setup.policy.limits || this.#setup.policy.allows(this.load())
  }

  #forget(checkout: Checkout): void {
    this.#setup.policy.remove(checkout)
    this.#setup.waiting.end(checkout, 'gone')
  }

  #evict(): void {
    const victim = this.#setup.policy.victim()
    if (!(victim instanceof Checkout) || victim.state !== 'waiting') {
      const details = { policy: this.policyName, load: copyLoad(this.load()) }
      throw new PoolError(
        'ERR_HANSOM_POLICY',
        `policy ${this.policyName}: "evict" without a victim that waits`,
        details,
      )
    }
    this.#refuse(victim, 'ERR_HANSOM_POOL_DROPPED', 'dropped for a newer request')
  }

  /** Gives out an idle connection. One that idled through a poll of the sockets is written to only after another. */
  #bindIdle(checkout: Checkout): boolean {
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
        if (first) turn.afterPoll(() => this.send({ type: 'poll.passed' }))
      }
      return true
    }
    return false
  }

  #proven(): void {
    for (const { checkout, connection } of this.#unproven.take()) {
      if (connection.reusable && checkout.state === 'waiting') this.#grant(checkout, connection, true, null)
      else {
        if (connection.reusable) this.#putBack(connection)
        if (checkout.state === 'waiting') this.#again(checkout)
      }
    }
  }

  /** A connection was taken for a request that has left meanwhile. */
  #putBack(connection: ConnectionActor): void {
    connection.leased = false
    this.#setup.ledger.inFlight--
    this.#offer(connection, null, null)
  }

  #opened(connection: ConnectionActor, dial: Dial, timings: DialTimings): void {
    const sponsor = this.#dials.get(dial)
    this.#dials.delete(dial)
    if (sponsor?.dial === dial) sponsor.dial = null
    this.#offer(connection, dial, timings)
  }

  /** A connection is free: it goes to the next who waits, else to the idle list, else it closes. */
  #offer(connection: ConnectionActor, dial: Dial | null, timings: DialTimings | null): void {
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
    if (this.phase === 'draining' || ledger.surplus || this.#idle.size >= maxIdle) return this.#close(connection)
    connection.idleTurn = turn.current()
    this.#idle.push(connection)
    register.rested(connection)
    connection.rest(this.#nowMs)
  }

  /** The next whom the policy's queue yields, if the policy allows one more exchange. */
  #next(): Checkout | undefined {
    const { policy } = this.#setup
    if (policy.waiting === 0 || !this.#allowsMore()) return undefined
    const refuse = (waiter: WaiterView, why: string): void => {
      if (!(waiter instanceof Checkout)) throw this.#stranger('refused')
      this.#refuse(waiter, 'ERR_HANSOM_POOL_DROPPED', why)
    }
    while (policy.waiting > 0) {
      const waiter = policy.shift(this.#nowMs, refuse)
      if (waiter === undefined) return undefined
      if (!(waiter instanceof Checkout)) throw this.#stranger('yielded')
      if (waiter.state === 'waiting') return waiter
      // One that is gone may have left in this very turn.
      if (waiter.state !== 'gone') throw this.#stranger('yielded')
    }
    return undefined
  }

  /** Serves those who wait with what idles: an exchange ended, so the policy's limit may allow more. */
  #serve(): void {
    while (this.#idle.size > 0) {
      const checkout = this.#next()
      if (checkout === undefined) return
      if (!this.#bindIdle(checkout)) return this.#again(checkout)
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
    const atMs = this.#nowMs
    const owner = Checkout.ownerOf(checkout)
    owner.send({ type: 'checkout.granted', lease: connection.lease(owner, atMs), reused, timings, atMs })
  }

  #refuse(checkout: Checkout, code: 'ERR_HANSOM_POOL_FULL' | 'ERR_HANSOM_POOL_DROPPED', why: string): void {
    const { origin, waiting, events } = this.#setup
    if (checkout.state === 'granted' || checkout.state === 'gone') return
    const load = copyLoad(this.load())
    waiting.end(checkout, 'gone')
    const busy = `${load.waiting} waiting, ${load.connections} of ${load.maxConnections} connections open`
    const message = `no connection to ${origin}: ${why} (policy ${this.policyName}); ${busy}`
    const error = new PoolError(code, message, { policy: this.policyName, load })
    events.dropped(checkout, origin, this.policyName, why)
    Checkout.ownerOf(checkout).send({ type: 'checkout.refused', error })
  }

  #dial(sponsor: Checkout): boolean {
    const dial = this.#setup.source.open(sponsor)
    if (dial === null) return false
    this.#dials.set(dial, sponsor)
    sponsor.dial = dial
    return true
  }

  /** The sponsor gets the failure; with nothing left at all, so do the others who waited before the dial began. */
  #dialFailed(dial: Dial, error: HansomError): void {
    const { ledger, waiting } = this.#setup
    const sponsor = this.#dials.get(dial)
    this.#dials.delete(dial)
    if (sponsor?.dial === dial) sponsor.dial = null
    if (sponsor?.state === 'waiting') this.#failWaiter(sponsor, error)
    if (ledger.connections > 0 || this.#dials.size > 0) return
    for (const checkout of waiting) {
      if (checkout.sinceMs > dial.startedMs) return
      this.#failWaiter(checkout, error)
    }
  }

  #failWaiter(checkout: Checkout, error: HansomError): void {
    this.#forget(checkout)
    Checkout.ownerOf(checkout).send({ type: 'checkout.refused', error })
  }

  /** A slot came free: the first who waits without a dial of its own sponsors the next one, if the policy agrees. */
  #redial(): void {
    const { ledger, policy, waiting, source } = this.#setup
    // With idle connections left it is the policy that makes people wait: a dial would not help.
    while (source.dials && ledger.hasRoom && this.#idle.size === 0 && policy.waiting > this.#dials.size) {
      const sponsor = firstWithoutDial(waiting)
      if (sponsor === undefined) return
      // As when it came: behind the others, not behind itself.
      this.load()
      this.#load.waiting--
      const admission = policy.admit(this.#load, sponsor, source.dials)
      if (admission !== 'dial' && admission !== 'overflow') return
      if (!this.#dial(sponsor)) return
    }
  }

  /** Nothing will idle here any more: a dial without anybody to serve is given up. */
  #cancelSpareDials(): void {
    const { waiting, source } = this.#setup
    for (const [dial, sponsor] of this.#dials) {
      if (this.#dials.size <= waiting.size) return
      if (sponsor.state === 'waiting') continue
      this.#dials.delete(dial)
      source.cancel(dial)
    }
  }

  #close(connection: ConnectionActor): void {
    this.#setup.register.woke(connection)
    connection.send({ type: 'connection.close' })
  }

  #stranger(what: string): PoolError {
    const details = { policy: this.policyName, load: copyLoad(this.load()) }
    return new PoolError(
      'ERR_HANSOM_POLICY',
      `policy ${this.policyName}: its queue ${what} what does not wait`,
      details,
    )
  }
}

function firstWithoutDial(waiting: WaitingList): Checkout | undefined {
  for (const checkout of waiting) if (checkout.dial === null) return checkout
  return undefined
}
