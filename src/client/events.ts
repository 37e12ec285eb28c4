import { EventEmitter } from 'eventemitter3'
import { throwLater } from '../actor/clock.ts'
import type { DialTimings } from '../dial/messages.ts'
import { argumentError, type Bill, type HansomError } from '../errors.ts'
import type { HeadersView } from '../wire/headers-view.ts'
import type { Outbox } from './outbox.ts'

/** What a client tells its listeners: the name of each event and what it carries. */
export interface ClientEventMap {
  /** A dial gave a connection. */
  'connection.opened': {
    /** The connection's id: its origin and its number there, like `https://example.com/3`. */
    readonly id: string
    /** The origin that it serves. */
    readonly origin: string
    /** `ip:port`, `[ip]:port` or a socket path; the origin for a stream that `connect` gave. */
    readonly remoteAddress: string
    /** What the dial took. */
    readonly timings: DialTimings
  }
  /** A request got a connection that was open before, not one fresh from a dial. */
  'connection.reused': {
    /** The connection's id. */
    readonly id: string
    /** The origin that it serves. */
    readonly origin: string
  }
  /** The socket of a connection is closed. */
  'connection.closed': {
    /** The connection's id. */
    readonly id: string
    /** The origin that it served. */
    readonly origin: string
    /** How often it was given to a request. */
    readonly exchanges: number
  }
  /** A dial failed. The requests that fail of it are told apart from it. */
  'dial.failed': {
    /** The origin that was dialed. */
    readonly origin: string
    /** Why: a `ConnectError`, a `TimeoutError` or an `ActorCrashError`. */
    readonly error: HansomError
  }
  /** An informational (1xx) response came, `103 Early Hints` for example; the final one follows. */
  'request.informed': {
    /** The id of the request's ref. */
    readonly ref: string
    /** 100 to 199, but for 101. */
    readonly status: number
    /** Its header section. */
    readonly headers: HeadersView
  }
  /** A request is over, well or not. */
  'request.settled': {
    /** The ref's id. */
    readonly ref: string
    /** The request's method. */
    readonly method: string
    /** The request's URL, without credentials. */
    readonly url: string
    /** How it ended. */
    readonly outcome: 'done' | 'failed' | 'cancelled'
    /** The final status, if a head came; it may have come to a request that failed later. */
    readonly status: number | null
    /** What it failed with, or the reason of the cancelling; `undefined` for `done`. */
    readonly error: unknown
    /** What each phase took. */
    readonly bill: Bill
  }
  /** A request failed, and by the end of the turn nobody had asked for its outcome. */
  unobserved: {
    /** The ref's id. */
    readonly ref: string
    /** The request's method. */
    readonly method: string
    /** The request's URL, without credentials. */
    readonly url: string
    /** What it failed with. */
    readonly error: unknown
  }
  /** An actor crashed: a policy threw, or hansom has a bug. */
  crash: {
    /** The actor's id, like `host:https://example.com#2`. */
    readonly actor: string
    /** The origin that it worked for; `null` for the client's own root and for inspectors. */
    readonly origin: string | null
    /** What was thrown. */
    readonly error: unknown
  }
  /** A policy, or `pool.maxWaiting`, refused a request or dropped one that waited. */
  drop: {
    /** The ref's id. */
    readonly ref: string
    /** The origin that it wanted a connection to. */
    readonly origin: string
    /** The policy's name. */
    readonly policy: string
    /** Why, in words. */
    readonly why: string
  }
}

/** The name of a client event. */
export type ClientEventName = keyof ClientEventMap

const names: ReadonlySet<string> = new Set<ClientEventName>([
  'connection.opened',
  'connection.reused',
  'connection.closed',
  'dial.failed',
  'request.informed',
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
