import type { Lease } from '../connection/lease.ts'
import { argumentError, ProtocolError } from '../errors.ts'
import { type ChunkReader, chunkBytes } from './body-source.ts'

interface Pending {
  readonly bytes: Uint8Array
  resolve(more: boolean): void
  reject(error: unknown): void
}

/** What a writer tells its request. */
export interface WriterOwner {
  /** A piece was given to the socket. */
  wrote(): void
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

  /** Takes a chunk. Rejects only if the request failed; throws a `TypeError` after `finish` or for what is no bytes. */
  send(chunk: unknown): Promise<boolean> {
    const bytes = chunkBytes(chunk)
    if (bytes === null) {
      throw argumentError(
        'ERR_HANSOM_INVALID_ARGUMENT',
        'chunk',
        `chunk is a string or a Uint8Array, not ${typeof chunk}`,
      )
    }
    if (this.#state === 'finishing' || this.#state === 'finished') {
      throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'chunk', 'the body was finished by finishBody')
    }
    if (this.#state === 'stopped') return Promise.resolve(false)
    if (this.#state === 'failed') return Promise.reject(this.#error)
    if (this.#length !== null && this.#acceptedBytes + bytes.length > this.#length) {
      this.#owner.bodyFailed(this.#wrongLength('longer'))
      return Promise.reject(this.#error)
    }
    this.#acceptedBytes += bytes.length
    return new Promise((resolve, reject) => {
      this.#queue.push({ bytes, resolve, reject })
      this.#flush()
    })
  }

  /** Ends the body. Resolves when its last byte was given to the connection. */
  finish(trailers: string): Promise<void> {
    if (this.#state === 'finishing' || this.#state === 'finished') {
      throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'ref', 'the body was finished already')
    }
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
      this.#flush()
    })
  }

  /** Sends what a source gives, then ends the body. User code runs here: not on an actor's stack. */
  async pump(open: () => ChunkReader): Promise<void> {
    try {
      const reader = open()
      if (this.over) return reader.cancel(this.#error)
      this.#reader = reader
      for (let chunk = await reader.next(); chunk !== null; chunk = await reader.next()) {
        if (this.over || !(await this.send(chunk))) return
      }
      this.#reader = null
      if (!this.over) await this.finish('')
    } catch (error) {
      this.#reader = null
      if (!this.over) this.#owner.bodyFailed(error)
    }
  }

  /** The connection takes bytes now. */
  ready(lease: Lease): void {
    this.#lease = lease
    this.#writable = true
    this.#unflushed?.resolve(true)
    this.#unflushed = null
    this.#flush()
  }

  /** A final answer came: nobody wants the rest. */
  stop(): void {
    if (this.over) return
    this.#end('stopped', undefined)
    for (const pending of this.#takeAll()) pending.resolve(false)
    this.#finished?.resolve()
  }

  fail(error: unknown): void {
    if (this.#state === 'finished' || this.#state === 'stopped' || this.#state === 'failed') return
    this.#end('failed', error)
    for (const pending of this.#takeAll()) pending.reject(error)
    this.#finished?.reject(error)
  }

  #end(state: 'stopped' | 'failed', error: unknown): void {
    this.#state = state
    this.#error = error
    this.#lease = null
    this.#reader?.cancel(error)
    this.#reader = null
  }

  #flush(): void {
    const lease = this.#lease
    if (lease === null) return
    while (this.#writable && this.#queue.length > 0) {
      const pending = this.#queue.shift()!
      this.#writable = lease.write(pending.bytes)
      this.#owner.wrote()
      if (this.#writable) pending.resolve(true)
      else this.#unflushed = pending
    }
    if (this.#queue.length > 0 || this.#state !== 'finishing') return
    this.#unflushed?.resolve(true)
    this.#unflushed = null
    this.#state = 'finished'
    lease.finish(this.#trailers)
    this.#finished?.resolve()
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
