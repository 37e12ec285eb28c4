import { Duplex } from 'node:stream'
import type { SocketHandler, TransportSocket } from '../actor/transport.ts'
import { ConnectionError } from '../errors.ts'
import { copyBytes } from './copy-bytes.ts'

/**
 * The bytes of a connection that was upgraded or is a tunnel, as a Node stream (RFC 9110 §7.8, §9.3.6). Plain sockets are
 * read through a shared buffer and have no `data` events of their own, so this one stands in front of each.
 */
export class UpgradedStream extends Duplex implements SocketHandler {
  readonly #socket: TransportSocket
  readonly #closed: () => void
  #paused = false
  #ended = false
  #gone = false
  #destroyed: (() => void) | null = null
  /** A write that the socket has not taken yet. */
  #waiting: ((error?: Error) => void) | null = null

  /** `early`: what came behind the head in the same segment. `closed` is called once, when the socket is closed. */
  constructor(socket: TransportSocket, early: Uint8Array, closed: () => void) {
    super()
    this.#socket = socket
    this.#closed = closed
    socket.handler = this
    socket.ref()
    if (early.length > 0) this.push(early)
  }

  override _read(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#socket.resume()
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    if (this.#gone) done(closedError())
    else if (this.#socket.write(chunk)) done()
    else this.#waiting = done
  }

  override _final(done: () => void): void {
    this.#socket.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (this.#gone) return done(error)
    // Its `close` means that the connection is closed.
    this.#destroyed = () => done(error)
    this.#socket.destroy()
  }

  onConnect(): void {}

  onBytes(buffer: Buffer, length: number): boolean {
    this.#paused = !this.push(copyBytes(buffer, 0, length))
    return !this.#paused
  }

  onEnd(): void {
    if (this.#ended) return
    this.#ended = true
    this.push(null)
  }

  onFlushed(): void {
    const done = this.#waiting
    this.#waiting = null
    done?.()
  }

  onError(error: Error): void {
    this.destroy(error)
  }

  onClose(): void {
    this.#gone = true
    this.onEnd()
    const done = this.#waiting
    this.#waiting = null
    done?.(closedError())
    this.#closed()
    if (this.#destroyed !== null) this.#destroyed()
    else if (this.readableEnded) this.destroy()
    // What came is still to be read.
    else this.once('end', () => this.destroy())
  }
}

function closedError(): ConnectionError {
  const counts = { bytesWritten: 0, bytesRead: 0 }
  return new ConnectionError('ERR_HANSOM_CONNECTION_CLOSED', 'the upgraded connection is closed', counts)
}
