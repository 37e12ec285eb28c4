import { ConnectionError } from '../../errors.ts'
import { HeadersView } from '../headers-view.ts'
import { strict } from '../leniency.ts'
import type { ResponseHead, ResponseSink, WireOptions } from '../message.ts'
import { ChunkedBody } from './chunked.ts'
import { protocolFault } from './faults.ts'
import { FieldSection } from './field-section.ts'
import { bodyLength, CHUNKED, Framing, isBodiless } from './framing.ts'
import { SectionReader } from './section-reader.ts'
import { StatusLine } from './status-line.ts'

const IDLE = 0
const HEAD = 1
const FIXED_BODY = 2
const CHUNKED_BODY = 3
const BODY_UNTIL_CLOSE = 4
const DONE = 5

/**
 * Reads the responses of one HTTP/1 connection, one after another (RFC 9112). It is as old as its connection: `start`
 * comes before each response, then `read` with each segment, however the bytes are cut, and `end` at EOF.
 *
 * Whatever is not valid HTTP/1.0 or 1.1 throws a `ProtocolError` with the offset of the wrong byte; after any throw the
 * parser must not be used again.
 */
export class ResponseParser {
  readonly #options: WireOptions
  readonly #line: StatusLine
  readonly #framing = new Framing()
  readonly #head: SectionReader
  /** Made at the first chunked body. */
  #chunked: ChunkedBody | null = null
  #sink: ResponseSink | null = null
  #method = ''
  #upgrade = false
  #upgraded = false
  #phase = IDLE
  #remaining = 0
  #informational = 0
  #bytesRead = 0
  #keep = true
  #headSeen = false
  #hintMs = -1

  /**
   * Makes a parser that is between two responses: call `start` first. `options` are the limits, `defaultWireLimits` say,
   * and what is let pass; they are not copied.
   */
  constructor(options: WireOptions) {
    const { headerBytes, headerCount, lenient = strict } = options
    this.#options = options
    this.#line = new StatusLine(lenient)
    this.#head = new SectionReader(this.#line, new FieldSection(headerCount, this.#framing, lenient), headerBytes)
  }

  /** Whether the response is complete. Already true inside `onEnd`. */
  get done(): boolean {
    return this.#phase === DONE
  }

  /**
   * Whether the response is complete and the connection may carry another exchange: it is persistent (RFC 9112 §9.3),
   * and the body's end did not need the connection's end or a choice between two framings (§6.1).
   */
  get reusable(): boolean {
    return this.#phase === DONE && this.#keep
  }

  /**
   * Whether the response handed the connection over: a 101 that was asked for, or a 2xx to `CONNECT`. What comes behind
   * its head is the new protocol's, from the offset that `read` returned on (RFC 9110 §7.8, §9.3.6). True from `onHead`
   * on.
   */
  get upgraded(): boolean {
    return this.#upgraded
  }

  /** How long the server keeps the connection when idle, in milliseconds, as its `Keep-Alive: timeout` says. */
  get keepAliveHintMs(): number | undefined {
    return this.#hintMs === -1 ? undefined : this.#hintMs
  }

  /** Whether the head of the final response was read. */
  get headSeen(): boolean {
    return this.#headSeen
  }

  /** Whether a byte of the response came, be it of a 1xx one. */
  get begun(): boolean {
    return this.#bytesRead > 0
  }

  /** Bytes of the response so far, 1xx responses included. Exact between calls, and inside `onHead` and `onEnd`. */
  get bytesRead(): number {
    return this.#bytesRead
  }

  /**
   * Makes ready for the response to a request with `method`. `upgrade`: the request had an Upgrade field, so that a 101
   * is an answer to it. Not to be called from inside `read`.
   */
  start(method: string, sink: ResponseSink, upgrade = false): void {
    this.#method = method
    this.#sink = sink
    this.#upgrade = upgrade
    this.#upgraded = false
    this.#phase = HEAD
    this.#informational = 0
    this.#bytesRead = 0
    this.#keep = true
    this.#headSeen = false
    this.#hintMs = -1
    this.#beginHead()
  }

  /**
   * Reads `bytes[from, to)` and returns where it stopped: `to`, or the offset behind the final response. What lies
   * behind it is not part of an answer to this request. The rest of a segment is read even if the sink asks for no
   * more.
   */
  read(bytes: Buffer, from: number, to: number): number {
    const origin = this.#bytesRead - from
    let pos = from
    while (pos < to) {
      switch (this.#phase) {
        case HEAD:
          pos = this.#head.read(bytes, pos, to, origin)
          this.#bytesRead = origin + pos
          if (this.#head.complete) this.#takeHead()
          break
        case FIXED_BODY: {
          const start = pos
          pos = to - start < this.#remaining ? to : start + this.#remaining
          this.#remaining -= pos - start
          this.#sink!.onData(bytes, start, pos)
          this.#bytesRead = origin + pos
          if (this.#remaining === 0) this.#finish(null)
          break
        }
        case CHUNKED_BODY: {
          const body = this.#chunked!
          pos = body.read(bytes, pos, to, origin, this.#sink!)
          this.#bytesRead = origin + pos
          if (body.complete) this.#finish(body.trailers())
          break
        }
        case BODY_UNTIL_CLOSE:
          this.#sink!.onData(bytes, pos, to)
          pos = to
          this.#bytesRead = origin + pos
          break
        default:
          return pos
      }
    }
    return pos
  }

  /**
   * Tells that the peer will send no more. Completes a body that lasts until then; else, if a response is outstanding,
   * throws a `ConnectionError`: `ERR_HANSOM_CONNECTION_CLOSED` up to the head, `ERR_HANSOM_BODY_TRUNCATED` behind it.
   */
  end(): void {
    if (this.#phase === DONE || this.#phase === IDLE) return
    if (this.#phase === BODY_UNTIL_CLOSE) {
      this.#finish(null)
      return
    }
    const counts = { bytesWritten: 0, bytesRead: this.#bytesRead }
    if (this.#phase !== HEAD) {
      const missing = this.#phase === FIXED_BODY ? `${this.#remaining} bytes before its end` : 'before its last chunk'
      throw new ConnectionError('ERR_HANSOM_BODY_TRUNCATED', `the connection closed inside a body, ${missing}`, counts)
    }
    const place = this.begun ? `inside the response head, after ${this.#bytesRead} bytes` : 'before any response'
    throw new ConnectionError('ERR_HANSOM_CONNECTION_CLOSED', `the connection closed ${place}`, counts)
  }

  #beginHead(): void {
    this.#head.reset()
    this.#framing.reset()
  }

  #takeHead(): void {
    const line = this.#line
    const framing = this.#framing
    const block = this.#head.block
    const head: ResponseHead = {
      status: line.status,
      statusText: line.reason,
      httpVersion: line.minor === 1 ? '1.1' : '1.0',
      headers: block === '' ? HeadersView.empty : new HeadersView(block),
    }
    if (framing.close) this.#keep = false
    if (line.status >= 200) this.#takeFinal(head)
    else if (line.status === 101) this.#takeUpgrade(head)
    else this.#takeInformational(head)
  }

  #takeFinal(head: ResponseHead): void {
    const line = this.#line
    const framing = this.#framing
    this.#headSeen = true
    this.#hintMs = framing.keepAliveMs
    if (line.minor === 0 && (!framing.keepAlive || framing.codings > 0)) this.#keep = false
    // Others on the way may have read another framing (RFC 9112 §6.1, §11.2).
    if (framing.codings > 0 && (framing.contentLength !== -1 || framing.codings > 1)) this.#keep = false
    if (framing.doubtful) this.#keep = false
    const length = isBodiless(this.#method, line.status) ? 0 : bodyLength(framing)
    if (length === 0) {
      if (this.#method === 'CONNECT' && line.status < 300) {
        this.#keep = false
        this.#upgraded = true
      }
    } else if (length > 0) {
      this.#phase = FIXED_BODY
      this.#remaining = length
    } else if (length === CHUNKED) {
      this.#phase = CHUNKED_BODY
      this.#chunked ??= new ChunkedBody(this.#options)
      this.#chunked.reset()
    } else {
      this.#phase = BODY_UNTIL_CLOSE
      this.#keep = false
    }
    this.#sink!.onHead(head)
    if (length === 0) this.#finish(null)
  }

  #takeUpgrade(head: ResponseHead): void {
    const section = 'RFC 9110 §15.2.2'
    if (!this.#upgrade) throw protocolFault('an upgrade that was not asked for', this.#bytesRead, section)
    if (!this.#framing.upgrade) throw protocolFault('an upgrade to nothing', this.#bytesRead, section)
    this.#keep = false
    this.#headSeen = true
    this.#upgraded = true
    this.#sink!.onHead(head)
    this.#finish(null)
  }

  #takeInformational(head: ResponseHead): void {
    if (++this.#informational > this.#options.informational) {
      const bound = `${this.#options.informational} (limits.informational)`
      throw protocolFault(`informational responses over ${bound}`, this.#bytesRead, 'RFC 9110 §15.2')
    }
    if (this.#framing.doubtful) this.#keep = false
    this.#beginHead()
    this.#sink!.onInformed(head)
  }

  #finish(trailers: HeadersView | null): void {
    const sink = this.#sink!
    // A parser outlives its requests by far: it must not keep the last one's sink alive.
    this.#sink = null
    this.#phase = DONE
    sink.onEnd(trailers)
  }
}
