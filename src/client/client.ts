import type { InspectionEvent, Observer } from 'xstate'
import type { Env } from '../actor/env.ts'
import { number, shape } from '../checks.ts'
import { argumentError } from '../errors.ts'
import type { BodyChunk } from '../request/body-source.ts'
import { takesMessages } from '../request/delivery.ts'
import { type Explanation, explainRecord } from '../request/explain.ts'
import { type HeadersInput, trailerFields } from '../request/header-fields.ts'
import type { RequestRecord, Upgraded } from '../request/record.ts'
import { RequestRef, recordOf } from '../request/ref.ts'
import type { RequestInit } from '../request/request-init.ts'
import type { StreamTo } from '../request/response-message.ts'
import type { HeadersView } from '../wire/headers-view.ts'
import type { ResponseHead } from '../wire/message.ts'
import { Answer } from './answer.ts'
import { type Caller, ClientCore } from './core.ts'
import type { ClientEventName, ClientListener } from './events.ts'
import type { ClientOptions } from './options.ts'
import type { ClientStats } from './stats.ts'

const defaultCloseMs = 10_000

/** The options of a request whose whole answer is read and whose method is in the name of the call, like `get`. */
export type WholeInit = Omit<RequestInit, 'method' | 'async' | 'streamTo' | 'maxUnread' | 'upgrade' | 'authority'>

/** Options of `body`. */
export interface BodyOptions {
  /** A longer body is refused with `ERR_HANSOM_BODY_TOO_LARGE`. Default `limits.bodyBytes`. */
  readonly maxBytes?: number | undefined
}

/** Options of `close`. */
export interface CloseOptions {
  /** How long requests that run or wait may take to finish. 0 ends them at once. Default 10,000. */
  readonly withinMs?: number | undefined
}

const bodyShape = shape({ maxBytes: number(0) })
const closeShape = shape({ withinMs: number(0) })

/**
 * How the package's own functions make requests, so that `traceCalls` leaves out their frames too.
 * @internal
 */
export let requestAs: (client: Client, caller: Caller, url: string | URL, init: RequestInit | undefined) => RequestRef
/** @internal */
export let wholeAs: (
  client: Client,
  caller: Caller,
  method: string,
  url: string | URL,
  init: WholeInit | undefined,
) => Promise<Answer>

/** A client: its hosts, their pools, and every request that runs. Made by `createClient`. */
export class Client implements AsyncDisposable {
  readonly #core: ClientCore

  /** @internal */
  constructor(options: ClientOptions, env?: Env) {
    this.#core = new ClientCore(options, env)
  }

  /**
   * Starts a request and returns its ref at once. Throws a `TypeError` or `RangeError` for wrong arguments; everything
   * else comes through the ref.
   */
  request(url: string | URL, init?: RequestInit): RequestRef {
    return this.#request(this.request, url, init)
  }

  /**
   * The response head. May be called any number of times. On a failed ref every call rejects with the request's error, also
   * if the head had come.
   */
  recvHead(ref: RequestRef): Promise<ResponseHead> {
    return recordOf(ref).recvHead()
  }

  /**
   * The next chunk of the response body; `null` at the end, for ever. Rejects with the request's error, and with
   * `ERR_HANSOM_BODY_BUSY` while another read is outstanding.
   */
  recvBody(ref: RequestRef): Promise<Uint8Array | null> {
    const record = recordOf(ref)
    record.observed = true
    return record.inbox.next()
  }

  /** The trailers of a response whose body was read to its end; `null` if there were none, or it was not. */
  recvTrailers(ref: RequestRef): HeadersView | null {
    return recordOf(ref).trailers
  }

  /**
   * The whole body. Rejects with `ERR_HANSOM_BODY_TOO_LARGE` above `maxBytes` (default `limits.bodyBytes`), and with
   * `ERR_HANSOM_BODY_USED` after some of it was read.
   */
  body(ref: RequestRef, options?: BodyOptions): Promise<Uint8Array> {
    if (options !== undefined) bodyShape(options, '')
    return this.#bytes(recordOf(ref), options?.maxBytes)
  }

  /** Reads the rest of the body away, so that its connection can serve again. */
  drain(ref: RequestRef): Promise<void> {
    const record = recordOf(ref)
    record.observed = true
    return record.inbox.drain()
  }

  /**
   * Sends a chunk of a body, after those that were sent before. Resolves when the socket has taken it: `true` if more is
   * welcome, `false` if a final answer has come. Rejects only if the request failed. Throws a `TypeError` without
   * `streamBody` and after `finishBody`.
   */
  sendBody(ref: RequestRef, chunk: BodyChunk): Promise<boolean> {
    return recordOf(ref).sendBody(chunk)
  }

  /**
   * Ends a body, with trailers if any. Resolves when its last byte was given to the connection. Throws a `TypeError` without
   * `streamBody`, the second time, and for trailers of a body that has a `content-length`.
   */
  finishBody(ref: RequestRef, trailers?: HeadersInput): Promise<void> {
    const record = recordOf(ref)
    return record.finishBody(trailerFields(trailers))
  }

  /** Cancels a request in any phase: it rejects with `reason`, or an `AbortError`. Does nothing once settled. */
  cancel(ref: RequestRef, reason?: unknown): void {
    recordOf(ref).cancel(reason)
  }

  /**
   * Lets one more message through: with `async: 'once'` the next one, with `async: true` it tells that one was read. Does
   * nothing after the last message. Throws a `TypeError` without `async`.
   */
  streamNext(ref: RequestRef): void {
    recordOf(ref).stream('streamNext').streamNext()
  }

  /** Holds the messages back; the socket is paused when `limits.highWaterBytes` wait. Throws as `streamNext`. */
  pauseStream(ref: RequestRef): void {
    recordOf(ref).stream('pauseStream').pause()
  }

  /** Ends `pauseStream`. */
  resumeStream(ref: RequestRef): void {
    recordOf(ref).stream('resumeStream').resume()
  }

  /**
   * Sends the messages that are left to another recipient, who owns the request from now on: if it is an xstate actor and
   * ends, the request is cancelled. Throws as `streamNext`, and for what takes no messages.
   */
  setOwner(ref: RequestRef, recipient: StreamTo): void {
    const stream = recordOf(ref).stream('setOwner')
    if (takesMessages(recipient)) return stream.setOwner(recipient)
    const message = 'recipient is a function or an object with send(message)'
    throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'recipient', message)
  }

  /**
   * The connection of a request made with `upgrade`, or of a CONNECT, when the server has switched protocols: a Duplex, with
   * the bytes that came along. Rejects with the request's error, and with `ERR_HANSOM_UPGRADE_REFUSED` for any other answer;
   * then that can be read as usual. Rejects with a `TypeError` for another request.
   */
  upgrade(ref: RequestRef): Promise<Upgraded> {
    return recordOf(ref).upgrade()
  }

  /** Where a request stands, what it waits for, what it cost so far. Works on a settled one too. */
  explain(ref: RequestRef): Explanation {
    return explainRecord(recordOf(ref), this.#core.clock.now())
  }

  /** A handle of a request that runs, by its id; `undefined` if none does. */
  ref(id: string): RequestRef | undefined {
    if (typeof id !== 'string') throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'id', 'id is the id of a ref')
    const record = this.#core.find(id)
    return record === undefined ? undefined : new RequestRef(record)
  }

  /** Sends a GET and reads the whole answer. */
  get(url: string | URL, init?: WholeInit): Promise<Answer> {
    return this.#whole(this.get, 'GET', url, init)
  }

  /** Sends a HEAD; the answer has no body. */
  head(url: string | URL, init?: WholeInit): Promise<Answer> {
    return this.#whole(this.head, 'HEAD', url, init)
  }

  /** Sends a POST and reads the whole answer. */
  post(url: string | URL, init?: WholeInit): Promise<Answer> {
    return this.#whole(this.post, 'POST', url, init)
  }

  /** Sends a PUT and reads the whole answer. */
  put(url: string | URL, init?: WholeInit): Promise<Answer> {
    return this.#whole(this.put, 'PUT', url, init)
  }

  /** Sends a PATCH and reads the whole answer. */
  patch(url: string | URL, init?: WholeInit): Promise<Answer> {
    return this.#whole(this.patch, 'PATCH', url, init)
  }

  /** Sends a DELETE and reads the whole answer. */
  delete(url: string | URL, init?: WholeInit): Promise<Answer> {
    return this.#whole(this.delete, 'DELETE', url, init)
  }

  /** Sends an OPTIONS and reads the whole answer. */
  options(url: string | URL, init?: WholeInit): Promise<Answer> {
    return this.#whole(this.options, 'OPTIONS', url, init)
  }

  /** Calls `listener` for each event of that name, after the turn in which it happened. */
  on<N extends ClientEventName>(name: N, listener: ClientListener<N>): this {
    this.#core.events.on(name, listener)
    return this
  }

  /** Ends `on`. */
  off<N extends ClientEventName>(name: N, listener: ClientListener<N>): this {
    this.#core.events.off(name, listener)
    return this
  }

  /** What the client did and holds, as plain JSON. */
  stats(): ClientStats {
    return this.#core.stats()
  }

  /**
   * Shows every actor's messages and phases to an xstate inspector; the function that it returns ends that. Throws
   * `ERR_HANSOM_INVALID_OPTION` unless the client was made with `inspect`.
   */
  inspect(inspector: Observer<InspectionEvent> | ((event: InspectionEvent) => void)): () => void {
    const { options, inspectors } = this.#core
    if (options.inspect === false) {
      const message = 'the client was made without inspect: use createClient({ inspect: true })'
      throw argumentError('ERR_HANSOM_INVALID_OPTION', 'inspect', message)
    }
    const entry = typeof inspector === 'function' ? { next: inspector } : inspector
    inspectors.add(entry)
    return () => void inspectors.delete(entry)
  }

  /**
   * Takes no new requests, lets those that run or wait finish for `withinMs` (default 10,000), then ends the rest with
   * `ERR_HANSOM_CLIENT_CLOSED`. Resolves when every socket is closed. May be called again, to be quicker.
   */
  close(options: CloseOptions = {}): Promise<void> {
    closeShape(options, '')
    return this.#core.close(options.withinMs ?? defaultCloseMs)
  }

  /** Closes at once. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ withinMs: 0 })
  }

  #request(caller: Caller, url: string | URL, init: RequestInit | undefined): RequestRef {
    return new RequestRef(this.#core.start(url, init, caller))
  }

  /** Not async: wrong arguments are thrown at the call. */
  #whole(caller: Caller, method: string, url: string | URL, init: WholeInit | undefined): Promise<Answer> {
    const record = this.#core.start(url, initFor(method, init), caller)
    return this.#bytes(record, undefined).then(bytes => new Answer(record, bytes))
  }

  #bytes(record: RequestRecord, maxBytes = this.#core.options.bodyBytes): Promise<Uint8Array> {
    record.observed = true
    return record.inbox.whole(maxBytes)
  }

  static {
    requestAs = (client, caller, url, init) => client.#request(caller, url, init)
    wholeAs = (client, caller, method, url, init) => client.#whole(caller, method, url, init)
  }
}

const notOfWhole = ['method', 'async', 'streamTo', 'maxUnread', 'upgrade', 'authority'] as const

function initFor(method: string, init: WholeInit | undefined): RequestInit {
  if (init === undefined || init === null) return { method }
  for (const name of notOfWhole) {
    if ((init as RequestInit)[name] === undefined) continue
    const message = `${name} is not an option of ${method.toLowerCase()}(): use request()`
    throw argumentError('ERR_HANSOM_INVALID_OPTION', name, message)
  }
  return typeof init === 'object' ? { ...init, method } : init
}

/** Makes a client of its own: own pools, own limits, own budget. Throws `ERR_HANSOM_INVALID_OPTION`. */
export function createClient(options: ClientOptions = {}): Client {
  return new Client(options)
}
