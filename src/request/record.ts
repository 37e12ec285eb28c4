import type { Duplex } from 'node:stream'
import type { DialTimings } from '../dial/messages.ts'
import { AbortError, argumentError, type Bill, HansomError } from '../errors.ts'
import type { HeadersView } from '../wire/headers-view.ts'
import type { ResponseHead } from '../wire/message.ts'
import { billOf } from './bill.ts'
import { BodyInbox } from './body-inbox.ts'
import { type BodyChunk, chunkBytes } from './body-source.ts'
import type { BodyWriter } from './body-writer.ts'
import type { Delivery } from './delivery.ts'
import { MessageStream } from './message-stream.ts'
import type { RequestActor } from './request-actor.ts'

/** Where a request stands. `done`, `failed` and `cancelled` are the ends. */
export type RequestPhase = 'queued' | 'dialing' | 'sending' | 'waiting' | 'receiving' | 'done' | 'failed' | 'cancelled'

/** The connection that served a request, as plain data. */
export interface ConnectionInfo {
  /** Its origin and its number there, like `https://example.com/3`. */
  readonly id: string
  /** It was open before, and not fresh from a dial. */
  readonly reused: boolean
  /** `ip:port`, `[ip]:port` or a socket path; the origin for a stream that `connect` gave. */
  readonly remoteAddress: string
  /** `http/1.1`. */
  readonly protocol: string
  /** How many exchanges it had started, this one included. */
  readonly exchanges: number
}

/** What `upgrade` resolves with. */
export interface Upgraded {
  /** The head of the answer: a 101, or a 2xx to CONNECT. */
  readonly head: ResponseHead
  /** The connection as a stream. It keeps its place in the pool until it is closed. */
  readonly socket: Duplex
}

interface HeadWaiter {
  resolve(head: ResponseHead): void
  reject(error: unknown): void
}

/**
 * What is known of one request: plain data, which its ref holds and its actor writes. It stays when the actor is gone.
 * Times are milliseconds since `startedMs`; -1 is "not yet".
 */
export class RequestRecord {
  readonly number: number
  readonly method: string
  readonly url: string
  readonly origin: string
  /** The client's clock at `request()`. */
  readonly startedMs: number
  grantedMs = -1
  sentMs = -1
  headMs = -1
  endMs = -1
  lostMs = -1
  timings: DialTimings | null = null
  outcome: 'done' | 'failed' | 'cancelled' | null = null
  error: unknown = undefined
  head: ResponseHead | null = null
  trailers: HeadersView | null = null
  connection: ConnectionInfo | null = null
  /** Somebody asked for the outcome: a failure is no surprise any more. */
  observed = false
  readonly inbox: BodyInbox
  writer: BodyWriter | null = null
  /** Who delivers the answer as messages; `null` without `async`. */
  messages: MessageStream | null = null
  /** `null` once settled. */
  actor: RequestActor | null = null
  #headWaiters: HeadWaiter[] | null = null
  #bodyFinished = false

  constructor(number: number, method: string, url: string, origin: string, startedMs: number, highWaterBytes: number) {
    this.number = number
    this.method = method
    this.url = url
    this.origin = origin
    this.startedMs = startedMs
    this.inbox = new BodyInbox(highWaterBytes)
  }

  get id(): string {
    return `r${this.number}`
  }

  get settled(): boolean {
    return this.outcome !== null
  }

  /** What each phase took until now, or to the end. */
  bill(nowMs: number): Bill {
    return billOf(this, nowMs - this.startedMs)
  }

  /** Resolves with the head; rejects with the request's error. */
  recvHead(): Promise<ResponseHead> {
    this.observed = true
    if (this.outcome === 'failed' || this.outcome === 'cancelled') return Promise.reject(this.error)
    if (this.head !== null) return Promise.resolve(this.head)
    return new Promise((resolve, reject) => {
      if (this.#headWaiters === null) this.#headWaiters = [{ resolve, reject }]
      else this.#headWaiters.push({ resolve, reject })
    })
  }

  /**
   * Resolves with the connection of a request made with `upgrade` or CONNECT, when the server has switched. Rejects with the
   * request's error, and with `ERR_HANSOM_UPGRADE_REFUSED` for any other answer, which can be read as usual.
   */
  async upgrade(): Promise<Upgraded> {
    if (!this.upgrades) {
      const why = 'upgrade: the request was made without the option upgrade and is no CONNECT'
      throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'ref', why)
    }
    const head = await this.recvHead()
    if (this.socket !== null) return { head, socket: this.socket }
    const said = `${head.status} ${head.statusText}`.trimEnd()
    throw new HansomError('ERR_HANSOM_UPGRADE_REFUSED', `the server answered ${said} and did not switch protocols`)
  }

  /** Cancels the request with a reason, or an `AbortError`. Does nothing once settled. */
  cancel(reason: unknown): void {
    this.actor?.send({ type: 'request.cancel', reason: reason === undefined ? new AbortError() : reason })
  }

  /** An informational (1xx) response came. It is kept for message mode only. */
  informed(head: ResponseHead): void {
    this.messages?.informed(head)
  }

  /** The head came. */
  headReceived(head: ResponseHead, atMs: number): void {
    this.head = head
    this.headMs = atMs - this.startedMs
    const waiters = this.#headWaiters
    this.#headWaiters = null
    if (waiters !== null) for (const waiter of waiters) waiter.resolve(head)
    this.messages?.wake()
  }

  /**
   * The answer goes to its recipient as messages, which counts as being observed. Returns why the request is not to start:
   * its owner has ended.
   */
  deliver(delivery: Delivery, post: (call: () => void) => void): AbortError | undefined {
    const messages = new MessageStream(this, delivery, post)
    this.messages = messages
    this.observed = true
    this.inbox.deliverTo(() => messages.wake())
    return messages.open()
  }

  /** The request is over, well or not. Those who wait are told. */
  settle(outcome: 'done' | 'failed' | 'cancelled', error: unknown, nowMs: number): void {
    this.outcome = outcome
    this.error = error
    this.endMs = nowMs - this.startedMs
    this.actor = null
    const writer = this.writer
    this.writer = null
    if (outcome === 'done') {
      writer?.stop()
      this.inbox.end()
      this.messages?.settled()
      return
    }
    if (writer?.fail(error) && this.streamed) this.observed = true
    const waiters = this.#headWaiters
    this.#headWaiters = null
    if (waiters !== null) for (const waiter of waiters) waiter.reject(error)
    this.inbox.fail(error)
    this.messages?.settled()
  }

  /** The messages of a request made with `async`. Throws a `TypeError` for another. */
  stream(call: string): MessageStream {
    if (this.messages !== null) return this.messages
    const why = `${call}: the request was made without async`
    throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'ref', why)
  }

  /** Sends a chunk of a streamed body. `false`: no more is wanted. Throws a `TypeError` after `finishBody`. */
  sendBody(chunk: BodyChunk): Promise<boolean> {
    this.#mustStream('sendBody')
    const bytes = chunkBytes(chunk)
    return this.writer === null ? this.#afterEnd(false) : this.writer.send(bytes)
  }

  /** Ends a streamed body; `trailers` is a serialised field section, or empty. Throws a `TypeError` the second time. */
  finishBody(trailers: string): Promise<void> {
    this.#mustStream('finishBody')
    if (trailers !== '' && this.writer?.chunked === false) {
      const why = 'trailers need a chunked body: make the request without content-length'
      throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'trailers', why)
    }
    this.#bodyFinished = true
    return this.writer === null ? this.#afterEnd(undefined) : this.writer.finish(trailers)
  }

  #mustStream(call: string): void {
    const why = this.#bodyFinished ? 'the body was finished by finishBody' : 'the request was made without streamBody'
    if (this.#bodyFinished || !this.streamed)
      throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'ref', `${call}: ${why}`)
  }

  #afterEnd<T>(value: T): Promise<T> {
    if (this.outcome === 'done') return Promise.resolve(value)
    this.observed = true
    return Promise.reject(this.error)
  }

  /** The request was made with `streamBody`. */
  streamed = false
  /** The request asks for another protocol, or for a tunnel. */
  upgrades = false
  /** The connection, once the server has switched. */
  socket: Duplex | null = null
}
