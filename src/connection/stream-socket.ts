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
  #held: Buffer[] | null = null
  #awaitsFlush = false
  /** The socket now belongs to a TLS layer above it. */
  #handedOver = false
  readonly #written: () => void

  constructor(stream: Duplex, handler: SocketHandler, address = '') {
    this.stream = stream
    this.handler = handler
    this.#address = address
    this.#written = () => {
      if (!this.#awaitsFlush || this.stream.writableLength > 0) return
      this.#awaitsFlush = false
      this.handler.onFlushed()
    }
    ;(stream as SocketLike).unref?.()
    stream.on('error', error => this.handler.onError(error))
    stream.on('end', () => this.handler.onEnd())
    stream.on('close', () => {
      if (!this.#handedOver) this.handler.onClose()
    })
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
    this.stream.on('data', (chunk: Buffer) => {
      if (this.#writing) this.#hold(chunk)
      else if (!this.deliver(chunk, chunk.length)) this.stream.pause()
    })
  }

  /** Bytes came from the stream. False: it must stop reading. */
  deliver(buffer: Buffer, length: number): boolean {
    return this.handler.onBytes(buffer, length)
  }

  write(data: string | Uint8Array): boolean {
    const stream = this.stream
    if (stream.destroyed || stream.writableEnded) return true
    this.#writing = true
    if (typeof data === 'string') stream.write(data, 'latin1', this.#written)
    else stream.write(data, this.#written)
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

  end(): void {
    this.stream.end()
  }

  destroy(): void {
    this.stream.destroy()
  }

  /** Gives the stream to a layer above. What it tells from now on goes there. */
  handOver(): Duplex {
    this.#handedOver = true
    this.stream.removeAllListeners('end')
    return this.stream
  }

  #hold(chunk: Buffer): void {
    if (this.#held !== null) {
      this.#held.push(chunk)
      return
    }
    this.#held = [chunk]
    soon(() => {
      const held = this.#held ?? []
      this.#held = null
      for (const chunk of held) if (!this.deliver(chunk, chunk.length)) this.stream.pause()
    })
  }
}

function addressOf(stream: SocketLike): string {
  const { remoteAddress, remotePort, remoteFamily } = stream
  if (remoteAddress === undefined) return ''
  return remoteFamily === 'IPv6' ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`
}
