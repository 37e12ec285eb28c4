import type { Clock, Timers } from '../actor/env.ts'
import { type Engine, type Exit, type ExitObserver, Process } from '../actor/process.ts'
import { assertNever, type Recipient } from '../actor/recipient.ts'
import { type TimerWheel, type Wakeable, WheelTimer } from '../actor/timer-wheel.ts'
import { copyBytes } from '../connection/copy-bytes.ts'
import type { Lease } from '../connection/lease.ts'
import type { Dial } from '../dial/dial.ts'
import { ActorCrashError, ConnectionError, HansomError, type PoolLoad, type ProtocolError } from '../errors.ts'
import { Checkout, type CheckoutOwner } from '../host/checkout.ts'
import type { HostCommand } from '../host/messages.ts'
import type { HostOutcomes } from '../host/origin-supervisor.ts'
import type { HeadersView } from '../wire/headers-view.ts'
import type { ResponseHead } from '../wire/message.ts'
import type { InboxSource } from './body-inbox.ts'
import { giveUp } from './body-source.ts'
import { BodyWriter, type WriterOwner } from './body-writer.ts'
import { contextOf, sourceFailure, timeoutFailure } from './failures.ts'
import type { RequestMessage, TimedPhase } from './messages.ts'
import type { RequestRecord } from './record.ts'
import type { RequestPlan } from './request-init.ts'

/** The host of a request, as the request sees it. */
export interface RequestHost extends Recipient<HostCommand> {
  readonly origin: string
  readonly outcomes: HostOutcomes
  /** The dials in flight. */
  inFlight(): readonly Dial[]
  queueOf(checkout: Checkout): { readonly ahead: number; readonly policy: string; readonly load: PoolLoad }
}

/** What all requests of a client share. */
export interface RequestRuntime {
  readonly clock: Clock
  readonly timers: Timers
  readonly wheel: TimerWheel
  readonly engine: Engine
  /** A request is over. Called on the actor's stack: only take note. */
  settled(actor: RequestActor, plan: RequestPlan): void
  /** An informational (1xx) response came. As for `settled`. */
  informed(record: RequestRecord, head: ResponseHead): void
  crashed(actor: string, origin: string | null, error: unknown): void
}

export type ActorPhase = 'pending' | 'bound' | 'receiving'

/**
 * One request: `pending → bound → receiving`, ended by done, failure or cancel. Owns its deadlines and its record, never
 * a socket: what it asks of a connection goes through its lease.
 */
export class RequestActor
  extends Process<ActorPhase, RequestMessage>
  implements CheckoutOwner, InboxSource, WriterOwner, Wakeable
{
  readonly record: RequestRecord
  /** Its place among the live requests of the client. */
  liveIndex = -1
  /** Its place at the host; a new one if it must check out again. */
  checkout: Checkout
  readonly host: RequestHost
  /** The stack of the `request()` call, if it was asked for. */
  readonly calledAt: string | undefined
  readonly #plan: RequestPlan
  readonly #runtime: RequestRuntime
  readonly #timer = new WheelTimer(this)
  readonly #totalDeadlineMs: number
  #lease: Lease | null = null
  #retried = false
  /** The phase that the timer stands for, apart from `total`. */
  #timed: TimedPhase | 'continue' = 'queue'
  #phaseDeadlineMs = Infinity
  #streaming = false
  /** The body waits for `100 Continue`. */
  #expecting: boolean
  /** Its body source was opened. */
  #opened = false

  constructor(
    record: RequestRecord,
    plan: RequestPlan,
    host: RequestHost,
    runtime: RequestRuntime,
    calledAt: string | undefined,
  ) {
    super('pending', observer)
    this.record = record
    this.host = host
    this.calledAt = calledAt
    this.#plan = plan
    this.#runtime = runtime
    this.#expecting = plan.expects
    this.#totalDeadlineMs = record.startedMs + plan.timeouts.totalMs
    this.checkout = this.#newCheckout(record.startedMs)
    record.actor = this
    record.inbox.source = this
    if (plan.body.kind === 'manual' || plan.body.kind === 'stream') {
      const writer = new BodyWriter(plan.bodyLength, this)
      this.#streaming = true
      record.writer = writer
      record.streamed = plan.body.kind === 'manual'
    }
  }

  /** Its body waits for the server to say that it wants it. */
  get expecting(): boolean {
    return this.#expecting
  }

  get id(): string {
    return `request:${this.record.id}`
  }

  /** Bound to a connection, dialing, or waiting for one: for `explain`. */
  get lease(): Lease | null {
    return this.#lease
  }

  /** Checks out. Not in `started`: the grant that may come at once is then a turn of its own. */
  begin(): void {
    this.#await('queue', this.record.startedMs + this.#plan.timeouts.queueMs)
    this.#runtime.engine.start(this)
    this.host.send(this.checkout)
  }

  protected override receive(message: RequestMessage): void {
    switch (message.type) {
      case 'checkout.granted':
        this.record.timings = message.timings
        return this.#bind(message.lease, message.reused, message.atMs)
      case 'checkout.refused':
        return this.#fail(message.error)
      case 'request.sent':
        return this.#sent(message.atMs)
      case 'write.ready':
        return this.#writeReady()
      case 'informed':
        return this.#informed(message.head)
      case 'head.received':
        this.record.headReceived(message.head, message.atMs)
        return this.#receive(message.atMs)
      case 'body.ended':
        return this.#done(message.trailers, message.atMs)
      case 'exchange.upgraded':
        this.record.socket = message.stream
        return this.#done(null, message.atMs)
      case 'exchange.failed':
        return this.#retryOrFail(message.error)
      case 'request.cancel':
        return this.#cancel(message.reason)
      case 'request.fail':
        return this.#fail(message.error)
      case 'deadline.passed':
        if (message.phase === 'continue') return this.#goOn()
        return this.#fail(timeoutFailure(message.phase, this.#plan.timeouts, this))
      default:
        return assertNever(message)
    }
  }

  protected override release(): void {
    this.#runtime.wheel.clear(this.#timer)
    const crash = this.crashedOf
    if (crash !== undefined) {
      const error = new ActorCrashError('ERR_HANSOM_ACTOR_CRASHED', `request ${this.record.id} crashed`, {
        cause: crash,
      })
      this.#runtime.crashed(this.id, this.record.origin, crash)
      this.#settle('failed', error)
    } else if (!this.record.settled) this.#settle('failed', stopped())
  }

  /** Body bytes, from the connection: a call, not a message. */
  takeBody(bytes: Buffer, from: number, to: number, atMs: number): boolean {
    const inbox = this.record.inbox
    if (inbox.source === null) return true
    const more = inbox.push(copyBytes(bytes, from, to))
    this.#await('body', more ? atMs + this.#plan.timeouts.bodyIdleMs : Infinity)
    return more
  }

  /** The reader wants more: from now on the peer's silence counts. */
  pull(): void {
    this.#await('body', this.#runtime.clock.now() + this.#plan.timeouts.bodyIdleMs)
    this.#lease?.pull()
  }

  refuse(error: ProtocolError): void {
    this.send({ type: 'request.fail', error })
  }

  progressed(waiting: boolean): void {
    if (this.#timed !== 'send') return
    this.#await('send', waiting ? this.#runtime.clock.now() + this.#plan.timeouts.sendIdleMs : Infinity)
  }

  nextTurn(run: () => void): void {
    this.#runtime.timers.immediate(run)
  }

  bodyFailed(error: unknown): void {
    this.send({ type: 'request.fail', error: error instanceof HansomError ? error : sourceFailure(error) })
  }

  /** A deadline has passed, unless it was moved meanwhile. */
  wake(nowMs: number): void {
    if (nowMs >= this.#totalDeadlineMs) this.send({ type: 'deadline.passed', phase: 'total' })
    else if (nowMs >= this.#phaseDeadlineMs) this.send({ type: 'deadline.passed', phase: this.#timed })
    else this.#await(this.#timed, this.#phaseDeadlineMs)
  }

  #bind(lease: Lease, reused: boolean, atMs: number): void {
    const { record } = this
    const { connection } = lease
    this.#lease = lease
    this.become('bound')
    record.grantedMs = atMs - record.startedMs
    record.connection = {
      id: connection.id,
      reused,
      remoteAddress: connection.remoteAddress,
      protocol: connection.protocol,
      exchanges: lease.exchange,
    }
    this.#await('send', atMs + this.#plan.timeouts.sendIdleMs)
    lease.start(this.#plan.outgoing)
    if (!this.#expecting) this.#openSource()
  }

  #writeReady(): void {
    if (!this.#expecting) return this.record.writer?.ready(this.#lease!)
    this.#await('continue', this.#runtime.clock.now() + this.#plan.timeouts.continueMs)
  }

  #informed(head: ResponseHead): void {
    this.record.informed(head)
    this.#runtime.informed(this.record, head)
    if (head.status === 100) this.#goOn()
  }

  /** The body waits no longer: the server wants it, or does not say. */
  #goOn(): void {
    if (!this.#expecting) return
    this.#expecting = false
    this.#openSource()
    if (this.#timed !== 'continue') return
    this.#await('send', this.#runtime.clock.now() + this.#plan.timeouts.sendIdleMs)
    this.record.writer?.ready(this.#lease!)
  }

  /** Once, also if the request must check out again: what was read of a source cannot be read again. */
  #openSource(): void {
    const { body } = this.#plan
    const { writer } = this.record
    if (body.kind !== 'stream' || writer === null || this.#opened) return
    this.#opened = true
    this.#runtime.timers.microtask(() => void writer.pump(body.open))
  }

  #giveUpSource(reason: unknown): void {
    const { body } = this.#plan
    if (body.kind !== 'stream' || this.#opened) return
    this.#opened = true
    this.#runtime.timers.microtask(() => giveUp(body.open, reason))
  }

  #sent(atMs: number): void {
    this.record.sentMs = atMs - this.record.startedMs
    if (this.phase === 'bound') this.#await('head', atMs + this.#plan.timeouts.headMs)
  }

  #receive(atMs: number): void {
    this.become('receiving')
    if (this.#streaming) this.record.writer?.stop()
    // One that waited to be wanted was never opened, and nobody will.
    if (this.#expecting) this.#giveUpSource(undefined)
    const { inbox } = this.record
    this.#await('body', inbox.hungry ? atMs + this.#plan.timeouts.bodyIdleMs : Infinity)
  }

  #done(trailers: HeadersView | null, atMs: number): void {
    this.#lease = null
    this.record.trailers = trailers
    this.record.settle('done', undefined, atMs)
    this.#runtime.settled(this, this.#plan)
    this.finish()
  }

  /** Sends the request once more, if that can do no harm (promise 5). It keeps its place among those who wait. */
  #retryOrFail(error: HansomError): void {
    this.#lease = null
    if (this.#retried || this.phase !== 'bound' || !this.#mayRepeat(error)) return this.#fail(error)
    const { record } = this
    const nowMs = this.#runtime.clock.now()
    this.#retried = true
    this.#expecting = this.#plan.expects
    this.become('pending')
    record.lostMs = nowMs - record.startedMs - record.grantedMs
    record.connection = null
    record.timings = null
    record.grantedMs = -1
    record.sentMs = -1
    this.checkout = this.#newCheckout(nowMs)
    this.#await('queue', record.startedMs + this.#plan.timeouts.queueMs)
    this.defer(() => this.host.send(this.checkout))
  }

  /**
   * (a) not one byte was handed to the kernel, so the origin cannot have acted; or (b) the connection had been used
   * before, so the server may have closed it as the request left, and a second time would be as good as one.
   */
  #mayRepeat(error: HansomError): boolean {
    if (!(error instanceof ConnectionError)) return false
    const stale = this.record.connection?.reused === true && error.bytesRead === 0
    return error.retryable || (stale && this.#plan.repeatable)
  }

  #cancel(reason: unknown): void {
    this.#settle('cancelled', reason)
    this.finish()
  }

  #fail(error: unknown): void {
    this.#settle('failed', error)
    this.finish()
  }

  /** Gives up the place in the queue, or the exchange. */
  #release(): void {
    const lease = this.#lease
    this.#lease = null
    if (lease !== null) lease.cancel()
    else if (this.phase === 'pending') this.host.send({ type: 'checkout.forget', checkout: this.checkout })
  }

  #settle(outcome: 'failed' | 'cancelled', error: unknown): void {
    if (this.record.settled) return
    const nowMs = this.#runtime.clock.now()
    const ours = outcome === 'failed' && error instanceof HansomError
    const told = ours ? error.withContext(contextOf(this, nowMs, error)) : error
    this.#release()
    this.#giveUpSource(told)
    this.record.settle(outcome, told, nowMs)
    this.#runtime.settled(this, this.#plan)
  }

  #newCheckout(sinceMs: number): Checkout {
    const { target, method, key, priority, timeouts } = this.#plan
    const view = { method, url: target.url, key, priority, deadlineMs: this.#totalDeadlineMs, sinceMs }
    return new Checkout(this.record.number, view, timeouts.connectMs, this)
  }

  #await(phase: TimedPhase | 'continue', deadlineMs: number): void {
    this.#timed = phase
    this.#phaseDeadlineMs = deadlineMs
    this.#runtime.wheel.set(this.#timer, Math.min(deadlineMs, this.#totalDeadlineMs))
  }
}

/** A request is its own report: its record tells how it ended, and a crash is counted in `release`. */
const observer: ExitObserver<never> = { exited(_process: never, _exit: Exit): void {} }

function stopped(): HansomError {
  return new HansomError('ERR_HANSOM_CLIENT_CLOSED', 'the client was closed')
}
