import type { Duplex } from 'node:stream'
import { type Actor, createActor } from 'xstate'
import type { Env, ResolvedAddress } from '../actor/env.ts'
import type { Stoppable } from '../actor/process.ts'
import type { Recipient } from '../actor/recipient.ts'
import { type TimerWheel, type Wakeable, WheelTimer } from '../actor/timer-wheel.ts'
import { isDuplex, StreamSocket } from '../connection/stream-socket.ts'
import { ActorCrashError, ConnectError, type DialAttempt, type HansomError, TimeoutError } from '../errors.ts'
import { Attempt, type AttemptOwner } from './attempt.ts'
import { type DialEffects, type DialEvent, dialMachine } from './dial-machine.ts'
import type { DialLimiter, Place } from './limiter.ts'
import type { DialReport, DialTarget } from './messages.ts'
import { literalAddress } from './resolve.ts'
import { tlsFailure } from './tls-failure.ts'

/** A user's own transport: anything that gives a byte stream to the target, now or later. */
export type ConnectFunction = (
  target: { readonly origin: string; readonly hostname: string; readonly port: number; readonly secure: boolean },
  options: { readonly signal: AbortSignal },
) => Duplex | Promise<Duplex>

/** How dials are made; the same for all of a host. */
export interface DialOptions {
  readonly tls: { readonly servername?: string | undefined } & object
  readonly socketPath: string | undefined
  readonly connect: ConnectFunction | undefined
  readonly allowAddress: ((address: string, hostname: string) => boolean) | undefined
}

/** What a dial runs with. */
export interface DialSetup {
  readonly env: Env
  readonly wheel: TimerWheel
  readonly limiter: DialLimiter
  readonly target: DialTarget
  readonly options: DialOptions
  /** For all of it, once there is a place for it: name, addresses, handshakes. */
  readonly connectMs: number
  readonly host: Recipient<DialReport>
}

/**
 * One dial: waits for a place among the dials that may run, resolves the name, tries its addresses one after the other,
 * secures the one that connects. Ends in `dial.connected`, or in `dial.failed` and `dial.closed`; one deadline covers all
 * of it but the wait. It runs `dialMachine`.
 */
export class Dial implements DialEffects, AttemptOwner, Stoppable, Wakeable {
  readonly startedMs: number
  readonly target: DialTarget
  readonly #setup: DialSetup
  readonly #actor: Actor<typeof dialMachine>
  readonly #timer: WheelTimer
  readonly #abort: AbortController | null
  readonly #attempts: Attempt[] = []
  #place: Place | null = null
  /** Gives up the question for the name. */
  #forget: () => void = () => {}
  #addresses: readonly ResolvedAddress[] = []
  #next = 0
  #current: Attempt | null = null
  #error: HansomError | null = null
  #timings: { dns?: number; tcp?: number; tls?: number } = {}
  #phaseMs: number
  #over = false
  #openSockets = 0
  #reported = false

  constructor(setup: DialSetup) {
    this.#setup = setup
    this.target = setup.target
    this.startedMs = setup.env.clock.now()
    this.#phaseMs = this.startedMs
    this.#timer = new WheelTimer(this)
    this.#abort = setup.options.connect === undefined ? null : new AbortController()
    this.#actor = createActor(dialMachine, { input: this })
    this.#actor.subscribe({ complete: () => this.#ended(), error: error => this.#crashed(error) })
  }

  start(): void {
    this.#actor.start()
  }

  /** Cancels: no report but `dial.closed` follows. */
  stop(): void {
    this.#send({ type: 'dial.cancel' })
  }

  /** What was tried so far. */
  attempts(): DialAttempt[] {
    return this.#attempts.map(({ address, startedMs, endedMs, outcome }) => ({
      address,
      startedMs: startedMs - this.startedMs,
      endedMs: endedMs === null ? null : endedMs - this.startedMs,
      outcome,
    }))
  }

  wake(): void {
    this.#send({ type: 'deadline.passed' })
  }

  get needsName(): boolean {
    const { connect, socketPath } = this.#setup.options
    if (connect !== undefined || socketPath !== undefined) return false
    const literal = literalAddress(this.target.hostname)
    if (literal === null) return true
    this.#addresses = [literal]
    return false
  }

  get needsTls(): boolean {
    return this.target.secure
  }

  get hasNext(): boolean {
    return this.#next < this.#addresses.length
  }

  queue(): void {
    const { limiter, env, wheel, connectMs } = this.#setup
    this.#place = limiter.enter(this.target.origin, () => {
      this.#phaseMs = env.clock.now()
      // Not earlier: the dials of a dead host must not use up the time of another's.
      wheel.set(this.#timer, this.#phaseMs + connectMs)
      this.#send({ type: 'dial.admitted' })
    })
  }

  resolve(): void {
    const { hostname } = this.target
    this.#forget = this.#setup.env.resolver.resolve(hostname, (error, addresses) => {
      if (this.#over) return
      this.#timings.dns = this.#lap()
      if (error === null && addresses.length > 0) {
        this.#addresses = addresses
        return this.#send({ type: 'dns.resolved' })
      }
      const reason = error === null ? 'the name has no addresses' : error.message
      this.#error = new ConnectError('ERR_HANSOM_DNS', `cannot resolve ${hostname}: ${reason}`, { cause: error })
      this.#send({ type: 'dns.failed' })
    })
  }

  attempt(): void {
    const { connect, socketPath, allowAddress } = this.#setup.options
    const { transport, clock } = this.#setup.env
    if (connect !== undefined) return this.#attemptOwn(connect)
    const nowMs = clock.now()
    if (socketPath !== undefined) {
      const attempt = this.#open(socketPath, nowMs)
      attempt.socket = transport.connect({ kind: 'unix', path: socketPath }, attempt)
      return
    }
    const { address, family } = this.#addresses[this.#next++]!
    const attempt = this.#open(
      family === 6 ? `[${address}]:${this.target.port}` : `${address}:${this.target.port}`,
      nowMs,
    )
    if (allowAddress !== undefined && !this.#allowed(allowAddress, address)) {
      attempt.error = new ConnectError('ERR_HANSOM_ADDRESS_BLOCKED', `${address} is not allowed (allowAddress)`)
      this.#setup.env.timers.microtask(() => this.closed(attempt))
      return
    }
    attempt.socket = transport.connect({ kind: 'tcp', address, family, port: this.target.port }, attempt)
  }

  secure(): void {
    const attempt = this.#current!
    const { tls } = this.#setup.options
    const servername = tls.servername ?? this.target.hostname
    const socket = attempt.socket!
    const target = { servername, alpn: ['http/1.1'], options: tls }
    try {
      attempt.socket = this.#setup.env.transport.secure(socket, target, attempt)
    } catch (error) {
      // Node finds wrong options, such as a key that is none, only now.
      attempt.onError(asError(error))
      socket.destroy()
    }
  }

  /** An attempt's handshake ended: TCP's, or TLS's. */
  settled(attempt: Attempt): void {
    if (this.#over || attempt !== this.#current) return
    if (attempt.outcome === 'connected') {
      this.#timings.tls = this.#lap()
      return this.#send({ type: 'tls.secured' })
    }
    this.#timings.tcp = this.#lap()
    attempt.outcome = 'connected'
    attempt.endedMs = this.#setup.env.clock.now()
    this.#send({ type: 'attempt.connected' })
  }

  /** An attempt's socket is gone. The next one starts only now: a dial never holds more than one descriptor. */
  closed(attempt: Attempt): void {
    this.#openSockets--
    if (!this.#over && attempt === this.#current) {
      const inTls = attempt.outcome === 'connected'
      const cause = attempt.error ?? new Error('unknown')
      attempt.endedMs = this.#setup.env.clock.now()
      attempt.outcome = (cause as NodeJS.ErrnoException).code ?? cause.message
      this.#current = null
      this.#error = this.#explain(cause, inTls)
      this.#send({ type: 'attempt.failed' })
    }
    this.#reportClosed()
  }

  #attemptOwn(connect: ConnectFunction): void {
    const attempt = this.#open(this.target.origin, this.#setup.env.clock.now())
    const { origin, hostname, port, secure } = this.target
    const signal = this.#abort!.signal
    const failed = (error: unknown): void => {
      attempt.error = asError(error)
      this.closed(attempt)
    }
    const opened = (stream: Duplex): void => {
      if (!isDuplex(stream)) return failed(new TypeError('connect() gave no Duplex stream'))
      // Its `close` may have been told already, to nobody.
      if (stream.destroyed) return failed(stream.errored ?? new Error('connect() gave a stream that was destroyed'))
      const socket = new StreamSocket(stream, attempt, origin)
      attempt.socket = socket
      if (this.#over) return socket.destroy()
      if (!secure) socket.readByEvents()
      attempt.onConnect()
    }
    // User code never runs inside an actor's turn.
    this.#setup.env.timers.microtask(() => {
      new Promise<Duplex>(resolve => resolve(connect({ origin, hostname, port, secure }, { signal }))).then(
        opened,
        failed,
      )
    })
  }

  #open(address: string, nowMs: number): Attempt {
    const attempt = new Attempt(address, nowMs, this)
    this.#attempts.push(attempt)
    this.#current = attempt
    this.#openSockets++
    return attempt
  }

  #allowed(allowAddress: (address: string, hostname: string) => boolean, address: string): boolean {
    try {
      return allowAddress(address, this.target.hostname) === true
    } catch {
      return false
    }
  }

  #lap(): number {
    const nowMs = this.#setup.env.clock.now()
    const tookMs = nowMs - this.#phaseMs
    this.#phaseMs = nowMs
    return tookMs
  }

  #send(event: DialEvent): void {
    // xstate warns on stderr of events for an actor that has ended.
    if (!this.#over) this.#actor.send(event)
  }

  #ended(): void {
    this.#finish()
    const state = this.#actor.getSnapshot().value
    if (state === 'connected') {
      this.#reported = true
      const socket = this.#current!.socket!
      this.#setup.host.send({ type: 'dial.connected', dial: this, socket, timings: this.#timings })
      return
    }
    if (state === 'failed') this.#fail(this.#error!)
    else if (state === 'timedOut') this.#fail(this.#timeout())
    this.#giveUp()
  }

  #crashed(error: unknown): void {
    this.#finish()
    this.#fail(
      new ActorCrashError('ERR_HANSOM_ACTOR_CRASHED', `the dial of ${this.target.origin} crashed`, { cause: error }),
    )
    this.#giveUp()
  }

  #finish(): void {
    this.#over = true
    this.#setup.wheel.clear(this.#timer)
    this.#forget()
    this.#place?.leave()
  }

  #fail(error: HansomError): void {
    this.#setup.host.send({ type: 'dial.failed', dial: this, error })
  }

  /** Nobody wants the socket any more. */
  #giveUp(): void {
    this.#abort?.abort()
    this.#current?.socket?.destroy()
    // A user's connect() that never answers holds no descriptor of ours: do not hold the slot for it.
    if (this.#current !== null && this.#current.socket === null && this.#abort !== null) this.#openSockets = 0
    this.#reportClosed()
  }

  #reportClosed(): void {
    if (!this.#over || this.#openSockets > 0 || this.#reported) return
    this.#reported = true
    this.#setup.host.send({ type: 'dial.closed', dial: this })
  }

  #timeout(): TimeoutError {
    const { connectMs } = this.#setup
    const attempts = this.attempts()
    const last = this.#attempts.at(-1)
    const outcome = last?.outcome === 'connected' ? 'connected, its TLS handshake pending' : last?.outcome
    const where = last === undefined ? 'the name was not resolved' : `${last.address} ${outcome}`
    const message = `no connection to ${this.target.origin} was made within ${connectMs} ms (timeouts.connectMs); ${where}`
    return new TimeoutError('ERR_HANSOM_TIMEOUT_CONNECT', message, { timeoutMs: connectMs, attempts, retryable: true })
  }

  /** The error for the attempt that failed last; it lists all of them. */
  #explain(cause: Error, inTls: boolean): HansomError {
    const attempts = this.attempts()
    const { origin } = this.target
    if (inTls) return tlsFailure(origin, cause, attempts)
    if (attempts.every(attempt => attempt.outcome === 'ERR_HANSOM_ADDRESS_BLOCKED')) {
      const message = `every address of ${this.target.hostname} is refused by allowAddress: ${list(attempts)}`
      return new ConnectError('ERR_HANSOM_ADDRESS_BLOCKED', message, { cause, attempts })
    }
    const causes = this.#attempts.flatMap(attempt => (attempt.error === null ? [] : [attempt.error]))
    const own = this.#setup.options.connect !== undefined
    const why = own ? `connect() failed: ${cause.message}` : list(attempts)
    const failed = own ? 'connect() failed' : 'no address accepted a connection'
    const details = { cause: new AggregateError(causes, failed), attempts }
    return new ConnectError('ERR_HANSOM_CONNECT', `cannot connect to ${origin}: ${why}`, details)
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function list(attempts: readonly DialAttempt[]): string {
  return attempts.map(({ address, outcome }) => `${address} ${outcome}`).join(', ')
}
