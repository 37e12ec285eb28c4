import type { OutgoingRequest } from '../connection/messages.ts'
import { argumentError } from '../errors.ts'
import { checkTarget } from '../wire/http1/request-target.ts'
import { validateMethod } from '../wire/http1/serializer.ts'
import { type BodyInput, type BodyPlan, bodyPlan, streamOf } from './body-source.ts'
import { type Delivery, planDelivery } from './delivery.ts'
import type { HeadersInput } from './header-fields.ts'
import type { StreamTo } from './response-message.ts'
import { plainGet, serialize } from './serialize.ts'
import type { RequestTarget } from './target.ts'
import { type Timeouts, type TimeoutsInput, timeoutsOf } from './timeouts.ts'

/** The options of one request. */
export interface RequestInit {
  /**
   * A token of HTTP; letter case counts. `CONNECT` is refused. `get()` and its like set their own. Default `GET`, or `POST`
   * with a body.
   */
  readonly method?: string
  /** Fields that frame the message or manage the connection are refused. */
  readonly headers?: HeadersInput
  /** What is sent. Refused for `GET`, `HEAD` and `TRACE`. */
  readonly body?: BodyInput | null
  /** The body is written by `sendBody` and `finishBody`. Default `false`. */
  readonly streamBody?: boolean
  /**
   * Sends `Expect: 100-continue`, and the body only when the server says `100 Continue`, or after `timeouts.continueMs`. If
   * a final answer comes first, a refusal say, the body is not sent at all (RFC 9110 §10.1.1). Default `false`: many
   * servers never answer it, and then each request waits for nothing.
   */
  readonly expectContinue?: boolean
  /**
   * Delivers the answer as messages to `streamTo`: `true` as it comes, `'once'` one message for each `streamNext`.
   * Default `false`: the answer is read by `recvHead` and `recvBody`.
   */
  readonly async?: boolean | 'once'
  /**
   * With `async`: a function, or anything with `send`, such as an xstate actor. If it returns a promise, the next message
   * waits for it. When an xstate actor stops, its requests are cancelled.
   */
  readonly streamTo?: StreamTo
  /**
   * With `async: true`, to something with `send`: how many messages it may have unread, `streamNext` telling that one was
   * read. Beyond that each `streamNext` gives one message. At least 1. Default 256.
   */
  readonly maxUnread?: number
  /**
   * Asks the server to switch to this protocol, `'websocket'` say (RFC 9110 §7.8). If it does, `upgrade(ref)` gives the
   * connection. Neither with a body nor with `async`.
   */
  readonly upgrade?: string
  /**
   * With method `CONNECT`: the `host:port` to which the server, a proxy, shall open a tunnel (RFC 9110 §9.3.6).
   * `upgrade(ref)` gives the connection.
   */
  readonly authority?: string
  /** Cancels the request, in every phase. */
  readonly signal?: AbortSignal | undefined
  /** Time limits to change. Default the host's. */
  readonly timeouts?: TimeoutsInput
  /**
   * The name of a pool in `pools`; or `false`: a connection of its own, closed after the answer. That one counts in the
   * client's `maxConnections`, not in the host's, and not in `stats().hosts`. Default `''`, the pool without a name.
   */
  readonly pool?: string | false
  /** For policies: any number, higher is more urgent. The built-in ones take no notice. Default 0. */
  readonly priority?: number
  /** For policies: whom the request is for. The built-in ones take no notice. Default `''`. */
  readonly key?: string
}

/** What the client says of the requests to one origin. */
export interface RequestDefaults {
  readonly timeouts: Timeouts
  /** The connections of this pool serve one request each. */
  closes(pool: string): boolean
}

/** A request that was checked: all that its actor needs. Frozen in effect: nothing of it is the user's to change. */
export interface RequestPlan {
  readonly target: RequestTarget
  readonly method: string
  readonly outgoing: OutgoingRequest
  readonly body: BodyPlan
  /** The length that the head promises for a streamed body, or `null`. */
  readonly bodyLength: number | null
  /** The body waits for `100 Continue`. */
  readonly expects: boolean
  /** `null`: the answer is read, not delivered. */
  readonly delivery: Delivery | null
  readonly timeouts: Timeouts
  readonly signal: AbortSignal | undefined
  readonly pool: string | false
  readonly priority: number
  readonly key: string
  /** Sending it twice is as good as once, and all of it is at hand (promise 5 b). */
  readonly repeatable: boolean
}

const known: ReadonlySet<string> = new Set([
  'method',
  'headers',
  'body',
  'streamBody',
  'expectContinue',
  'async',
  'streamTo',
  'maxUnread',
  'upgrade',
  'authority',
  'signal',
  'timeouts',
  'pool',
  'priority',
  'key',
])

/** Methods whose content has no meaning (RFC 9110 §9.3): sending one is a mistake that some servers take for an attack. */
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'TRACE'])

/** Names of protocols, perhaps with versions (RFC 9110 §7.8). */
const protocols = /^[!#$%&'*+.^_`|~\w-]+(\/[!#$%&'*+.^_`|~\w-]+)?(, ?[!#$%&'*+.^_`|~\w-]+(\/[!#$%&'*+.^_`|~\w-]+)?)*$/

const emptyInit: RequestInit = Object.freeze({})
const noBody: BodyPlan = Object.freeze({ kind: 'none' })

/** Checks the arguments of `request()`. Throws a `TypeError` or `RangeError` with a code and the argument's name. */
export function planRequest(
  target: RequestTarget,
  init: RequestInit | undefined,
  defaults: RequestDefaults,
): RequestPlan {
  const options = init ?? emptyInit
  if (typeof options !== 'object') throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'init', 'init is an object')
  for (const name in options) if (!known.has(name)) throw unknownOption(name)
  const body = planBody(options)
  const method = planMethod(options.method, body)
  const { signal, pool = '', priority = 0, key = '' } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrongType('signal', 'an AbortSignal')
  if (pool !== false && typeof pool !== 'string') throw wrongType('pool', 'a name or false')
  if (typeof priority !== 'number' || Number.isNaN(priority)) throw wrongType('priority', 'a number')
  if (typeof key !== 'string') throw wrongType('key', 'a string')
  const timeouts =
    options.timeouts === undefined ? defaults.timeouts : timeoutsOf(options.timeouts, defaults.timeouts, 'timeouts')
  const delivery = planDelivery(options.async, options.streamTo, options.maxUnread)
  const closes = pool === false || defaults.closes(pool)
  const switches = options.upgrade !== undefined || options.authority !== undefined || method === 'CONNECT'
  if (switches) checkSwitch(options, method, body)
  const plain = body.kind === 'none' && options.headers === undefined && method === 'GET' && !closes && !switches
  const { outgoing, bodyLength, idempotent } =
    plain && target.authorization === null ? plainGet(target) : serialize(target, method, options, body, closes)
  return {
    target,
    method,
    outgoing,
    body,
    bodyLength,
    expects: options.expectContinue === true,
    delivery,
    timeouts,
    signal,
    pool,
    priority,
    key,
    repeatable: idempotent && (body.kind === 'none' || body.kind === 'bytes'),
  }
}

function planBody(options: RequestInit): BodyPlan {
  const { expectContinue } = options
  if (expectContinue !== undefined && typeof expectContinue !== 'boolean')
    throw wrongType('expectContinue', 'a boolean')
  const plan = planSending(options)
  if (expectContinue !== true) return plan
  if (plan.kind === 'none' || (plan.kind === 'bytes' && plan.bytes.length === 0)) {
    throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'expectContinue', 'expectContinue needs a body that waits')
  }
  return plan.kind === 'bytes' ? streamOf(plan.bytes, plan.type) : plan
}

function planSending(options: RequestInit): BodyPlan {
  if (options.streamBody !== undefined && typeof options.streamBody !== 'boolean')
    throw wrongType('streamBody', 'a boolean')
  if (options.streamBody !== true) return options.body === undefined ? noBody : bodyPlan(options.body)
  if (options.body !== undefined && options.body !== null) {
    throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'body', 'a request has a body or streamBody, not both')
  }
  return { kind: 'manual' }
}

function planMethod(given: string | undefined, body: BodyPlan): string {
  const method = given === undefined ? (body.kind === 'none' ? 'GET' : 'POST') : validateMethod(given)
  if (body.kind !== 'none' && bodiless.has(method)) {
    throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'body', `a ${method} request has no body (RFC 9110 §9.3)`)
  }
  return method
}

/** Checks a request that asks for another protocol, or for a tunnel. */
function checkSwitch({ upgrade, authority, async }: RequestInit, method: string, body: BodyPlan): void {
  const wrong = (name: string, why: string): Error => argumentError('ERR_HANSOM_INVALID_ARGUMENT', name, why)
  if ((method === 'CONNECT') !== (authority !== undefined)) {
    throw wrong('authority', 'CONNECT and authority, the host:port of the tunnel, need each other')
  }
  if (authority !== undefined) checkTarget('CONNECT', authority)
  if (authority !== undefined && upgrade !== undefined)
    throw wrong('upgrade', 'a tunnel cannot be upgraded by its CONNECT')
  if (upgrade !== undefined && (typeof upgrade !== 'string' || !protocols.test(upgrade))) {
    throw wrong('upgrade', 'upgrade is the name of a protocol, such as websocket')
  }
  if (body.kind !== 'none') throw wrong('body', 'a request that hands its connection over has no body')
  if (async !== undefined && async !== false)
    throw wrong('async', 'a request that hands its connection over is not delivered')
}

function unknownOption(name: string): Error {
  const message = `unknown option ${JSON.stringify(name)} of a request; known here: ${[...known].join(', ')}`
  return argumentError('ERR_HANSOM_INVALID_OPTION', name, message)
}

function wrongType(name: string, what: string): Error {
  return argumentError('ERR_HANSOM_INVALID_OPTION', name, `${name} is ${what}`)
}
