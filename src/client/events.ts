import { EventEmitter } from 'eventemitter3'
import { throwLater } from '../actor/clock.ts'
import type { DialTimings } from '../dial/messages.ts'
import { argumentError, type Bill, type HansomError } from '../errors.ts'
import type { Outbox } from './outbox.ts'

/** What a client tells its listeners: the name of each event and what it carries. */
export interface ClientEventMap {
  'connection.opened': {
    readonly id: string
    readonly origin: string
    readonly remoteAddress: string
    readonly timings: DialTimings
  }
  'connection.reused': { readonly id: string; readonly origin: string }
  'connection.closed': { readonly id: string; readonly origin: string; readonly exchanges: number }
  'dial.failed': { readonly origin: string; readonly error: HansomError }
  'request.settled': {
    readonly ref: string
    readonly method: string
    readonly url: string
    readonly outcome: 'done' | 'failed' | 'cancelled'
    readonly status: number | null
    readonly error: unknown
    readonly bill: Bill
  }
  /** A request failed, and by the end of the turn nobody had asked for its outcome. */
  unobserved: { readonly ref: string; readonly method: string; readonly url: string; readonly error: unknown }
  /** An actor crashed: a policy threw, or hansom has a bug. */
  crash: { readonly actor: string; readonly origin: string | null; readonly error: unknown }
  /** A policy refused a request. */
  drop: { readonly ref: string; readonly origin: string; readonly policy: string; readonly why: string }
}

/** The name of a client event. */
export type ClientEventName = keyof ClientEventMap

const names: ReadonlySet<string> = new Set<ClientEventName>([
  'connection.opened',
  'connection.reused',
  'connection.closed',
  'dial.failed',
  'request.settled',
  'unobserved',
  'crash',
  'drop',
])

/** A listener of a client event. */
export type ClientListener<N extends ClientEventName> = (event: ClientEventMap[N]) => void

/** The public events. A payload is made only if somebody listens; listeners run from the outbox. */
export class ClientEvents {
  readonly #emitter = new EventEmitter()
  readonly #outbox: Outbox
  /** Names with a listener: checked for each request, so it must be cheap. */
  #names: ReadonlySet<string> = new Set()

  constructor(outbox: Outbox) {
    this.#outbox = outbox
  }

  on<N extends ClientEventName>(name: N, listener: ClientListener<N>): void {
    if (!names.has(name)) {
      const message = `there is no event ${JSON.stringify(name)}; known: ${[...names].join(', ')}`
      throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'name', message)
    }
    if (typeof listener !== 'function') {
      throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'listener', 'listener is a function')
    }
    this.#emitter.on(name, listener)
    this.#names = new Set(this.#emitter.eventNames() as string[])
  }

  off<N extends ClientEventName>(name: N, listener: ClientListener<N>): void {
    this.#emitter.off(name, listener)
    this.#names = new Set(this.#emitter.eventNames() as string[])
  }

  emit<N extends ClientEventName>(name: N, event: () => ClientEventMap[N]): void {
    if (this.#names.size === 0 || !this.#names.has(name)) return
    const payload = event()
    this.#outbox.post(() => {
      for (const listener of this.#emitter.listeners(name)) {
        try {
          ;(listener as ClientListener<N>)(payload)
        } catch (error) {
          throwLater(error)
        }
      }
    })
  }
}
