import { argumentError } from '../errors.ts'
import type { RequestRecord } from './record.ts'

let recordOfRef: (ref: RequestRef) => RequestRecord

/**
 * The handle of one request: frozen, printable, cheap. Iterating over it reads the body; leaving the loop early cancels
 * the request. Disposing of it (`await using`) cancels what is not settled. It points to no actor and no socket.
 */
export class RequestRef implements AsyncIterable<Uint8Array>, AsyncDisposable {
  /** Unique in the process. */
  readonly id: string
  /** The request's method. */
  readonly method: string
  /** Without credentials. */
  readonly url: string
  readonly #record: RequestRecord

  /** @internal */
  constructor(record: RequestRecord) {
    this.id = record.id
    this.method = record.method
    this.url = record.url
    this.#record = record
    Object.freeze(this)
  }

  /** The body, chunk by chunk. Leaving early cancels the request; `drain(ref)` reads the rest away instead. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    const record = this.#record
    const unusable = record.inbox.unusable()
    if (unusable !== null) throw unusable
    record.observed = true
    let whole = false
    try {
      for (let chunk = await record.inbox.next(); chunk !== null; chunk = await record.inbox.next()) yield chunk
      whole = true
    } finally {
      if (!whole) record.cancel(undefined)
    }
  }

  /** Cancels the request if it is not settled. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#record.observed = true
    this.#record.cancel(undefined)
  }

  /** Id, method and URL, like `r1 GET https://example.com/`. */
  toString(): string {
    return `${this.id} ${this.method} ${this.url}`
  }

  static {
    recordOfRef = ref => ref.#record
  }
}

/** The record behind a ref. Throws `ERR_HANSOM_INVALID_ARGUMENT` for what is no ref. */
export function recordOf(ref: RequestRef): RequestRecord {
  if (ref instanceof RequestRef) return recordOfRef(ref)
  throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'ref', 'ref is what request() returned')
}
