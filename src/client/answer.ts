import type { Bill } from '../errors.ts'
import type { RequestRecord } from '../request/record.ts'
import type { HeadersView } from '../wire/headers-view.ts'

const decoder = new TextDecoder()

/** A whole answer. A 4xx or 5xx is one too. */
export class Answer {
  /** The final status code. */
  readonly status: number
  /** The header section, without the trailers. */
  readonly headers: HeadersView
  /** `null` if there were none. */
  readonly trailers: HeadersView | null
  /** The URL that was asked, without credentials. */
  readonly url: string
  /** The body. */
  readonly bytes: Uint8Array
  readonly #record: RequestRecord

  /** @internal */
  constructor(record: RequestRecord, bytes: Uint8Array) {
    this.status = record.head!.status
    this.headers = record.head!.headers
    this.trailers = record.trailers
    this.url = record.url
    this.bytes = bytes
    this.#record = record
  }

  /** What each phase took, in milliseconds. */
  get bill(): Bill {
    return this.#record.bill(0)
  }

  /** The body as text, by UTF-8. */
  text(): string {
    return decoder.decode(this.bytes)
  }

  /** The body as JSON. Throws a `SyntaxError` if it is none. */
  json<T = unknown>(): T {
    return JSON.parse(this.text()) as T
  }
}
