import { argumentError } from '../errors.ts'

/** A piece of a streamed body. Strings are sent as UTF-8. */
export type BodyChunk = string | Uint8Array

/** What can be sent as a body. */
export type BodyInput =
  | string
  | Uint8Array
  | ArrayBuffer
  | URLSearchParams
  | Blob
  | FormData
  | Iterable<BodyChunk>
  | AsyncIterable<BodyChunk>
  | ReadableStream<BodyChunk>

/** A stream of chunks that can be given up at any time. */
export interface ChunkReader {
  /** The next chunk, not checked. Only `done` is the end: a source that gives `null` is at fault. */
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>
  /** Nobody wants the rest. Throws nothing. */
  cancel(reason: unknown): void
}

/** How a body is sent. */
export type BodyPlan =
  | { readonly kind: 'none' }
  /** Small: it goes with the head. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly type: string | null }
  /** Read piece by piece, from `open()` on. `length` is `null` when it is not known. */
  | {
      readonly kind: 'stream'
      readonly length: number | null
      readonly type: string | null
      readonly open: () => ChunkReader
    }
  /** Written by `sendBody` and `finishBody`. */
  | { readonly kind: 'manual' }

/** Pieces in which large bodies and chunks go out: small enough that the progress of each can be seen. */
export const pieceBytes = 65_536

/** Finds out how a body is sent. Reads nothing of it. Throws `ERR_HANSOM_INVALID_ARGUMENT`. */
export function bodyPlan(body: BodyInput | null | undefined): BodyPlan {
  if (body === undefined || body === null) return { kind: 'none' }
  if (typeof body === 'string') return planBytes(Buffer.from(body), 'text/plain;charset=UTF-8')
  if (body instanceof Uint8Array) return planBytes(body, null)
  if (body instanceof ArrayBuffer) return planBytes(new Uint8Array(body), null)
  if (body instanceof URLSearchParams) {
    return planBytes(Buffer.from(body.toString()), 'application/x-www-form-urlencoded;charset=UTF-8')
  }
  if (body instanceof Blob) {
    const open = (): ChunkReader => webReader(body.stream() as ReadableStream<unknown>)
    return { kind: 'stream', length: body.size, type: body.type || null, open }
  }
  if (body instanceof FormData) {
    // The platform writes the multipart format.
    const response = new Response(body)
    const stream = response.body as ReadableStream<unknown>
    return { kind: 'stream', length: null, type: response.headers.get('content-type'), open: () => webReader(stream) }
  }
  if (body instanceof ReadableStream) {
    if (body.locked) throw unsendable('a ReadableStream that is locked to another reader')
    return { kind: 'stream', length: null, type: null, open: () => webReader(body) }
  }
  const iterable = body as Partial<AsyncIterable<unknown> & Iterable<unknown> & NodeEmitter>
  if (typeof iterable !== 'object') throw unsendable(typeof body)
  // An array of numbers by its iterator, but not meant as one.
  if (ArrayBuffer.isView(iterable)) throw unsendable('a view of an ArrayBuffer other than Uint8Array')
  if (!(Symbol.asyncIterator in iterable || Symbol.iterator in iterable))
    throw unsendable('an object that is no iterable')
  // A Node stream may fail before its turn to be read comes. Its iterator tells the error then.
  if (typeof iterable.on === 'function') iterable.on('error', () => {})
  return { kind: 'stream', length: null, type: null, open: () => iteratorReader(iterable) }
}

/** The bytes of a chunk. Throws `ERR_HANSOM_INVALID_ARGUMENT` if it is none. */
export function chunkBytes(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk)
  if (chunk instanceof Uint8Array) return chunk
  const message = `chunk is a string or a Uint8Array, not ${chunk === null ? 'null' : typeof chunk}`
  throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'chunk', message)
}

/** Gives up a source that nobody will read: a file may be open behind it. Runs user code, throws nothing. */
export function giveUp(open: () => ChunkReader, reason: unknown): void {
  try {
    open().cancel(reason)
  } catch {
    // It cannot even be opened: then there is nothing to give up.
  }
}

interface NodeEmitter {
  on(event: 'error', listener: () => void): unknown
}

function unsendable(what: string): Error {
  return argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'body', `body cannot be sent: it is ${what}`)
}

function planBytes(bytes: Uint8Array, type: string | null): BodyPlan {
  return bytes.length <= pieceBytes ? { kind: 'bytes', bytes, type } : streamOf(bytes, type)
}

/** Bytes that go out behind the head, piece by piece. */
export function streamOf(bytes: Uint8Array, type: string | null): BodyPlan {
  return { kind: 'stream', length: bytes.length, type, open: () => iteratorReader(pieces(bytes)) }
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes)
}

function webReader(stream: ReadableStream<unknown>): ChunkReader {
  const reader = stream.getReader()
  return {
    next: () => reader.read(),
    cancel(reason) {
      reader.cancel(reason).catch(() => {})
    },
  }
}

function iteratorReader(source: Partial<AsyncIterable<unknown> & Iterable<unknown>>): ChunkReader {
  const iterator = (source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]?.())!
  return {
    next: async () => iterator.next(),
    cancel() {
      // A Node stream may sit in a read for ever: its iterator would wait for that, destroying it does not.
      const stream = source as { destroy?: () => unknown }
      try {
        if (typeof stream.destroy === 'function') stream.destroy()
        void Promise.resolve(iterator.return?.()).catch(() => {})
      } catch {
        // The source was told; what it makes of that is its own affair, the request has its outcome already.
      }
    },
  }
}
