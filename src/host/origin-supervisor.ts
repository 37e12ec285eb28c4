import type { Env } from '../actor/env.ts'
import type { AnyProcess, Engine, Exit, ExitObserver, Stoppable } from '../actor/process.ts'
import { assertNever, type Recipient } from '../actor/recipient.ts'
import { type Child, defaultIntensity, Supervisor } from '../actor/supervisor.ts'
import type { TimerWheel } from '../actor/timer-wheel.ts'
import type { TransportSocket } from '../actor/transport.ts'
import { ConnectionActor, type ConnectionLimits } from '../connection/connection-actor.ts'
import type { ConnectionReport } from '../connection/messages.ts'
import { Dial, type DialOptions } from '../dial/dial.ts'
import type { DialLimiter } from '../dial/limiter.ts'
import type { DialReport, DialTarget, DialTimings } from '../dial/messages.ts'
import { ActorCrashError, type PoolLoad } from '../errors.ts'
import { ArrivalOrder, Checkout, WaitingList } from './checkout.ts'
import { HostManager } from './host-manager.ts'
import type { HostCounters, IdleRegister, Source } from './manager-setup.ts'
import type { HostCommand, HostEvents, ManagerMessage } from './messages.ts'
import { PolicyGuard } from './policy/guard.ts'
import type { HostLoad, PolicyOption } from './policy/policy.ts'
import { type BudgetMember, type SlotBudget, SlotLedger } from './slot-ledger.ts'
import type { Turn } from './turn.ts'

/** The bounds of one host's pool. */
export interface PoolLimits {
  readonly maxConnections: number
  readonly maxIdle: number
  readonly idleOrder: 'lifo' | 'fifo'
  readonly maxWaiting: number
}

/** What all hosts of a client share. */
export interface HostRuntime {
  readonly env: Env
  readonly engine: Engine
  readonly wheel: TimerWheel
  readonly turn: Turn
  readonly limiter: DialLimiter
  readonly budget: SlotBudget<BudgetMember> & IdleRegister
  readonly events: HostEvents
}

/** What makes one host. */
export interface HostSetup {
  readonly pool: string
  readonly target: DialTarget
  readonly limits: PoolLimits
  readonly policy: PolicyOption
  readonly connection: ConnectionLimits
  readonly dial: DialOptions
  readonly runtime: HostRuntime
}

/** `restarting`: between two incarnations of its manager; `failed`: given up for a while. */
export type HostState = 'running' | 'restarting' | 'failed' | 'draining' | 'closed'

/** How the requests of one host ended; the failed ones by the code of their error. */
export interface HostOutcomes {
  done: number
  cancelled: number
  readonly errors: Record<string, number>
}

const firstBackoffMs = 5_000
const longestBackoffMs = 60_000
/** The part of `maxAgeMs` by which a connection may become less old. */
const ageSpread = 0.1

/**
 * Owns everything of one origin in one pool: the slot ledger, the list of those who wait, and as siblings the manager,
 * the dials and the connections. It runs no user code. When the manager crashes: idle connections close, dials are
 * cancelled, busy connections finish and close, and those who wait check out again from the next incarnation.
 */
export class OriginSupervisor
  implements
    Recipient<HostCommand | ConnectionReport | DialReport>,
    Source,
    BudgetMember,
    Stoppable,
    ExitObserver<AnyProcess>
{
  readonly dials = true
  readonly waiting = new WaitingList()
  readonly ledger: SlotLedger
  readonly outcomes: HostOutcomes = { done: 0, cancelled: 0, errors: {} }
  readonly counters: HostCounters = { granted: 0, reused: 0, dials: 0, dialFailures: 0, restarts: 0 }
  readonly #setup: HostSetup
  readonly #supervisor: Supervisor
  readonly #connections = new Set<ConnectionActor>()
  readonly #dials = new Set<Dial>()
  readonly #manager: Child<HostManager>
  #draining = false
  #stopped = false
  #lastPolicyName = ''
  #connectionCount = 0
  /** The error of a host that was given up, and when it is tried again. */
  #failed: { readonly error: unknown; readonly untilMs: number } | null = null
  #backoffMs = firstBackoffMs
  /** When it was tried again last. */
  #retriedMs = -Infinity

  constructor(setup: HostSetup) {
    this.#setup = setup
    const { env, engine, budget } = setup.runtime
    this.ledger = new SlotLedger(budget, this, setup.limits.maxConnections)
    this.#supervisor = new Supervisor({ clock: env.clock, timers: env.timers, engine })
    this.#manager = this.#supervisor.supervise(
      {
        name: `host:${setup.target.origin}`,
        restart: 'permanent',
        create: (id, observer) => this.#createManager(id, observer),
      },
      {
        started: manager => this.#managerStarted(manager),
        crashed: (error, manager) => this.#managerCrashed(error, manager),
        gaveUp: error => this.#gaveUp(error),
      },
    )
  }

  get origin(): string {
    return this.#setup.target.origin
  }

  get pool(): string {
    return this.#setup.pool
  }

  /** The policy's name; between two incarnations, that of the last. */
  get policyName(): string {
    const current = this.#manager.current
    if (current !== null) this.#lastPolicyName = current.policyName
    return this.#lastPolicyName
  }

  get state(): HostState {
    if (this.#stopped) return 'closed'
    if (this.#failed !== null) return 'failed'
    if (this.#manager.current === null) return 'restarting'
    return this.#draining ? 'draining' : 'running'
  }

  /** Nothing is open, in flight or waiting. */
  get empty(): boolean {
    return this.ledger.taken === 0 && this.waiting.size === 0
  }

  get wantsSlot(): boolean {
    return this.waiting.size > this.ledger.dialing && this.ledger.hasRoom && this.#manager.current !== null
  }

  get starves(): boolean {
    return this.wantsSlot && this.ledger.taken === 0
  }

  get idle(): number {
    let idle = 0
    for (const connection of this.#connections) if (connection.reusable && !connection.leased) idle++
    return idle
  }

  /** Where a request stands among those who wait, for people. O(n). */
  queueOf(checkout: Checkout): { readonly ahead: number; readonly policy: string; readonly load: PoolLoad } {
    let ahead = 0
    for (const other of this.waiting) {
      if (other === checkout) break
      ahead++
    }
    const { connections, dialing, inFlight, maxConnections } = this.ledger
    const load = { connections, dialing, inFlight, maxConnections, idle: this.idle, waiting: this.waiting.size }
    return { ahead, policy: this.policyName, load }
  }

  /** The dials in flight, for people. */
  inFlight(): readonly Dial[] {
    return [...this.#dials]
  }

  /** The load as the manager sees it; `null` between two incarnations. */
  load(): HostLoad | null {
    return this.#manager.current?.load() ?? null
  }

  send(message: HostCommand | ConnectionReport | DialReport): void {
    switch (message.type) {
      case 'checkout.want':
        return this.#want(message)
      case 'checkout.forget':
        this.waiting.end(message.checkout, 'gone')
        return this.#tell(message)
      case 'host.drain':
        this.#draining = true
        return this.#tell(message)
      case 'connection.idled':
        this.#returned(message.connection)
        return this.#tell(message)
      case 'connection.draining':
        this.ledger.draining++
        this.#returned(message.connection)
        return this.#tell(message)
      case 'connection.closed':
        return this.#closed(message.connection)
      case 'dial.connected':
        return this.#connected(message.dial, message.socket, message.timings)
      case 'dial.failed':
        this.counters.dialFailures++
        this.#setup.runtime.events.dialFailed(this.origin, message.error)
        return this.#tell(message)
      case 'dial.closed':
        this.#dials.delete(message.dial)
        this.ledger.release('dial')
        this.#tell({ type: 'slot.freed' })
        return this.#setup.runtime.events.slotReleased(this)
      default:
        return assertNever(message)
    }
  }

  /** `Source`: takes a slot and starts a dial. */
  open(sponsor: Checkout): Dial | null {
    if (!this.ledger.take()) return null
    const { runtime, target, dial: options } = this.#setup
    const { env, wheel, limiter } = runtime
    const { connectMs } = sponsor
    const dial = new Dial({ env, wheel, limiter, target, options, connectMs, host: this })
    sponsor.dial = dial
    this.counters.dials++
    this.#dials.add(dial)
    dial.start()
    return dial
  }

  /** `Source`: gives a dial up; its slot is free when its socket is closed. */
  cancel(dial: Dial): void {
    dial.stop()
  }

  slotFreed(): void {
    this.#tell({ type: 'slot.freed' })
  }

  /** A connection's actor ended. Its socket may still be open: the slot waits for `connection.closed`. */
  exited(process: AnyProcess, exit: Exit): void {
    if (exit.status === 'error') this.#setup.runtime.events.crashed(process.id, this.origin, exit.error)
  }

  /** Ends everything of this origin at once. Those who wait are the caller's to settle. */
  stop(): void {
    // Read once more before its manager is gone.
    void this.policyName
    this.#stopped = true
    this.#supervisor.stop()
    for (const dial of [...this.#dials].reverse()) dial.stop()
    for (const connection of [...this.#connections].reverse()) connection.stop()
  }

  #tell(message: ManagerMessage): void {
    this.#manager.current?.send(message)
  }

  #want(checkout: Checkout): void {
    const manager = this.#manager.current
    if (manager !== null) return manager.send(checkout)
    if (this.#failed === null) {
      // Between two incarnations: the next one asks all who wait again.
      this.waiting.add(checkout)
      return
    }
    if (this.#setup.runtime.env.clock.now() < this.#failed.untilMs) return this.#refuse(checkout, this.#failed.error)
    this.#failed = null
    this.#retriedMs = this.#setup.runtime.env.clock.now()
    this.waiting.add(checkout)
    this.#manager.start({ probation: true })
  }

  #createManager(id: string, observer: ExitObserver<AnyProcess>): HostManager {
    const { runtime, limits, policy, pool } = this.#setup
    return new HostManager({
      id,
      origin: this.origin,
      clock: runtime.env.clock,
      turn: runtime.turn,
      policy: new PolicyGuard(policy, { origin: this.origin, pool }, new ArrivalOrder(this.waiting)),
      ledger: this.ledger,
      waiting: this.waiting,
      source: this,
      register: runtime.budget,
      events: runtime.events,
      counters: this.counters,
      maxIdle: limits.maxIdle,
      idleOrder: limits.idleOrder,
      maxWaiting: limits.maxWaiting,
      observer,
    })
  }

  #managerStarted(manager: HostManager): void {
    if (this.#draining) manager.send({ type: 'host.drain' })
    for (const checkout of [...this.waiting]) {
      if (this.#manager.current !== manager) return
      if (checkout.state === 'waiting') manager.send(checkout)
    }
  }

  #managerCrashed(error: unknown, manager: HostManager | null): void {
    this.counters.restarts++
    this.#setup.runtime.events.crashed(manager?.id ?? `host:${this.origin}`, this.origin, error)
    const poison = manager?.handling ?? null
    if (poison !== null && (poison.state === 'new' || poison.state === 'waiting')) this.#refuse(poison, error)
    for (const checkout of this.waiting) {
      checkout.dial = null
      checkout.queued = false
    }
    for (const dial of this.#dials) dial.stop()
    for (const connection of this.#connections) {
      // Chosen for a request that never got it: it is idle as well. One whose exchange is about to start is not.
      if (connection.phase === 'idle' && !connection.granted) this.#returned(connection)
      this.#setup.runtime.budget.woke(connection)
      connection.send({ type: 'connection.close' })
    }
  }

  #gaveUp(error: unknown): void {
    const nowMs = this.#setup.runtime.env.clock.now()
    // One that has outlived its probation fails anew, not again.
    if (nowMs - this.#retriedMs > defaultIntensity.withinMs) this.#backoffMs = firstBackoffMs
    this.#failed = { error, untilMs: nowMs + this.#backoffMs }
    this.#backoffMs = Math.min(this.#backoffMs * 2, longestBackoffMs)
    for (const checkout of [...this.waiting]) this.#refuse(checkout, error)
  }

  #refuse(checkout: Checkout, cause: unknown): void {
    this.waiting.end(checkout, 'gone')
    const message = `the manager of ${this.origin} crashed: ${cause instanceof Error ? cause.message : String(cause)}`
    const error = new ActorCrashError('ERR_HANSOM_ACTOR_CRASHED', message, { cause, retryable: true })
    Checkout.ownerOf(checkout).send({ type: 'checkout.refused', error })
  }

  #connected(dial: Dial, socket: TransportSocket, timings: DialTimings): void {
    const { runtime, connection } = this.#setup
    // Spread, so that connections that were opened together do not all close together.
    const maxAgeMs = connection.maxAgeMs * (1 - ageSpread * runtime.env.random.next())
    const limits = maxAgeMs === Infinity ? connection : { ...connection, maxAgeMs }
    this.#dials.delete(dial)
    this.ledger.opened()
    const opened = new ConnectionActor({
      origin: this.origin,
      number: ++this.#connectionCount,
      socket,
      clock: runtime.env.clock,
      wheel: runtime.wheel,
      limits,
      host: this,
      observer: this,
    })
    this.#connections.add(opened)
    runtime.engine.start(opened)
    runtime.events.connectionOpened(opened, this.origin, timings)
    const manager = this.#manager.current
    if (manager === null) opened.send({ type: 'connection.close' })
    else manager.send({ type: 'connection.opened', connection: opened, dial, timings })
  }

  /** Books the end of an exchange, once for each grant. */
  #returned(connection: ConnectionActor): void {
    if (connection.leased) this.ledger.inFlight--
    connection.leased = false
  }

  #closed(connection: ConnectionActor): void {
    if (!this.#connections.delete(connection)) return
    this.#returned(connection)
    if (connection.phase === 'closing') this.ledger.draining--
    this.#setup.runtime.budget.closed(connection)
    this.ledger.release('connection')
    this.#setup.runtime.events.connectionClosed(connection, this.origin)
    this.#tell({ type: 'slot.freed' })
    this.#setup.runtime.events.slotReleased(this)
  }
}
