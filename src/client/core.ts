import { type Actor, createActor, type InspectionEvent, type Observer } from 'xstate'
import { systemClock, systemRandom, systemTimers } from '../actor/clock.ts'
import { ownLoop } from '../actor/engine.ts'
import type { Env } from '../actor/env.ts'
import type { Engine } from '../actor/process.ts'
import { TimerWheel } from '../actor/timer-wheel.ts'
import { xstateEngine } from '../actor/xstate-engine.ts'
import type { ConnectionActor } from '../connection/connection-actor.ts'
import { DialLimiter } from '../dial/limiter.ts'
import type { DialTimings } from '../dial/messages.ts'
import { cachingResolver } from '../dial/resolve.ts'
import { connectTcp } from '../dial/tcp.ts'
import { secureTls } from '../dial/tls.ts'
import { HansomError } from '../errors.ts'
import type { Checkout } from '../host/checkout.ts'
import type { HostEvents } from '../host/messages.ts'
import { type HostRuntime, OriginSupervisor, type PoolLimits } from '../host/origin-supervisor.ts'
import { Turn } from '../host/turn.ts'
import { Budget } from '../pool/budget.ts'
import { HostRegistry } from '../pool/registry.ts'
import { giveUp } from '../request/body-source.ts'
import { Cancellers } from '../request/cancellers.ts'
import { RequestRecord } from '../request/record.ts'
import { RequestActor, type RequestRuntime } from '../request/request-actor.ts'
import { planRequest, type RequestInit, type RequestPlan } from '../request/request-init.ts'
import { targetOf } from '../request/target.ts'
import type { ResponseHead } from '../wire/message.ts'
import { ClientEvents } from './events.ts'
import { guardedInspector } from './inspection.ts'
import { LiveRequests } from './live-requests.ts'
import { type ClientOptions, type ResolvedOptions, resolveOptions } from './options.ts'
import { Outbox } from './outbox.ts'
import { type RootEffects, rootMachine } from './root-machine.ts'
import { type ClientStats, hostStats } from './stats.ts'

/** The function of ours that the user called. */
export type Caller = (...args: never[]) => unknown

/** Numbers are unique in the process, so that a ref of one client is never taken for another's. */
let lastRequest = 0

/**
 * The inside of a client: what its requests and hosts share, and its life. It hears what happens on the actors' stacks
 * and passes it to users from the outbox.
 */
export class ClientCore implements RequestRuntime, HostEvents, RootEffects {
  readonly clock: Env['clock']
  readonly timers: Env['timers']
  readonly wheel: TimerWheel
  readonly engine: Engine
  readonly events: ClientEvents
  readonly options: ResolvedOptions
  readonly inspectors = new Set<Observer<InspectionEvent>>()
  readonly #root: Actor<typeof rootMachine>
  readonly #signals = new Cancellers(onAbort)
  readonly #outbox: Outbox
  readonly #post = (call: () => void): void => this.#outbox.post(call)
  readonly #budget: Budget
  readonly #hosts = new HostRegistry()
  readonly #runtime: HostRuntime
  readonly #live = new LiveRequests()
  /** Hosts of requests with `pool: false`: each serves one. */
  readonly #own = new Set<OriginSupervisor>()
  #open = true
  #unobserved = 0
  #closing: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null

  constructor(options: ClientOptions, env?: Env) {
    this.options = resolveOptions(options)
    const world = env ?? systemEnv(this.options)
    this.clock = world.clock
    this.timers = world.timers
    this.wheel = new TimerWheel(world.clock, world.timers)
    this.#outbox = new Outbox(world.timers)
    this.events = new ClientEvents(this.#outbox)
    this.#budget = new Budget(this.options.maxConnections)
    const { inspect } = this.options
    if (typeof inspect === 'function') this.inspectors.add({ next: inspect })
    else if (typeof inspect === 'object') this.inspectors.add(inspect)
    const inspector = guardedInspector(this.inspectors, error => this.crashed('inspector', null, error))
    this.#root = createActor(rootMachine, inspect === false ? { input: this } : { input: this, inspect: inspector })
    this.#root.subscribe({ error: error => this.crashed('client', null, error), complete: () => {} })
    this.#root.start()
    this.engine = inspect === false ? ownLoop : xstateEngine(this.#root)
    this.#runtime = {
      env: world,
      engine: this.engine,
      wheel: this.wheel,
      turn: new Turn(world.timers),
      limiter: new DialLimiter(this.options.maxDials),
      budget: this.#budget,
      events: this,
    }
  }

  /** Checks the arguments, then starts the request's actor, unless the request cannot run: then it has failed already. */
  start(url: string | URL, init: RequestInit | undefined, caller: Caller): RequestRecord {
    const target = targetOf(url)
    const { origin } = target
    const plan = planRequest(target, init, this.options.requestDefaults(origin))
    if (plan.pool !== false && plan.pool !== '') this.options.checkPool(plan.pool)
    const { method, signal } = plan
    const nowMs = this.clock.now()
    const record = new RequestRecord(++lastRequest, method, target.url, origin, nowMs, this.options.highWaterBytes)
    record.streamed = plan.body.kind === 'manual'
    record.upgrades = plan.outgoing.upgrade
    if (plan.delivery !== null) {
      const end = record.deliver(plan.delivery, this.#post)
      if (end !== undefined) return this.#stillborn(record, plan, 'cancelled', end)
    }
    const calledAt = this.options.traceCalls ? callSite(caller) : undefined
    if (signal?.aborted) return this.#stillborn(record, plan, 'cancelled', signal.reason)
    if (!this.#open) {
      const context = { method, origin, ref: record.id, bill: record.bill(nowMs), phase: 'queue', calledAt } as const
      return this.#stillborn(record, plan, 'failed', closedError(true).withContext(context))
    }
    const host = plan.pool === false ? this.#ownHost(plan) : this.#hostFor(plan, plan.pool)
    const actor = new RequestActor(record, plan, host, this, calledAt)
    if (this.#live.size === 0) this.timers.hold()
    this.#live.add(actor)
    if (signal !== undefined) this.#signals.watch(signal, record)
    actor.begin()
    return record
  }

  /** The record of a request that runs. */
  find(id: string): RequestRecord | undefined {
    return this.#live.find(id)?.record
  }

  stats(): ClientStats {
    return {
      live: this.#live.size,
      connections: this.#budget.taken,
      maxConnections: this.#budget.maxConnections,
      hostsWaiting: this.#budget.waiting,
      unobserved: this.#unobserved,
      hosts: [...this.#hosts].map(host => hostStats(host)),
    }
  }

  close(withinMs: number): Promise<void> {
    if (this.#closing === null) {
      let resolve = (): void => {}
      const promise = new Promise<void>(done => {
        resolve = done
      })
      this.#closing = { promise, resolve }
      this.#root.send({ type: 'client.close' })
    }
    if (withinMs === 0) this.#root.send({ type: 'deadline.passed' })
    else if (withinMs !== Infinity) this.timers.after(withinMs, () => this.#root.send({ type: 'deadline.passed' }))
    this.#checkEmpty()
    return this.#closing.promise
  }

  /** `RootEffects`: no new requests; idle connections close, the others when their request is done. */
  drain(): void {
    this.#open = false
    for (const host of this.#allHosts()) host.send({ type: 'host.drain' })
  }

  /** `RootEffects`: ends what still runs. */
  abort(): void {
    for (const actor of this.#live.all()) {
      // Before the connection was granted nothing was sent.
      actor.send({ type: 'request.fail', error: closedError(actor.record.grantedMs < 0) })
    }
    for (const host of this.#allHosts()) host.stop()
    this.#checkEmpty()
  }

  settled(actor: RequestActor, plan: RequestPlan): void {
    const { record, host } = actor
    this.#live.remove(actor)
    // It may have left before a slot was taken: then none will be released.
    if (plan.pool === false) this.#forgetOwn(host as OriginSupervisor)
    if (plan.signal !== undefined) this.#signals.forget(plan.signal, record)
    const { outcomes } = host
    if (record.outcome === 'done') outcomes.done++
    else if (record.outcome === 'cancelled') outcomes.cancelled++
    else {
      const code = codeOf(record.error)
      outcomes.errors[code] = (outcomes.errors[code] ?? 0) + 1
      this.#watchObserved(record)
    }
    this.#tellSettled(record)
    if (this.#live.size === 0) {
      this.timers.letGo()
      this.#checkEmpty()
    }
  }

  connectionOpened(connection: ConnectionActor, origin: string, timings: DialTimings): void {
    const { id, remoteAddress } = connection
    this.events.emit('connection.opened', () => ({ id, origin, remoteAddress, timings }))
  }

  connectionReused(connection: ConnectionActor, origin: string): void {
    this.events.emit('connection.reused', () => ({ id: connection.id, origin }))
  }

  connectionClosed(connection: ConnectionActor, origin: string): void {
    const { id, exchanges } = connection
    this.events.emit('connection.closed', () => ({ id, origin, exchanges }))
  }

  dialFailed(origin: string, error: HansomError): void {
    this.events.emit('dial.failed', () => ({ origin, error }))
  }

  slotReleased(host: OriginSupervisor): void {
    if (this.#own.size > 0) this.#forgetOwn(host)
    this.#checkEmpty()
  }

  crashed(actor: string, origin: string | null, error: unknown): void {
    this.events.emit('crash', () => ({ actor, origin, error }))
  }

  dropped(checkout: Checkout, origin: string, policy: string, why: string): void {
    this.events.emit('drop', () => ({ ref: checkout.id, origin, policy, why }))
  }

  informed(record: RequestRecord, { status, headers }: ResponseHead): void {
    this.events.emit('request.informed', () => ({ ref: record.id, status, headers }))
  }

  #hostFor(plan: RequestPlan, pool: string): OriginSupervisor {
    const { origin } = plan.target
    let host = this.#hosts.find(pool, origin)
    if (host === undefined) {
      host = this.#makeHost(plan, pool)
      this.#hosts.add(host)
    }
    return host
  }

  /** `pool: false`: a host of one connection that nobody shares and that is not kept. */
  #ownHost(plan: RequestPlan): OriginSupervisor {
    const host = this.#makeHost(plan, '', { maxConnections: 1, maxIdle: 0, maxWaiting: 1, idleOrder: 'lifo' })
    this.#own.add(host)
    return host
  }

  #forgetOwn(host: OriginSupervisor): void {
    if (host.empty && this.#own.delete(host)) host.stop()
  }

  #makeHost(plan: RequestPlan, pool: string, ownLimits?: PoolLimits): OriginSupervisor {
    const { origin, secure, hostname, port } = plan.target
    const resolved = this.options.hostOf(origin, pool)
    const target = { origin, secure, hostname, port }
    const limits = ownLimits ?? resolved.limits
    return new OriginSupervisor({ ...resolved, pool, target, limits, runtime: this.#runtime })
  }

  /** A request that never gets an actor: its signal was aborted, or the client is closed. */
  #stillborn(
    record: RequestRecord,
    { body }: RequestPlan,
    outcome: 'failed' | 'cancelled',
    error: unknown,
  ): RequestRecord {
    record.settle(outcome, error, record.startedMs)
    if (body.kind === 'stream') this.timers.microtask(() => giveUp(body.open, error))
    if (outcome === 'failed') this.#watchObserved(record)
    this.#tellSettled(record)
    return record
  }

  #tellSettled(record: RequestRecord): void {
    this.events.emit('request.settled', () => ({
      ref: record.id,
      method: record.method,
      url: record.url,
      outcome: record.outcome!,
      status: record.head?.status ?? null,
      error: record.error,
      bill: record.bill(0),
    }))
  }

  /** A failure that nobody has asked for by the end of the turn is counted and told. */
  #watchObserved(record: RequestRecord): void {
    if (record.observed) return
    this.timers.immediate(() => {
      if (record.observed) return
      this.#unobserved++
      const { id, method, url, error } = record
      this.events.emit('unobserved', () => ({ ref: id, method, url, error }))
    })
  }

  #checkEmpty(): void {
    if (this.#closing === null || this.#live.size > 0 || this.#budget.taken > 0) return
    this.#root.send({ type: 'client.empty' })
    for (const host of this.#allHosts()) host.stop()
    this.#closing.resolve()
  }

  #allHosts(): OriginSupervisor[] {
    return [...this.#hosts, ...this.#own]
  }
}

/** Node warns at the eleventh listener of a signal: `Cancellers` adds one. */
function onAbort(signal: AbortSignal, aborted: (reason: unknown) => void): () => void {
  const listener = (): void => aborted(signal.reason)
  signal.addEventListener('abort', listener, { once: true })
  return () => signal.removeEventListener('abort', listener)
}

function closedError(retryable: boolean): HansomError {
  return new HansomError('ERR_HANSOM_CLIENT_CLOSED', 'the client is closed', { retryable })
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'other'
}

/** The user's side of the call stack: the frames below that of `caller`. */
function callSite(caller: Caller): string {
  const trace: { stack?: string } = {}
  Error.captureStackTrace(trace, caller)
  return trace.stack?.split('\n').slice(1).join('\n') ?? ''
}

function systemEnv(options: ResolvedOptions): Env {
  return {
    clock: systemClock,
    timers: systemTimers(),
    random: systemRandom,
    transport: { connect: connectTcp, secure: secureTls },
    resolver: cachingResolver(systemClock, options.dnsTtlMs, options.lookup),
  }
}
