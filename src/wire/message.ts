import type { HeadersView } from './headers-view.ts'
import type { Leniency } from './leniency.ts'

/** The head of a response as the wire read it. */
export interface ResponseHead {
  /** The status code. */
  readonly status: number
  /** The reason phrase, often empty. */
  readonly statusText: string
  /** `1.1` or `1.0`. */
  readonly httpVersion: string
  /** The header section. */
  readonly headers: HeadersView
}

/** Who takes what a response parser reads. Called synchronously, in the order of the bytes. */
export interface ResponseSink {
  /** A 1xx response; the final one follows. A 101 that was asked for is final, and comes to `onHead`. */
  onInformed(head: ResponseHead): void
  /** The head of the final response. */
  onHead(head: ResponseHead): void
  /**
   * Body bytes: `bytes[from, to)`. They lie in the socket's buffer: copy what is kept. Returning false asks for no
   * more; the rest of the segment that was being read still comes.
   */
  onData(bytes: Buffer, from: number, to: number): boolean
  /** The response is complete. `trailers` is `null` when there were none. */
  onEnd(trailers: HeadersView | null): void
}

/** The bounds of what one response may hold. */
export interface WireLimits {
  /** Bytes of a head (status line and header section), and likewise of a trailer section. Default 65,536. */
  readonly headerBytes: number
  /** Fields of a header or trailer section. Default 1,000. */
  readonly headerCount: number
  /** 1xx responses before the final one. Default 32. */
  readonly informational: number
  /** Bytes of chunk extensions, apart from as many as the chunks before them had data. Default 4,096. */
  readonly chunkExtensionBytes: number
}

/** How a parser reads: its limits, and what it lets pass. */
export interface WireOptions extends WireLimits {
  /** Default none. */
  readonly lenient?: Leniency | undefined
}

/** The limits of a client that sets none. */
export const defaultWireLimits: WireLimits = {
  headerBytes: 65_536,
  headerCount: 1_000,
  informational: 32,
  chunkExtensionBytes: 4_096,
}
