import type { Socket } from 'node:net'
import { MalformedRequestError, type RequestHead, RequestReader, type WholeRequest } from './request-reader.ts'

/** Where a request came from. */
export interface RequestPlace {
  readonly connection: RawConnection
  /** The decrypted one, with TLS. */
  readonly socket: Socket
  /** How many requests the server had read before. */
  readonly index: number
  /** How many requests this connection had read before. */
  readonly indexOnConnection: number
}

/** A request whose body is not read yet. */
export interface RawHead extends RequestHead, RequestPlace {}

/** A request that was read in full. */
export interface RawRequest extends WholeRequest, RequestPlace {}

type Words = string | Uint8Array | undefined

/** What to write to the socket; nothing to write nothing. A promise keeps later answers of its connection waiting. */
export type RawAnswer = Words | Promise<Words>

/** What a connection tells its server. */
export interface ConnectionEvents {
  nextIndex(): number
  onHead(head: RawHead): RawAnswer
  onRequest(request: RawRequest): RawAnswer
  onMalformed(error: MalformedRequestError): void
}

const KEPT_BYTES = 1_048_576

/** One socket that a raw server accepted. Its errors are kept, not thrown. */
export class RawConnection {
  /** The decrypted one, with TLS. */
  readonly socket: Socket
  /** How many connections the server had accepted before. */
  readonly index: number
  /** Resolves when the client has sent FIN. */
  readonly ended: Promise<void>
  /** Resolves when the socket is closed, for whatever reason. */
  readonly closed: Promise<void>
  /** The last error of the socket, such as `ECONNRESET`. */
  error: Error | undefined
  /** How many bytes have come, decrypted. */
  receivedBytes = 0

  readonly #tcp: Socket
  readonly #events: ConnectionEvents
  readonly #reader: RequestReader
  readonly #kept: Buffer[] = []
  #requests = 0
  #answered: Promise<void> | undefined
  #watchers: (() => void)[] = []

  /** `tcp` is the socket below TLS, or else the same one. */
  constructor(socket: Socket, tcp: Socket, index: number, events: ConnectionEvents) {
    this.socket = socket
    this.index = index
    this.#tcp = tcp
    this.#events = events
    this.#reader = this.#makeReader()
    this.ended = new Promise(resolve => socket.once('end', resolve))
    this.closed = new Promise(resolve => socket.once('close', () => resolve()))
    socket.on('error', error => (this.error = error))
    socket.on('close', () => this.#look())
    socket.on('data', bytes => this.#receive(bytes as Buffer))
  }

  /** What has come so far, decrypted: the first MiB of it. */
  get received(): Buffer {
    return Buffer.concat(this.#kept)
  }

  /** Resolves with `received` once it contains this text (as Latin-1); rejects if the socket closes before. */
  async receives(text: string): Promise<Buffer> {
    const wanted = Buffer.from(text, 'latin1')
    for (;;) {
      const received = this.received
      if (received.includes(wanted)) return received
      if (this.socket.closed) throw new Error(`closed before ${JSON.stringify(text)} came`)
      await new Promise<void>(resolve => this.#watchers.push(resolve))
    }
  }

  /** Resolves when these bytes were handed to the kernel, or the socket is closed. */
  write(bytes: string | Uint8Array): Promise<void> {
    return new Promise(resolve => this.socket.write(bytes, () => resolve()))
  }

  /** Sends FIN, after these bytes. */
  end(bytes: string | Uint8Array = ''): void {
    this.socket.end(bytes)
  }

  /** Sends RST; what was written and not yet acknowledged may be lost. Not for unix sockets. Resolves when closed. */
  reset(): Promise<void> {
    this.#tcp.resetAndDestroy()
    return this.closed
  }

  /**
   * Reads no more requests: what comes now is for the script's own `data` listener (a tunnel, an upgrade, HTTP/2).
   * Returns the bytes that came already and belong to no request.
   */
  takeOver(): Buffer {
    return this.#reader.release()
  }

  #makeReader(): RequestReader {
    let place: RequestPlace
    return new RequestReader({
      onHead: head => {
        const index = this.#events.nextIndex()
        place = { connection: this, socket: this.socket, index, indexOnConnection: this.#requests++ }
        this.#answer(this.#events.onHead({ ...head, ...place }))
      },
      onRequest: request => this.#answer(this.#events.onRequest({ ...request, ...place })),
    })
  }

  #receive(bytes: Buffer): void {
    if (this.receivedBytes < KEPT_BYTES) this.#kept.push(bytes.subarray(0, KEPT_BYTES - this.receivedBytes))
    this.receivedBytes += bytes.length
    this.#look()
    try {
      this.#reader.push(bytes)
    } catch (error) {
      if (!(error instanceof MalformedRequestError)) throw error
      this.#reader.release()
      this.#events.onMalformed(error)
    }
  }

  #look(): void {
    for (const resolve of this.#watchers.splice(0)) resolve()
  }

  #answer(answer: RawAnswer): void {
    if (this.#answered === undefined && !(answer instanceof Promise)) {
      this.#say(answer)
      return
    }
    const answered = Promise.all([answer, this.#answered]).then(([words]) => {
      this.#say(words)
      if (this.#answered === answered) this.#answered = undefined
    })
    this.#answered = answered
  }

  #say(words: Words): void {
    if (words !== undefined && this.socket.writable) this.socket.write(words)
  }
}
