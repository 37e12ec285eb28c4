/** What one error code means. */
export interface ErrorEntry {
  /** The name of the error's class; an option's number that is out of range makes a `RangeError` of its `TypeError`. */
  readonly class:
    | 'TypeError'
    | 'ConnectError'
    | 'TimeoutError'
    | 'PoolError'
    | 'ConnectionError'
    | 'ProtocolError'
    | 'ActorCrashError'
    | 'HansomError'
  /** What happened. */
  readonly meaning: string
  /** What to do about it. */
  readonly remedy: string
}

const table = {
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
    meaning: 'No byte of the response body came for too long while some were wanted.',
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
  ERR_HANSOM_UPGRADE_REFUSED: {
    class: 'HansomError',
    meaning: 'The server answered an upgrade or a CONNECT with something else than 101 or, for CONNECT, a 2xx.',
    remedy: 'Read the answer with `recvHead` and `body`: its status says why.',
  },
  ERR_HANSOM_CLIENT_CLOSED: {
    class: 'HansomError',
    meaning: 'The client is closed or closing.',
    remedy: 'Make a new client.',
  },
} as const satisfies Record<string, ErrorEntry>

/**
 * One of hansom's error codes.
 * @useDeclaredType
 */
export type ErrorCode = keyof typeof table

/** Every code that hansom gives an error, with its class, its meaning and what to do. `docs/errors.md` is this table. */
export const errorTable: Readonly<Record<ErrorCode, ErrorEntry>> = table
