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
  readonly dns?: number
  readonly tcp?: number
  readonly tls?: number
}

/** One address that a dial tried. Times are milliseconds since the dial's start. */
export interface DialAttempt {
  /** `ip:port`, `[ip]:port` or a socket path. */
  readonly address: string
  readonly startedMs: number
  /** `null` while the attempt runs. */
  readonly endedMs: number | null
  /** `connected`, `pending`, or the reason of the failure. */
  readonly outcome: string
}

type ErrorClass =
  | 'TypeError'
  | 'RangeError'
  | 'ConnectError'
  | 'TimeoutError'
  | 'PoolError'
  | 'ConnectionError'
  | 'ProtocolError'
  | 'ActorCrashError'
  | 'HansomError'

interface ErrorEntry {
  readonly class: ErrorClass
  readonly meaning: string
  readonly remedy: string
}

/** Every code that hansom gives an error, with its class, its meaning and what to do. `docs/errors.md` is this table. */
export const errorTable = {
  ERR_HANSOM_INVALID_ARGUMENT: {
    class: 'TypeError',
    meaning: 'An argument has the wrong type or a value that is not allowed. Thrown at the call.',
    remedy: 'Correct the argument that `error.argument` names.',
  },
  ERR_HANSOM_INVALID_OPTION: {
    class: 'TypeError',
    meaning:
      'An option is unknown, has the wrong type (`TypeError`) or is out of range (`RangeError`). Thrown at the call.',
    remedy: 'Correct the option that `error.argument` names.',
  },
  ERR_HANSOM_INVALID_URL: {
    class: 'TypeError',
    meaning: 'The URL cannot be parsed, or its scheme is not `http:` or `https:`. Thrown at the call.',
    remedy: 'Give an absolute `http:` or `https:` URL.',
  },
  ERR_HANSOM_INVALID_HEADER: {
    class: 'TypeError',
    meaning:
      'A header name is not a token, a value has CR, LF, NUL or a character outside latin1, or the header is one that the client itself must write. Thrown at the call.',
    remedy: 'Correct or encode the header that `error.argument` names.',
  },
  ERR_HANSOM_BODY_BUSY: {
    class: 'TypeError',
    meaning: 'A second read of a body started while one was outstanding.',
    remedy: 'Wait for the first read, or give the body one reader.',
  },
  ERR_HANSOM_BODY_USED: {
    class: 'TypeError',
    meaning: 'The whole body was asked for after bytes of it had been taken.',
    remedy: 'Read the body in one way only.',
  },
  ERR_HANSOM_BODY_SOURCE: {
    class: 'HansomError',
    meaning: "The request's body source (an iterable or a stream) failed or gave something that is not bytes or text.",
    remedy: 'See `error.cause`.',
  },
  ERR_HANSOM_DNS: {
    class: 'ConnectError',
    meaning: 'The name could not be resolved, or has no addresses.',
    remedy: 'Check the name and the resolver; `lookup` sets another one.',
  },
  ERR_HANSOM_CONNECT: {
    class: 'ConnectError',
    meaning: 'No address accepted a connection. `error.attempts` lists each with its reason and time.',
    remedy: 'Check that the server listens and the network lets you through.',
  },
  ERR_HANSOM_TLS: {
    class: 'ConnectError',
    meaning: 'The TLS handshake failed: a certificate that is not trusted or not for this name, or no common protocol.',
    remedy: 'See `error.cause`; `tls.ca` trusts a private authority, `tls.servername` sets another name.',
  },
  ERR_HANSOM_ADDRESS_BLOCKED: {
    class: 'ConnectError',
    meaning: 'Every address of the name was refused by `allowAddress`.',
    remedy: 'Do not request that host, or change `allowAddress`.',
  },
  ERR_HANSOM_TIMEOUT_QUEUE: {
    class: 'TimeoutError',
    meaning: 'No connection was granted in time; the message tells how many waited ahead and how busy the pool was.',
    remedy: 'Raise `timeouts.queueMs` or `pool.maxConnections`, or send less at once.',
  },
  ERR_HANSOM_TIMEOUT_CONNECT: {
    class: 'TimeoutError',
    meaning: 'A dial (DNS, TCP and TLS together) did not finish in time.',
    remedy: 'Check the address; raise `timeouts.connectMs`.',
  },
  ERR_HANSOM_TIMEOUT_SEND: {
    class: 'TimeoutError',
    meaning: 'The socket accepted no byte of the request for too long.',
    remedy: 'The peer does not read; raise `timeouts.sendIdleMs` if it is merely slow.',
  },
  ERR_HANSOM_TIMEOUT_HEAD: {
    class: 'TimeoutError',
    meaning: 'The response head did not come in time after the request was written.',
    remedy: 'Raise `timeouts.headMs` if the server needs longer.',
  },
  ERR_HANSOM_TIMEOUT_BODY: {
    class: 'TimeoutError',
    meaning: 'No byte of the response body came for too long while the reader wanted some.',
    remedy: 'Raise `timeouts.bodyIdleMs` if the server pauses on purpose.',
  },
  ERR_HANSOM_TIMEOUT_TOTAL: {
    class: 'TimeoutError',
    meaning: 'The whole request took longer than `timeouts.totalMs`; the bill tells where the time went.',
    remedy: 'Raise `timeouts.totalMs`, or look at the longest phase of the bill.',
  },
  ERR_HANSOM_POOL_FULL: {
    class: 'PoolError',
    meaning: 'The pool policy refused the request: as many wait as may wait, or none may.',
    remedy: 'Send less at once, raise `pool.maxWaiting`, or choose another policy.',
  },
  ERR_HANSOM_POOL_DROPPED: {
    class: 'PoolError',
    meaning: 'The request waited, and the pool policy gave it up for another one.',
    remedy: 'As for `ERR_HANSOM_POOL_FULL`.',
  },
  ERR_HANSOM_POLICY: {
    class: 'PoolError',
    meaning: 'A pool policy answered something that makes no sense. It is the cause of an `ERR_HANSOM_ACTOR_CRASHED`.',
    remedy: "Run the policy through `hansom/testing`'s suite.",
  },
  ERR_HANSOM_CONNECTION_CLOSED: {
    class: 'ConnectionError',
    meaning: 'The connection was closed before the answer was complete.',
    remedy: 'Repeat the request if it is safe to; `error.retryable` tells whether the server cannot have acted.',
  },
  ERR_HANSOM_CONNECTION_RESET: {
    class: 'ConnectionError',
    meaning: 'The connection was reset by the peer or the network.',
    remedy: 'As for `ERR_HANSOM_CONNECTION_CLOSED`.',
  },
  ERR_HANSOM_BODY_TRUNCATED: {
    class: 'ConnectionError',
    meaning: 'The connection ended inside a response body; what came before is not the whole of it.',
    remedy: 'Discard what was read, repeat the request if it is safe to.',
  },
  ERR_HANSOM_PROTOCOL: {
    class: 'ProtocolError',
    meaning:
      'The server sent something that is not valid HTTP; `error.offset` and `error.rfc` tell where and which rule.',
    remedy: 'Mend the server.',
  },
  ERR_HANSOM_HEADERS_TOO_LARGE: {
    class: 'ProtocolError',
    meaning: 'A response head or trailer section is over its limit.',
    remedy: 'Raise `limits.headerBytes` or `limits.headerCount`.',
  },
  ERR_HANSOM_BODY_TOO_LARGE: {
    class: 'ProtocolError',
    meaning: 'A response body asked for as a whole is over its limit.',
    remedy: 'Raise `maxBytes` or `limits.bodyBytes`, or stream the body with `recvBody`.',
  },
  ERR_HANSOM_BODY_LENGTH: {
    class: 'ProtocolError',
    meaning: 'The request body was longer or shorter than its Content-Length.',
    remedy: 'Correct the header or the body.',
  },
  ERR_HANSOM_ACTOR_CRASHED: {
    class: 'ActorCrashError',
    meaning: 'An actor that served the request crashed; the cause tells why. Other requests are not touched.',
    remedy: 'If the cause is your policy, mend it; else it is a bug of hansom: report it.',
  },
  ERR_HANSOM_CLIENT_CLOSED: {
    class: 'HansomError',
    meaning: 'The client is closed or closing.',
    remedy: 'Make a new client.',
  },
} as const satisfies Record<string, ErrorEntry>

/** One of hansom's error codes. */
export type ErrorCode = keyof typeof errorTable

/** What an error tells about the request that it ended. */
export interface RequestContext {
  readonly method: string
  readonly origin: string
  readonly ref: string
  readonly bill: Bill
  readonly phase: Phase
  /** The stack of the `request()` call, with `traceCalls: true`. */
  readonly calledAt?: string | undefined
}

/** What a `HansomError` is made of, apart from code and message. */
export interface ErrorDetails {
  readonly cause?: unknown
  readonly retryable?: boolean
  readonly context?: RequestContext
}

/**
 * The base of every error that a request can end with. Network errors have no useful stack, so none is taken: method,
 * origin, ref, phase and bill say more.
 */
export class HansomError<D extends ErrorDetails = ErrorDetails> extends Error {
  readonly code: ErrorCode
  /** True only when the origin cannot have acted on the request. */
  readonly retryable: boolean
  readonly method: string | undefined
  readonly origin: string | undefined
  /** The id of the request's ref. */
  readonly ref: string | undefined
  readonly phase: Phase | undefined
  readonly bill: Bill | undefined
  readonly #details: D

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
  readonly attempts?: readonly DialAttempt[]
}

/** No connection could be made. `attempts` lists every address with its reason and time. Always retryable. */
export class ConnectError extends HansomError<ConnectDetails> {
  readonly attempts: readonly DialAttempt[]

  constructor(code: ErrorCode, message: string, details: ConnectDetails = {}) {
    super(code, message, { retryable: true, ...details })
    this.attempts = details.attempts ?? []
  }
}

/** Details of a `TimeoutError`. */
export interface TimeoutDetails extends ErrorDetails {
  readonly timeoutMs: number
  readonly attempts?: readonly DialAttempt[]
}

/** A phase took longer than its timeout. `timeoutMs` is the limit that was passed. */
export class TimeoutError extends HansomError<TimeoutDetails> {
  readonly timeoutMs: number
  /** The addresses tried, when a dial timed out. */
  readonly attempts: readonly DialAttempt[]

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
  readonly idle: number
  /** Dials in flight. */
  readonly dialing: number
  /** Exchanges in flight. */
  readonly inFlight: number
  /** Requests that wait, those for whom a connection is being dialed included. */
  readonly waiting: number
  readonly maxConnections: number
}

/** Details of a `PoolError`. */
export interface PoolDetails extends ErrorDetails {
  readonly policy: string
  readonly load: PoolLoad
}

/** The pool policy refused or dropped the request. Always retryable: nothing was sent. */
export class PoolError extends HansomError<PoolDetails> {
  readonly policy: string
  readonly load: PoolLoad

  constructor(code: ErrorCode, message: string, details: PoolDetails) {
    super(code, message, { retryable: true, ...details })
    this.policy = details.policy
    this.load = details.load
  }
}

/** Details of a `ConnectionError`. */
export interface ConnectionDetails extends ErrorDetails {
  readonly bytesWritten: number
  readonly bytesRead: number
}

/** The connection failed while it served the request. The byte counts are of this exchange. */
export class ConnectionError extends HansomError<ConnectionDetails> {
  readonly bytesWritten: number
  readonly bytesRead: number

  constructor(code: ErrorCode, message: string, details: ConnectionDetails) {
    super(code, message, details)
    this.bytesWritten = details.bytesWritten
    this.bytesRead = details.bytesRead
  }
}

/** Details of a `ProtocolError`. */
export interface ProtocolDetails extends ErrorDetails {
  readonly offset?: number | undefined
  readonly rfc?: string | undefined
}

/** The peer broke the protocol or a limit. `offset` counts bytes from the start of the message. */
export class ProtocolError extends HansomError<ProtocolDetails> {
  readonly offset: number | undefined
  /** The rule that was broken, like `RFC 9112 §7.1`. */
  readonly rfc: string | undefined

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
  readonly code = 'ABORT_ERR'
  override readonly name = 'AbortError'

  constructor(message = 'the request was cancelled', options?: ErrorOptions) {
    super(message, options)
  }
}
