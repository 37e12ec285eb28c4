import type { ErrorCode } from './error-table.ts'

/** Where a request stands; also the phase in which an error or a timeout happened. */
export type Phase = 'queue' | 'connect' | 'send' | 'head' | 'body' | 'total'

/**
 * What each phase of a request took, in milliseconds. `queue + send + firstByte + body` is exactly `total`.
 * `dns`, `tcp` and `tls` are a breakdown inside `queue`, present only if the granted connection was dialed while this
 * request waited.
 */
export interface Bill {
  /** `request()` → a connection was granted. */
  readonly queue: number
  /** Granted → the last byte of the request was written. */
  readonly send: number
  /** Last byte written → the response head. */
  readonly firstByte: number
  /** Response head → the end of the body. */
  readonly body: number
  /** The sum of the four phases. */
  readonly total: number
  /**
   * Lost on a connection that broke before the answer began, after which the request was sent once more; inside `queue`.
   * Present only if that happened.
   */
  readonly retry?: number
  /** Of the dial: the name was resolved. */
  readonly dns?: number
  /** Of the dial: an address was connected to, failed ones included. */
  readonly tcp?: number
  /** Of the dial: the TLS handshake. */
  readonly tls?: number
}

/** One address that a dial tried. Times are milliseconds since the dial's start. */
export interface DialAttempt {
  /** `ip:port`, `[ip]:port` or a socket path. */
  readonly address: string
  /** When it began. */
  readonly startedMs: number
  /** When it connected or failed; `null` while neither has happened. */
  readonly endedMs: number | null
  /** `connected`, `pending`, or the reason of the failure. */
  readonly outcome: string
}

/** What an error tells about the request that it ended. */
export interface RequestContext {
  /** The request's method. */
  readonly method: string
  /** Scheme, host and port, like `https://example.com`. */
  readonly origin: string
  /** The id of the request's ref. */
  readonly ref: string
  /** What each phase took until the failure. */
  readonly bill: Bill
  /** The phase that failed. */
  readonly phase: Phase
  /** The stack of the `request()` call, with `traceCalls: true`. */
  readonly calledAt?: string | undefined
}

/** What a `HansomError` is made of, apart from code and message. */
export interface ErrorDetails {
  /** What was thrown or told below, kept as the error's `cause`. */
  readonly cause?: unknown
  /** The origin cannot have acted on the request. Default of the class: true for connecting and the pool, else false. */
  readonly retryable?: boolean
  /** The request that failed, once it is known. */
  readonly context?: RequestContext
}

/**
 * The base of every error that a request can end with. Network errors have no useful stack, so none is taken: method,
 * origin, ref, phase and bill say more.
 */
export class HansomError<D extends ErrorDetails = ErrorDetails> extends Error {
  /** What happened; `errorTable` has the meaning of each. */
  readonly code: ErrorCode
  /** True only when the origin cannot have acted on the request. */
  readonly retryable: boolean
  /** The method of the request that it ended. */
  readonly method: string | undefined
  /** Its scheme, host and port. */
  readonly origin: string | undefined
  /** The id of the request's ref. */
  readonly ref: string | undefined
  /** The phase that failed. */
  readonly phase: Phase | undefined
  /** What each phase took until the failure. */
  readonly bill: Bill | undefined
  readonly #details: D

  /** Made by hansom, without a stack. A request's own fields come from `details.context`. */
  constructor(code: ErrorCode, message: string, details: D = {} as D) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    Error.stackTraceLimit = limit
    this.code = code
    this.retryable = details.retryable ?? false
    const context = details.context
    this.method = context?.method
    this.origin = context?.origin
    this.ref = context?.ref
    this.phase = context?.phase
    this.bill = context?.bill
    if (context?.calledAt) this.stack = `${this.name}: ${message}\n${context.calledAt}`
    this.#details = details
  }

  /** The name of the class, like `TimeoutError`. */
  override get name(): string {
    return this.constructor.name
  }

  /** A copy that belongs to one request: same code, message and cause, with that request's own context. */
  withContext(context: RequestContext): this {
    const Class = this.constructor as new (code: ErrorCode, message: string, details: D) => this
    return new Class(this.code, this.message, { ...this.#details, context })
  }
}

/** Details of a `ConnectError`. */
export interface ConnectDetails extends ErrorDetails {
  /** Default none. */
  readonly attempts?: readonly DialAttempt[]
}

/** No connection could be made. `attempts` lists every address with its reason and time. Always retryable. */
export class ConnectError extends HansomError<ConnectDetails> {
  /** The addresses tried, in order. Empty if none was: the name was not resolved, say. */
  readonly attempts: readonly DialAttempt[]

  /** Made by hansom. */
  constructor(code: ErrorCode, message: string, details: ConnectDetails = {}) {
    super(code, message, { retryable: true, ...details })
    this.attempts = details.attempts ?? []
  }
}

/** Details of a `TimeoutError`. */
export interface TimeoutDetails extends ErrorDetails {
  /** The limit that was passed, in milliseconds. */
  readonly timeoutMs: number
  /** The addresses tried, when a dial timed out. Default none. */
  readonly attempts?: readonly DialAttempt[]
}

/** A phase took longer than its timeout. `timeoutMs` is the limit that was passed. */
export class TimeoutError extends HansomError<TimeoutDetails> {
  /** The limit that was passed, in milliseconds. */
  readonly timeoutMs: number
  /** The addresses tried, when a dial timed out. */
  readonly attempts: readonly DialAttempt[]

  /** Made by hansom. */
  constructor(code: ErrorCode, message: string, details: TimeoutDetails) {
    super(code, message, details)
    this.timeoutMs = details.timeoutMs
    this.attempts = details.attempts ?? []
  }
}

/** The state of one host's pool. */
export interface PoolLoad {
  /** Open connections, idle or busy. */
  readonly connections: number
  /** Of those, the ones that serve nobody. */
  readonly idle: number
  /** Dials in flight. */
  readonly dialing: number
  /** Exchanges in flight. */
  readonly inFlight: number
  /** Requests that wait, those for whom a connection is being dialed included. */
  readonly waiting: number
  /** How many connections may be open or being dialed. */
  readonly maxConnections: number
}

/** Details of a `PoolError`. */
export interface PoolDetails extends ErrorDetails {
  /** The policy's name. */
  readonly policy: string
  /** The state of the pool when it decided. */
  readonly load: PoolLoad
}

/** The pool policy refused or dropped the request. Always retryable: nothing was sent. */
export class PoolError extends HansomError<PoolDetails> {
  /** The policy's name. */
  readonly policy: string
  /** The state of the pool when it decided. */
  readonly load: PoolLoad

  /** Made by hansom. */
  constructor(code: ErrorCode, message: string, details: PoolDetails) {
    super(code, message, { retryable: true, ...details })
    this.policy = details.policy
    this.load = details.load
  }
}

/** Details of a `ConnectionError`. */
export interface ConnectionDetails extends ErrorDetails {
  /** Bytes of the request that were given to the socket. */
  readonly bytesWritten: number
  /** Bytes of the response that were read. */
  readonly bytesRead: number
}

/** The connection failed while it served the request. The byte counts are of this exchange. */
export class ConnectionError extends HansomError<ConnectionDetails> {
  /** Bytes of the request that were given to the socket. */
  readonly bytesWritten: number
  /** Bytes of the response that were read. */
  readonly bytesRead: number

  /** Made by hansom. */
  constructor(code: ErrorCode, message: string, details: ConnectionDetails) {
    super(code, message, details)
    this.bytesWritten = details.bytesWritten
    this.bytesRead = details.bytesRead
  }
}

/** Details of a `ProtocolError`. */
export interface ProtocolDetails extends ErrorDetails {
  /** Where in the message, in bytes from its start. */
  readonly offset?: number | undefined
  /** The rule that was broken, like `RFC 9112 §7.1`. */
  readonly rfc?: string | undefined
}

/** The peer broke the protocol or a limit. `offset` counts bytes from the start of the message. */
export class ProtocolError extends HansomError<ProtocolDetails> {
  /** Where in the message, in bytes from its start; `undefined` where that says nothing. */
  readonly offset: number | undefined
  /** The rule that was broken, like `RFC 9112 §7.1`. */
  readonly rfc: string | undefined

  /** Made by hansom. */
  constructor(code: ErrorCode, message: string, details: ProtocolDetails = {}) {
    super(code, message, details)
    this.offset = details.offset
    this.rfc = details.rfc
  }
}

/** An actor crashed while it served the request. The cause is what it threw. */
export class ActorCrashError extends HansomError {}

/** A `TypeError` or `RangeError` that hansom throws at the call that was wrong. */
export interface ArgumentError extends Error {
  /** What is wrong: one of the codes of `TypeError` in `errorTable`. */
  readonly code: ErrorCode
  /** The name of the argument or option, like `timeouts.queueMs`. */
  readonly argument: string
}

/** Makes the error for a wrong argument: a `TypeError` with a code and the argument's name. */
export function argumentError(code: ErrorCode, argument: string, message: string): ArgumentError & TypeError {
  return Object.assign(new TypeError(message), { code, argument })
}

/** Makes the error for an argument out of range: a `RangeError` with a code and the argument's name. */
export function rangeError(code: ErrorCode, argument: string, message: string): ArgumentError & RangeError {
  return Object.assign(new RangeError(message), { code, argument })
}

/** What cancelling rejects with when no reason was given: Node's own shape of it. */
export class AbortError extends Error {
  /** The code that Node gives its own. */
  readonly code = 'ABORT_ERR'
  /** The name that Node gives its own. */
  override readonly name = 'AbortError'

  /** `options.cause` is kept. */
  constructor(message = 'the request was cancelled', options?: ErrorOptions) {
    super(message, options)
  }
}
