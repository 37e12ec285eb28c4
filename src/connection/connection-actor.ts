import type { Clock } from '../actor/env.ts'
import type { Linked } from '../actor/linked-list.ts'
import { type ExitObserver, Process } from '../actor/process.ts'
import { assertNever, type Recipient } from '../actor/recipient.ts'
import { type TimerWheel, type Wakeable, WheelTimer } from '../actor/timer-wheel.ts'
import type { SocketHandler, TransportSocket } from '../actor/transport.ts'
import { ActorCrashError, ConnectionError, HansomError } from '../errors.ts'
import type { WireOptions } from '../wire/message.ts'
import type { Capacity, Driver, DriverOwner } from './driver.ts'
import { Http1Driver } from './http1-driver.ts'
import { Lease } from './lease.ts'
import type { ConnectionMessage, ConnectionReport, ExchangeOutcome, ExchangeOwner } from './messages.ts'
import { UpgradedStream } from './upgraded-stream.ts'

/** How long a connection lives. `Infinity` is off. */
export interface ConnectionLimits {
  readonly idleMs: number
  readonly maxAgeMs: number
  readonly maxRequestsPerConnection: number
  readonly wire: WireOptions
}

/** What a connection runs with. */
export interface ConnectionSetup {
  readonly origin: string
  /** Counts the connections of the origin, from 1. */
  readonly number: number
  readonly socket: TransportSocket
  readonly clock: Clock
  readonly wheel: TimerWheel
  readonly limits: ConnectionLimits
  readonly host: Recipient<ConnectionReport>
  readonly observer: ExitObserver<never>
}

export type ConnectionPhase = 'idle' | 'busy' | 'upgraded' | 'closing'

/**
 * One socket and its protocol: `idle ⇄ busy`, perhaps `upgraded`, then `closing` until the socket is closed. It reports to
 * its host when it idles, drains and is closed; the last report comes even after a crash.
 */
export class ConnectionActor
  extends Process<ConnectionPhase, ConnectionMessage>
  implements SocketHandler, DriverOwner, Wakeable, Linked<ConnectionActor>
{
  readonly #origin: string
  readonly #number: number
  readonly openedMs: number
  /** The loop's turn in which it last became idle; see `host/turn.ts`. */
  idleTurn = -1
  /** Its place among the idle connections of the client. */
  previous: ConnectionActor | null = null
  next: ConnectionActor | null = null
  /** The exchanges that it has started. */
  exchanges = 0
  /** The host granted it, and has not had it back. */
  leased = false
  /** Its host gives it no further exchange: it closes when it is free. */
  #retired = false
  #closed = false
  /** Granted, but not started yet. */
  #granted: Lease | null = null
  readonly #socket: TransportSocket
  readonly #driver: Driver
  readonly #wheel: TimerWheel
  readonly #timer: WheelTimer
  readonly #limits: ConnectionLimits
  readonly #host: Recipient<ConnectionReport>

  constructor(setup: ConnectionSetup) {
    super('idle', setup.observer)
    this.#origin = setup.origin
    this.#number = setup.number
    this.openedMs = setup.clock.now()
    this.#socket = setup.socket
    this.#wheel = setup.wheel
    this.#timer = new WheelTimer(this)
    this.#limits = setup.limits
    this.#host = setup.host
    this.#driver = new Http1Driver(setup.socket, setup.limits.wire, setup.clock, this)
    setup.socket.handler = this
  }

  get id(): string {
    return `${this.#origin}/${this.#number}`
  }

  get capacity(): Capacity {
    return this.#driver.capacity
  }

  get protocol(): string {
    return this.#driver.protocol
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress
  }

  /** True while it may take another exchange. */
  get reusable(): boolean {
    return this.active && !this.#retired && this.phase === 'idle'
  }

  /** Somebody holds the right to an exchange that has not started. */
  get granted(): boolean {
    return this.#granted !== null
  }

  /** The right to the next exchange, for the one who will start it. */
  lease(owner: ExchangeOwner, grantedMs: number): Lease {
    const lease = new Lease(this, ++this.exchanges, owner, grantedMs)
    this.#granted = lease
    return lease
  }

  /** Starts the clock of an idle connection: the pool has no use for it now. */
  rest(nowMs: number): void {
    const idleMs = Math.min(this.#limits.idleMs, this.#driver.keepAliveMs ?? Infinity)
    this.#wheel.set(this.#timer, Math.min(nowMs + idleMs, this.openedMs + this.#limits.maxAgeMs))
  }

  /** Stops that clock. */
  wakeUp(): void {
    // The wheel's node stays linked: a deadline that moves later costs nothing.
    this.#timer.deadlineMs = Infinity
  }

  /** A call of the lease, not a message: see `Lease.write`. */
  writeBody(lease: Lease, chunk: Uint8Array): boolean {
    return this.#driver.write(lease, chunk)
  }

  protected override receive(message: ConnectionMessage): void {
    switch (message.type) {
      case 'exchange.start':
        this.#granted = null
        if (this.phase === 'closing') return this.#refuse(message.lease)
        this.become('busy')
        return this.#driver.start(message.lease, message.request)
      case 'exchange.cancel':
        if (message.lease !== this.#granted) return this.#driver.cancel(message.lease)
        // Never started, and nobody else will.
        this.#granted = null
        return this.#close()
      case 'body.pull':
        return this.#driver.pull(message.lease)
      case 'body.finish':
        return this.#driver.finish(message.lease, message.trailers)
      case 'connection.close':
        this.#retired = true
        if (this.phase === 'idle' && !this.leased) this.#close()
        return
      default:
        return assertNever(message)
    }
  }

  /** The idle time or the age has run out, or the time for the rest of a request that was answered. */
  wake(): void {
    if (this.phase === 'busy') this.enter(this.#broken, closedError('the server reads no more'), null, undefined)
    else if (this.phase === 'idle' && !this.leased) this.send({ type: 'connection.close' })
  }

  exchangeEnded(lease: Lease, ok: boolean, reusable: boolean, nowMs: number): void {
    if (this.phase !== 'busy') return
    this.wakeUp()
    const outcome = { ok, status: lease.status, serviceMs: nowMs - lease.grantedMs, endedMs: nowMs }
    const worn =
      this.exchanges >= this.#limits.maxRequestsPerConnection || nowMs - this.openedMs >= this.#limits.maxAgeMs
    if (reusable && !worn && !this.#retired && (this.#driver.keepAliveMs ?? Infinity) > 0) {
      this.become('idle')
      this.#host.send({ type: 'connection.idled', connection: this, outcome })
    } else this.#close(outcome)
  }

  exchangeLingers(nowMs: number): void {
    this.#wheel.set(this.#timer, nowMs + this.#limits.idleMs)
  }

  exchangeUpgraded(lease: Lease, early: Uint8Array, atMs: number): void {
    this.wakeUp()
    this.become('upgraded')
    const outcome = { ok: true, status: lease.status, serviceMs: atMs - lease.grantedMs, endedMs: atMs }
    this.#host.send({ type: 'connection.draining', connection: this, outcome })
    const stream = new UpgradedStream(this.#socket, early, () => this.onClose())
    lease.owner.send({ type: 'exchange.upgraded', stream, atMs })
  }

  onConnect(): void {}

  onBytes(buffer: Buffer, length: number): boolean {
    return this.enter(this.#read, buffer, length, false)
  }

  onFlushed(): void {
    this.enter(this.#flushed, null, null, undefined)
  }

  onEnd(): void {
    this.enter(this.#ended, null, null, undefined)
  }

  onError(error: Error): void {
    this.enter(this.#broken, socketError(error), null, undefined)
  }

  onClose(): void {
    if (this.#closed) return
    this.#closed = true
    this.enter(this.#gone, null, null, undefined)
    this.#host.send({ type: 'connection.closed', connection: this })
  }

  protected override release(): void {
    this.#wheel.clear(this.#timer)
    const crash = this.crashedOf
    this.#driver.fail(
      crash === undefined
        ? closedError(closedMessage)
        : new ActorCrashError('ERR_HANSOM_ACTOR_CRASHED', `connection ${this.id} crashed`, { cause: crash }),
    )
    this.#close()
    // A lease whose start was still in the mailbox when this actor ended.
    if (this.#granted !== null) this.#refuse(this.#granted)
  }

  #read(buffer: Buffer, length: number): boolean {
    try {
      return this.#driver.read(buffer, length)
    } catch (error) {
      if (!(error instanceof HansomError)) throw error
      this.#broken(error)
      return false
    }
  }

  #flushed(): void {
    this.#driver.flushed()
  }

  #ended(): void {
    try {
      this.#driver.ended()
    } catch (error) {
      if (!(error instanceof HansomError)) throw error
      this.#broken(error)
    }
    this.#close()
  }

  #gone(): void {
    this.#broken(closedError(closedMessage))
    this.finish()
  }

  #broken(error: HansomError): void {
    this.#driver.fail(error)
    this.#close()
  }

  #close(outcome: ExchangeOutcome | null = null): void {
    if (this.phase === 'closing') return
    const told = this.phase === 'upgraded'
    this.become('closing')
    if (!told) this.#host.send({ type: 'connection.draining', connection: this, outcome })
    this.#socket.destroy()
  }

  /** The lease was granted before the connection broke: nothing of the request was written. */
  #refuse(lease: Lease): void {
    lease.owner.send({ type: 'exchange.failed', error: closedError(closedMessage, true) })
  }
}

const closedMessage = 'the connection was closed before the answer was complete'

function closedError(message: string, retryable = false): ConnectionError {
  return new ConnectionError('ERR_HANSOM_CONNECTION_CLOSED', message, { retryable, bytesWritten: 0, bytesRead: 0 })
}

function socketError(cause: Error): ConnectionError {
  const errno = (cause as NodeJS.ErrnoException).code
  const details = { cause, bytesWritten: 0, bytesRead: 0 }
  return errno === 'ECONNRESET' || errno === 'EPIPE'
    ? new ConnectionError('ERR_HANSOM_CONNECTION_RESET', `the connection was reset (${errno})`, details)
    : new ConnectionError('ERR_HANSOM_CONNECTION_CLOSED', `the connection failed: ${cause.message}`, details)
}
