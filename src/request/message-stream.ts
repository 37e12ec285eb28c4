import { throwLater } from '../actor/clock.ts'
import type { AbortError } from '../errors.ts'
import type { ResponseHead } from '../wire/message.ts'
import type { Delivery } from './delivery.ts'
import { forgetOwner, ownerEnd, watchOwner } from './owners.ts'
import type { RequestRecord } from './record.ts'
import type { ResponseMessage, StreamTo } from './response-message.ts'

/**
 * Delivers the answer of one request as messages, one after the other and never inside an actor. It keeps no queue: the
 * next message is read from the record when it may go, so what waits is bounded by the body's high-water mark.
 */
export class MessageStream {
  readonly #record: RequestRecord
  readonly #mode: Delivery['mode']
  readonly #maxUnread: number
  readonly #post: (call: () => void) => void
  /** `null` when the last message was sent, or the recipient has gone. */
  #to: StreamTo | null
  #step: 'status' | 'headers' | 'body' | 'done' = 'status'
  /** How many messages may go before the recipient acknowledges one. */
  #credits: number
  #paused = false
  /** The recipient is busy with a message: it returned a promise. */
  #busy = false
  /** Counts the promises waited for: one of a former recipient ends nothing. */
  #awaited = 0
  #posted = false
  /** 1xx responses that wait to be sent: at most `limits.informational`. */
  readonly #informed: ResponseHead[] = []
  readonly #flush = (): void => {
    this.#posted = false
    while (this.#willing && this.#ready) this.#deliver(this.#to!)
  }

  /** `post` calls back when the stack is empty. */
  constructor(record: RequestRecord, { mode, to, maxUnread }: Delivery, post: (call: () => void) => void) {
    this.#record = record
    this.#mode = mode
    this.#maxUnread = maxUnread
    this.#post = post
    this.#to = to
    this.#credits = mode === 'once' ? 0 : this.#window(to)
  }

  /** Watches the owner. Returns why it can take nothing, if it has ended. */
  open(): AbortError | undefined {
    return this.#to === null ? undefined : watchOwner(this.#to, this)
  }

  /** A 1xx response came. */
  informed(head: ResponseHead): void {
    this.#informed.push(head)
    this.wake()
  }

  /** There may be a message to send. */
  wake(): void {
    if (this.#posted || !this.#willing || !this.#ready) return
    this.#posted = true
    this.#post(this.#flush)
  }

  /** One message more: asked for, or acknowledged. */
  streamNext(): void {
    const credits = this.#credits + 1
    this.#credits = this.#mode === 'once' || this.#to === null ? credits : Math.min(credits, this.#window(this.#to))
    this.wake()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.wake()
  }

  /** The rest goes to another recipient. A message that the former one is busy with stays its own. */
  setOwner(to: StreamTo): void {
    const former = this.#to
    if (former === null || former === to) return
    forgetOwner(former, this)
    this.#to = to
    this.#busy = false
    this.#awaited++
    if (this.#mode === 'all') this.#credits = this.#window(to)
    const end = this.#record.settled ? ownerEnd(to) : watchOwner(to, this)
    if (end !== undefined) return this.cancel(end)
    this.wake()
  }

  /** The request is over: there is nothing left that its owner's end could cancel. */
  settled(): void {
    if (this.#to !== null) forgetOwner(this.#to, this)
    this.wake()
  }

  /** The recipient takes no more: nobody wants the answer. */
  cancel(reason: unknown): void {
    if (this.#to !== null) forgetOwner(this.#to, this)
    this.#to = null
    this.#record.cancel(reason)
  }

  /** What holds a message back that could go; `null` if nothing does. */
  waitsFor(): string | null {
    if (this.#to === null || !this.#ready) return null
    if (this.#paused) return 'resumeStream: the stream is paused'
    if (this.#busy) return 'the promise that streamTo returned for the last message'
    if (this.#credits > 0) return null
    if (this.#mode === 'once') return 'streamNext, before the next message'
    return `streamNext: streamTo has ${this.#maxUnread} unread messages (maxUnread)`
  }

  get #willing(): boolean {
    return (this.#credits > 0 || this.#failed) && !this.#paused && !this.#busy && this.#to !== null
  }

  /** One that has as many unread messages as it may have still hears that no more will come. */
  get #failed(): boolean {
    const { outcome } = this.#record
    return this.#mode === 'all' && (outcome === 'failed' || outcome === 'cancelled')
  }

  get #ready(): boolean {
    const { outcome, head, inbox } = this.#record
    if (outcome !== null || this.#informed.length > 0) return true
    return this.#step === 'body' ? inbox.filled : head !== null
  }

  /** A function has read a message when it returns; from anything else we hear by `streamNext`, or by its promise. */
  #window(to: StreamTo): number {
    return typeof to === 'function' ? Infinity : this.#maxUnread
  }

  /** The next message, if one is ready. */
  #take(): ResponseMessage {
    const { id: ref, outcome, error, head, inbox, trailers } = this.#record
    if (outcome === 'failed' || outcome === 'cancelled') return { type: 'error', ref, error }
    const informed = this.#informed.shift()
    if (informed !== undefined) return { type: 'informed', ref, status: informed.status, headers: informed.headers }
    switch (this.#step) {
      case 'status':
        this.#step = 'headers'
        return { type: 'status', ref, status: head!.status, statusText: head!.statusText }
      case 'headers':
        this.#step = 'body'
        return { type: 'headers', ref, headers: head!.headers }
      case 'body': {
        const chunk = inbox.take()
        if (chunk !== null) return { type: 'chunk', ref, chunk }
        this.#step = 'done'
        if (trailers !== null) return { type: 'trailers', ref, trailers }
      }
    }
    return { type: 'done', ref }
  }

  #deliver(to: StreamTo): void {
    const end = ownerEnd(to)
    if (end !== undefined) return this.cancel(end)
    const message = this.#take()
    this.#credits--
    if (message.type === 'done' || message.type === 'error') this.#to = null
    try {
      const returned = typeof to === 'function' ? to(message) : to.send(message)
      if (isThenable(returned)) this.#await(returned)
    } catch (error) {
      this.#broken(error)
    }
  }

  #await(promise: PromiseLike<unknown>): void {
    const turn = ++this.#awaited
    const isLatest = (): boolean => this.#awaited === turn
    this.#busy = true
    Promise.resolve(promise).then(
      () => {
        if (!isLatest()) return
        this.#busy = false
        if (this.#mode === 'all') this.streamNext()
        else this.wake()
      },
      error => (isLatest() ? this.#broken(error) : throwLater(error)),
    )
  }

  /** An error of the recipient's that has nobody else to go to. */
  #broken(error: unknown): void {
    this.cancel(error)
    throwLater(error)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false
  return typeof (value as { then?: unknown }).then === 'function'
}
