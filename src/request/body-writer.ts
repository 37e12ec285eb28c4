import { soon } from '../actor/clock.ts'
import type { Lease } from '../connection/lease.ts'
import { ProtocolError } from '../errors.ts'
import { type ChunkReader, chunkBytes, pieceBytes } from './body-source.ts'

/** As what a smaller piece counts: its write costs as much. */
const leastBurstBytes = 1_024

interface Pending {
  readonly bytes: Uint8Array
  /** How many of them were given to the socket. */
  given: number
  resolve(more: boolean): void
  reject(error: unknown): void
}

/** What a writer tells its request. */
export interface WriterOwner {
  /** The socket took something; `waiting`: it has not taken all that it should. */
  progressed(waiting: boolean): void
  /** Runs when the loop has looked at everything else once. */
  nextTurn(run: () => void): void
  /** The request cannot go on: its source failed, or its length is not what the head said. */
  bodyFailed(error: unknown): void
}

/**
 * A request body on its way out: pieces in the order of the calls, each taken when the socket has taken the one before.
 * `true` means that more is welcome, `false` that a final answer has come and the rest is not wanted.
 */
export class BodyWriter {
  readonly #owner: WriterOwner
  readonly #length: number | null
  #lease: Lease | null = null
  #writable = false
  /** What was given since the loop last had a turn, and whether it is having one. */
  #burstBytes = 0
  #resting = false
  #queue: Pending[] = []
  /** Given to the socket, which has not taken all of it yet. */
  #unflushed: Pending | null = null
  /** Bytes that were accepted for sending, those that wait included. */
  #acceptedBytes = 0
  #state: 'open' | 'finishing' | 'finished' | 'stopped' | 'failed' = 'open'
  #error: unknown = undefined
  #trailers = ''
  #finished: { resolve(): void; reject(error: unknown): void } | null = null
  #reader: ChunkReader | null = null

  constructor(length: number | null, owner: WriterOwner) {
    this.#length = length
    this.#owner = owner
  }

  /** Every byte was handed to the connection, or will not be. */
  get over(): boolean {
    return this.#state !== 'open' && this.#state !== 'finishing'
  }

  /** It can end with trailers: its length was not promised, so it is sent in chunks (RFC 9112 §7.1.2). */
  get chunked(): boolean {
    return this.#length === null
  }

  /** Takes a chunk, not after `finish`. Rejects only if the request failed. */
  send(bytes: Uint8Array): Promise<boolean> {
    if (this.#state === 'stopped') return Promise.resolve(false)
    if (this.#state === 'failed') return Promise.reject(this.#error)
    if (this.#length !== null && this.#acceptedBytes + bytes.length > this.#length) {
      this.#owner.bodyFailed(this.#wrongLength('longer'))
      return Promise.reject(this.#error)
    }
    this.#acceptedBytes += bytes.length
    return new Promise((resolve, reject) => {
      this.#queue.push({ bytes, given: 0, resolve, reject })
      this.#flush(false)
    })
  }

  /** Ends the body, once. Resolves when its last byte was given to the connection. */
  finish(trailers: string): Promise<void> {
    if (this.#state === 'stopped') return Promise.resolve()
    if (this.#state === 'failed') return Promise.reject(this.#error)
    if (this.#length !== null && this.#acceptedBytes < this.#length) {
      this.#owner.bodyFailed(this.#wrongLength('shorter'))
      return Promise.reject(this.#error)
    }
    this.#state = 'finishing'
    this.#trailers = trailers
    return new Promise((resolve, reject) => {
      this.#finished = { resolve, reject }
      this.#flush(false)
    })
  }

  /** Sends what a source gives, then ends the body. User code runs here: not on an actor's stack. */
  async pump(open: () => ChunkReader): Promise<void> {
    try {
      const reader = open()
      if (this.over) return reader.cancel(this.#error)
      this.#reader = reader
      for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
        if (this.over || !(await this.send(chunkBytes(next.value)))) return
      }
      this.#reader = null
      if (!this.over) await this.finish('')
    } catch (error) {
      if (!this.over) this.#owner.bodyFailed(error)
    }
  }

  /** The connection takes bytes now. */
  ready(lease: Lease): void {
    this.#lease = lease
    this.#writable = true
    this.#unflushed?.resolve(true)
    this.#unflushed = null
    this.#flush(true)
  }

  /** A final answer came: nobody wants the rest. */
  stop(): void {
    if (this.over) return
    this.#end('stopped', undefined)
    for (const pending of this.#takeAll()) pending.resolve(false)
    this.#finished?.resolve()
  }

  /** The request failed. True if somebody waited, and so was told. */
  fail(error: unknown): boolean {
    if (this.over) return false
    this.#end('failed', error)
    const pending = this.#takeAll()
    for (const each of pending) each.reject(error)
    this.#finished?.reject(error)
    return pending.length > 0 || this.#finished !== null
  }

  #end(state: 'stopped' | 'failed', error: unknown): void {
    this.#state = state
    this.#error = error
    this.#lease = null
    const reader = this.#reader
    this.#reader = null
    // User code: not on the stack of the actor that ends this.
    if (reader !== null) soon(() => reader.cancel(error))
  }

  /** Gives the socket what it takes; `progressed`: it has taken something just now. */
  #flush(progressed: boolean): void {
    const lease = this.#lease
    if (lease === null) return
    let moved = progressed
    while (this.#writable && !this.#resting && this.#queue.length > 0) {
      const pending = this.#queue[0]!
      const { bytes, given } = pending
      const piece = bytes.length <= pieceBytes ? bytes : bytes.subarray(given, given + pieceBytes)
      this.#writable = lease.write(piece)
      moved = true
      pending.given += piece.length
      this.#burst(piece.length)
      if (pending.given < bytes.length) continue
      this.#queue.shift()
      if (this.#writable) pending.resolve(true)
      else this.#unflushed = pending
    }
    const finishing = this.#queue.length === 0 && this.#state === 'finishing'
    if (moved || finishing) this.#owner.progressed(finishing || this.#queue.length > 0 || this.#unflushed !== null)
    if (!finishing) return
    this.#unflushed?.resolve(true)
    this.#unflushed = null
    this.#state = 'finished'
    lease.finish(this.#trailers)
    this.#finished?.resolve()
  }

  /** A socket that takes all at once would let a busy sender keep the loop for itself: nothing else ran, no answer came. */
  #burst(bytes: number): void {
    this.#burstBytes += Math.max(bytes, leastBurstBytes)
    if (this.#burstBytes < pieceBytes) return
    this.#resting = true
    this.#owner.nextTurn(() => {
      this.#resting = false
      this.#burstBytes = 0
      this.#flush(false)
    })
  }

  #takeAll(): Pending[] {
    const pending = this.#unflushed === null ? this.#queue : [this.#unflushed, ...this.#queue]
    this.#unflushed = null
    this.#queue = []
    return pending
  }

  #wrongLength(how: 'longer' | 'shorter'): ProtocolError {
    const message = `the request body is ${how} than its content-length of ${this.#length}`
    return new ProtocolError('ERR_HANSOM_BODY_LENGTH', message)
  }
}
