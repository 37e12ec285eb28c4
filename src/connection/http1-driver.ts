import type { Clock } from '../actor/env.ts'
import type { TransportSocket } from '../actor/transport.ts'
import { ConnectionError, type HansomError, ProtocolError } from '../errors.ts'
import type { HeadersView } from '../wire/headers-view.ts'
import type { ResponseParser } from '../wire/http1/response-parser.ts'
import { chunkHead, lastChunk } from '../wire/http1/serializer.ts'
import type { ResponseHead, ResponseSink, WireOptions } from '../wire/message.ts'
import { copyBytes } from './copy-bytes.ts'
import type { Capacity, Driver, DriverOwner } from './driver.ts'
import type { Lease } from './lease.ts'
import type { OutgoingRequest } from './messages.ts'
import { ParserPool } from './parser-pool.ts'

const free: Capacity = Object.freeze({ free: 1, accepts: 'any' })
const taken: Capacity = Object.freeze({ free: 0, accepts: 'any' })
const writeReady = Object.freeze({ type: 'write.ready' } as const)

/** A body up to this size is copied behind its head, to leave in one write. */
const joinedBodyBytes = 8_192

/** The server closes at its own clock; a request that crosses the close is lost. RFC 9112 §9.5 names the race. */
const keepAliveMarginMs = 1_000

/** HTTP/1.1, one exchange at a time (RFC 9112). Feeds the wire's parser and writes what its serializer makes. */
export class Http1Driver implements Driver, ResponseSink {
  readonly protocol = 'http/1.1'
  keepAliveMs: number | undefined = undefined
  readonly #socket: TransportSocket
  readonly #owner: DriverOwner
  readonly #clock: Clock
  readonly #parsers: ParserPool
  /** While an exchange runs. */
  #parser: ResponseParser | null = null
  #lease: Lease | null = null
  /** The request's last byte was given to the socket. */
  #finished = false
  /** … and left it. */
  #sent = false
  #chunked = false
  /** The response is complete, and was answered to the owner. */
  #answered = false
  /** `takeBody` said no, and nobody has pulled since. */
  #paused = false
  #stray = false
  #bytesWritten = 0
  #nowMs = 0

  constructor(socket: TransportSocket, limits: WireOptions, clock: Clock, owner: DriverOwner) {
    this.#socket = socket
    this.#owner = owner
    this.#clock = clock
    this.#parsers = ParserPool.of(limits)
  }

  get capacity(): Capacity {
    return this.#lease === null ? free : taken
  }

  start(lease: Lease, request: OutgoingRequest): void {
    this.#lease = lease
    this.#finished = !request.streams
    this.#sent = false
    this.#answered = false
    this.#chunked = request.chunked
    this.#bytesWritten = 0
    this.#parser = this.#parsers.take()
    this.#parser.start(request.method, this, request.upgrade)
    const { head, body } = request
    if (body === null) this.#write(head)
    else if (body.length <= joinedBodyBytes) {
      const joined = Buffer.allocUnsafe(head.length + body.length)
      joined.write(head, 'latin1')
      joined.set(body, head.length)
      this.#write(joined)
    } else {
      this.#write(head)
      this.#write(body)
    }
    if (this.#socket.pendingBytes === 0) this.flushed()
  }

  write(lease: Lease, chunk: Uint8Array): boolean {
    if (lease !== this.#lease || this.#finished || this.#answered || chunk.length === 0) return true
    if (this.#chunked) {
      const head = chunkHead(chunk.length)
      if (chunk.length <= joinedBodyBytes) {
        const joined = Buffer.allocUnsafe(head.length + chunk.length + 2)
        joined.write(head, 'latin1')
        joined.set(chunk, head.length)
        joined.write('\r\n', head.length + chunk.length, 'latin1')
        this.#write(joined)
      } else {
        this.#write(head)
        this.#write(chunk)
        this.#write('\r\n')
      }
    } else this.#write(chunk)
    return this.#socket.pendingBytes === 0
  }

  finish(lease: Lease, trailers: string): void {
    if (lease !== this.#lease || this.#finished || this.#answered) return
    this.#finished = true
    if (this.#chunked) this.#write(lastChunk(trailers))
    if (this.#socket.pendingBytes === 0) this.flushed()
  }

  pull(lease: Lease): void {
    if (lease !== this.#lease || !this.#paused) return
    this.#paused = false
    this.#socket.resume()
  }

  cancel(lease: Lease): void {
    if (lease === this.#lease) this.#end(false, false, this.#clock.now())
  }

  read(buffer: Buffer, length: number): boolean {
    const parser = this.#parser
    if (parser === null || this.#answered) {
      // RFC 9112 §9.2: bytes that answer no request. Whose they are cannot be known, so the connection goes.
      this.#stray = true
      if (parser === null) throw new ProtocolError('ERR_HANSOM_PROTOCOL', strayMessage, { rfc: 'RFC 9112 §9.2' })
      return true
    }
    this.#nowMs = this.#clock.now()
    const offset = parser.read(buffer, 0, length)
    if (parser.upgraded) return this.#handOver(parser, copyBytes(buffer, offset, length))
    if (offset < length) this.#stray = true
    if (parser.done) this.#complete()
    return !this.#paused
  }

  flushed(): void {
    const lease = this.#lease
    if (lease === null || this.#sent) return
    if (!this.#finished) lease.owner.send(writeReady)
    else {
      this.#sent = true
      if (this.#answered) this.#complete()
      else lease.owner.send({ type: 'request.sent', atMs: this.#clock.now() })
    }
  }

  ended(): void {
    const parser = this.#parser
    if (parser === null) return
    this.#nowMs = this.#clock.now()
    this.#stray = true
    parser.end()
    if (parser.done) this.#complete()
  }

  fail(error: HansomError): void {
    const lease = this.#lease
    if (lease === null) return
    const answered = this.#answered
    const counted = this.#counted(error)
    this.#end(answered, false, this.#clock.now())
    if (!answered) lease.owner.send({ type: 'exchange.failed', error: counted })
  }

  onInformed(head: ResponseHead): void {
    this.#lease?.owner.send({ type: 'informed', head })
  }

  onHead(head: ResponseHead): void {
    const lease = this.#lease
    if (lease === null) return
    lease.status = head.status
    lease.owner.send({ type: 'head.received', head, atMs: this.#nowMs })
  }

  onData(bytes: Buffer, from: number, to: number): boolean {
    const lease = this.#lease
    if (lease === null) return true
    if (!lease.owner.takeBody(bytes, from, to, this.#nowMs)) this.#paused = true
    return !this.#paused
  }

  onEnd(trailers: HeadersView | null): void {
    this.#answered = true
    // Nothing is left to pull: what comes now must be seen, for it ends the connection.
    this.#paused = false
    if (this.#parser?.upgraded) return
    this.#lease?.owner.send({ type: 'body.ended', trailers, atMs: this.#nowMs })
  }

  /** What follows is not HTTP any more. */
  #handOver(parser: ResponseParser, early: Uint8Array): boolean {
    const lease = this.#lease
    this.#lease = null
    this.#parser = null
    this.#parsers.give(parser)
    if (lease !== null) this.#owner.exchangeUpgraded(lease, early, this.#nowMs)
    return true
  }

  /** The answer is whole: the exchange ends, at once or when the request has left the socket. */
  #complete(): void {
    const parser = this.#parser
    if (parser === null) return
    // An answer that came before the request was finished leaves the rest of it unsent: the stream is out of step.
    if (!this.#finished) this.#end(true, false, this.#nowMs)
    else if (this.#sent || this.#socket.pendingBytes === 0) {
      this.#end(true, parser.reusable && !this.#stray, this.#nowMs)
    } else this.#owner.exchangeLingers(this.#nowMs)
  }

  #end(ok: boolean, reusable: boolean, atMs: number): void {
    const lease = this.#lease
    if (lease === null) return
    this.#lease = null
    this.#paused = false
    const parser = this.#parser
    this.#parser = null
    if (ok && parser?.done) {
      const hintMs = parser.keepAliveHintMs
      this.keepAliveMs = hintMs === undefined ? undefined : hintMs - keepAliveMarginMs
      this.#parsers.give(parser)
    }
    this.#owner.exchangeEnded(lease, ok, reusable, atMs)
  }

  #write(data: string | Uint8Array): void {
    this.#bytesWritten += data.length
    this.#socket.write(data)
  }

  /** The same error with this exchange's own byte counts, and whether the server can have seen any of it. */
  #counted(error: HansomError): HansomError {
    if (!(error instanceof ConnectionError)) return error
    return new ConnectionError(error.code, error.message, {
      cause: error.cause,
      retryable: this.#bytesWritten === 0,
      bytesWritten: this.#bytesWritten,
      bytesRead: this.#parser?.bytesRead ?? 0,
    })
  }
}

const strayMessage = 'the server sent bytes that answer no request'
