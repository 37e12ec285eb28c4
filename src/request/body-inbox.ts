import { argumentError, ProtocolError } from '../errors.ts'

interface Reader<T> {
  resolve(value: T): void
  reject(error: unknown): void
}

/** Where the inbox asks for more bytes, or gives the request up. */
export interface InboxSource {
  pull(): void
  refuse(error: ProtocolError): void
}

const empty = new Uint8Array(0)

/**
 * A response body on its way to one reader: chunk by chunk, whole, or drained away. Above the high-water mark it asks
 * for no more; what the socket had read already still comes.
 */
export class BodyInbox {
  /** Bytes that came. */
  receivedBytes = 0
  /** Asked for bytes again when there is room; `null` when the request is over or has no connection. */
  source: InboxSource | null = null
  readonly #highWaterBytes: number
  #chunks: Uint8Array[] | null = null
  #bufferedBytes = 0
  #state: 'open' | 'ended' | 'failed' = 'open'
  #error: unknown = undefined
  #mode: 'stream' | 'whole' | 'drain' | 'messages' = 'stream'
  #taken = false
  #paused = false
  #reader: Reader<Uint8Array | null> | null = null
  #whole: Reader<Uint8Array> | null = null
  #drained: Reader<void> | null = null
  #onChunk: (() => void) | null = null
  #maxBytes = Infinity

  constructor(highWaterBytes: number) {
    this.#highWaterBytes = highWaterBytes
  }

  /** A byte is wanted that has not come: the peer's silence counts. */
  get hungry(): boolean {
    return !this.#paused
  }

  /** `take()` has a chunk to give. */
  get filled(): boolean {
    return this.#bufferedBytes > 0
  }

  /** Takes a chunk, whose memory is its own. False: no more for now. */
  push(chunk: Uint8Array): boolean {
    this.receivedBytes += chunk.length
    if (this.#mode === 'drain') return true
    const reader = this.#reader
    if (reader !== null) {
      this.#reader = null
      reader.resolve(chunk)
      return true
    }
    // A short body is one chunk: an array that grows would make room for seventeen.
    if (this.#chunks === null) this.#chunks = [chunk]
    else this.#chunks.push(chunk)
    this.#bufferedBytes += chunk.length
    if (this.#mode === 'whole') return this.#withinMax()
    this.#paused = this.#bufferedBytes >= this.#highWaterBytes
    if (this.#onChunk !== null) this.#onChunk()
    return !this.#paused
  }

  /** The body is complete. */
  end(): void {
    this.#state = 'ended'
    if (this.#mode !== 'messages') this.#mode = 'stream'
    this.source = null
    this.#reader?.resolve(null)
    this.#reader = null
    this.#drained?.resolve()
    this.#drained = null
    const whole = this.#whole
    this.#whole = null
    if (whole !== null) whole.resolve(this.#join())
  }

  /** The request failed; what was buffered is dropped. */
  fail(error: unknown): void {
    this.#state = 'failed'
    this.source = null
    this.#error = error
    this.#chunks = null
    this.#bufferedBytes = 0
    this.#reader?.reject(error)
    this.#whole?.reject(error)
    this.#drained?.reject(error)
    this.#reader = null
    this.#whole = null
    this.#drained = null
  }

  /** The next chunk; `null` at the end, for ever. */
  next(): Promise<Uint8Array | null> {
    if (this.#state === 'failed') return Promise.reject(this.#error)
    if (this.#reader !== null || this.#mode !== 'stream') return Promise.reject(this.#busy())
    const chunk = this.take()
    if (chunk !== null) return Promise.resolve(chunk)
    if (this.#state === 'ended') return Promise.resolve(null)
    this.#taken = true
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
      this.#pull()
    })
  }

  /** From now on the body is taken by `take` alone; `onChunk` is told of each chunk that came. */
  deliverTo(onChunk: () => void): void {
    this.#mode = 'messages'
    this.#onChunk = onChunk
  }

  /** The next chunk that has come already, or `null`. */
  take(): Uint8Array | null {
    const chunk = this.#chunks?.shift()
    if (chunk === undefined) return null
    this.#taken = true
    this.#bufferedBytes -= chunk.length
    if (this.#bufferedBytes < this.#highWaterBytes) this.#pull()
    return chunk
  }

  /** Why the body cannot be read from its start; `null` if it can. Of a failed request there is but its error to read. */
  unusable(): Error | null {
    if (this.#state === 'failed') return null
    if (this.#reader !== null || this.#mode !== 'stream') return this.#busy()
    if (!this.#taken) return null
    return argumentError('ERR_HANSOM_BODY_USED', 'ref', 'some of the body was taken already')
  }

  /** The whole body, if nothing of it was taken yet. */
  whole(maxBytes: number): Promise<Uint8Array> {
    if (this.#state === 'failed') return Promise.reject(this.#error)
    const unusable = this.unusable()
    if (unusable !== null) return Promise.reject(unusable)
    this.#taken = true
    this.#maxBytes = maxBytes
    if (this.#state === 'ended') {
      return this.receivedBytes > maxBytes ? Promise.reject(this.#tooLarge()) : Promise.resolve(this.#join())
    }
    this.#mode = 'whole'
    return new Promise((resolve, reject) => {
      this.#whole = { resolve, reject }
      if (this.#withinMax()) this.#pull()
    })
  }

  /** Reads what is left away. */
  drain(): Promise<void> {
    if (this.#state === 'failed') return Promise.reject(this.#error)
    if (this.#reader !== null || this.#mode !== 'stream') return Promise.reject(this.#busy())
    this.#taken = true
    this.#chunks = null
    this.#bufferedBytes = 0
    if (this.#state === 'ended') return Promise.resolve()
    this.#mode = 'drain'
    return new Promise((resolve, reject) => {
      this.#drained = { resolve, reject }
      this.#pull()
    })
  }

  #busy(): Error {
    if (this.#mode === 'messages') {
      return argumentError('ERR_HANSOM_BODY_BUSY', 'ref', 'the body goes to streamTo: the request was made with async')
    }
    return argumentError('ERR_HANSOM_BODY_BUSY', 'ref', 'the body is being read by another call')
  }

  #pull(): void {
    if (!this.#paused) return
    this.#paused = false
    this.source?.pull()
  }

  #withinMax(): boolean {
    if (this.receivedBytes <= this.#maxBytes) return true
    this.source?.refuse(this.#tooLarge())
    return false
  }

  #tooLarge(): ProtocolError {
    const message = `the body is longer than ${this.#maxBytes} bytes (maxBytes, limits.bodyBytes)`
    return new ProtocolError('ERR_HANSOM_BODY_TOO_LARGE', message)
  }

  #join(): Uint8Array {
    const chunks = this.#chunks
    this.#chunks = null
    this.#bufferedBytes = 0
    if (chunks === null) return empty
    if (chunks.length === 1) return chunks[0]!
    const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
    let offset = 0
    for (const chunk of chunks) {
      bytes.set(chunk, offset)
      offset += chunk.length
    }
    return bytes
  }
}
