import type { Duplex } from 'node:stream'
import { soon } from '../actor/clock.ts'
import type { SocketHandler, TransportSocket } from '../actor/transport.ts'

/** What a stream may have beyond a Duplex: `net.Socket` and `tls.TLSSocket` do. */
interface SocketLike extends Duplex {
  readonly remoteAddress?: string
  readonly remotePort?: number
  readonly remoteFamily?: string
  readonly alpnProtocol?: string | false | null
  unref?(): void
  ref?(): void
}

/** Tells whether a value that a user gave has what a `StreamSocket` needs of a Duplex. */
export function isDuplex(value: unknown): value is Duplex {
  const stream = value as Partial<Duplex> | null | undefined
  const methods = [stream?.on, stream?.write, stream?.pause, stream?.resume, stream?.destroy]
  return methods.every(method => typeof method === 'function')
}

/** Hears of a stream that belongs to the layer above it. */
const nobody: SocketHandler = {
  onConnect() {},
  onBytes: () => false,
  onEnd() {},
  onFlushed() {},
  onError() {},
  onClose() {},
}

/**
 * A Node stream as a `TransportSocket`: one reader hides that plain TCP is read through one shared buffer and TLS or a
 * user's Duplex by `data` events.
 */
export class StreamSocket implements TransportSocket {
  handler: SocketHandler
  readonly stream: Duplex
  #address: string
  /** Inside `write`: a Duplex that answers at once must not call its owner back on the same stack. */
  #writing = false
  /** What the stream told inside `write`, and what it told before that was passed on. */
  #late: (() => void)[] | null = null
  #awaitsFlush = false
  readonly #written: (error?: Error | null) => void

  constructor(stream: Duplex, handler: SocketHandler, address = '') {
    this.stream = stream
    this.handler = handler
    this.#address = address
    this.#written = error => {
      // A write that failed has not left: `error` and `close` follow.
      if (error || !this.#awaitsFlush || this.stream.writableLength > 0) return
      this.#awaitsFlush = false
      this.handler.onFlushed()
    }
    ;(stream as SocketLike).unref?.()
    // These stay until the stream is gone: an error after the end must not become an uncaughtException.
    stream.on('error', error => this.#tell(() => this.handler.onError(error)))
    stream.on('end', () => this.#tell(() => this.handler.onEnd()))
    stream.on('close', () => this.#tell(() => this.handler.onClose()))
  }

  get remoteAddress(): string {
    if (this.#address === '') this.#address = addressOf(this.stream)
    return this.#address
  }

  get alpn(): string | null {
    return (this.stream as SocketLike).alpnProtocol || null
  }

  get pendingBytes(): number {
    return this.stream.writableLength
  }

  /** Reads by `data` events from now on. */
  readByEvents(): void {
    this.stream.on('data', (chunk: unknown) => this.#tell(() => this.#take(chunk)))
  }

  /** Bytes came from the stream. False: it must stop reading. */
  deliver(buffer: Buffer, length: number): boolean {
    return this.handler.onBytes(buffer, length)
  }

  write(data: string | Uint8Array): boolean {
    const stream = this.stream
    if (stream.destroyed || stream.writableEnded) return true
    this.#writing = true
    try {
      if (typeof data === 'string') stream.write(data, 'latin1', this.#written)
      else stream.write(data, this.#written)
    } catch (error) {
      // Only a user's Duplex throws here. It is the stream's failure, not that of whoever writes.
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
    }
    this.#writing = false
    if (stream.writableLength === 0) return true
    this.#awaitsFlush = true
    return false
  }

  pause(): void {
    this.stream.pause()
  }

  resume(): void {
    this.stream.resume()
  }

  ref(): void {
    ;(this.stream as SocketLike).ref?.()
  }

  end(): void {
    this.stream.end()
  }

  destroy(): void {
    this.stream.destroy()
  }

  /** The stream belongs to a layer above from now on, which hears of it by itself. */
  handOver(): void {
    this.handler = nobody
  }

  #take(chunk: unknown): void {
    if (!(chunk instanceof Uint8Array)) {
      this.stream.destroy(new TypeError(`the stream gives ${typeof chunk} chunks, not bytes`))
      return
    }
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (!this.deliver(bytes, bytes.length)) this.stream.pause()
  }

  /** Passes on what the stream tells: at once, or when the stack is empty, but always in the stream's order. */
  #tell(event: () => void): void {
    if (this.#late !== null) this.#late.push(event)
    else if (!this.#writing) event()
    else {
      this.#late = [event]
      soon(() => {
        // What is told while these run comes behind them.
        for (const late of this.#late ?? []) late()
        this.#late = null
      })
    }
  }
}

function addressOf(stream: SocketLike): string {
  const { remoteAddress, remotePort, remoteFamily } = stream
  if (remoteAddress === undefined) return ''
  return remoteFamily === 'IPv6' ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
}
