import type { SocketHandler, TransportSocket } from '../../src/actor/transport.ts'
import type { Driver, DriverOwner } from '../../src/connection/driver.ts'
import { Lease } from '../../src/connection/lease.ts'
import type { ExchangeOwner, ExchangeReport, OutgoingRequest } from '../../src/connection/messages.ts'

/** Makes a driver over a socket, for an owner. */
export type DriverFactory = (socket: TransportSocket, owner: DriverOwner) => Driver

/** How an exchange ended, as the driver told the connection. */
export interface Ending {
  readonly lease: Lease
  readonly ok: boolean
  readonly reusable: boolean
}

const deaf: SocketHandler = {
  onConnect() {},
  onBytes: () => true,
  onEnd() {},
  onFlushed() {},
  onError() {},
  onClose() {},
}

/** A socket that keeps what is written to it, and takes it at once unless it is `stuck`. */
export class FakeSocket implements TransportSocket {
  handler = deaf
  readonly remoteAddress = 'fake'
  readonly alpn = null
  pendingBytes = 0
  stuck = false
  /** How often reading was resumed. */
  resumed = 0
  written = ''

  write(data: string | Uint8Array): boolean {
    this.written += typeof data === 'string' ? data : Buffer.from(data).toString('latin1')
    if (this.stuck) this.pendingBytes += data.length
    return this.pendingBytes === 0
  }

  pause(): void {}

  resume(): void {
    this.resumed++
  }

  ref(): void {}

  end(): void {}

  destroy(): void {}
}

/** The request of one exchange: keeps what it is told. */
export class FakeRequest implements ExchangeOwner {
  readonly reports: ExchangeReport[] = []
  body = ''
  /** What `takeBody` says. */
  wantsMore = true

  send(report: ExchangeReport): void {
    this.reports.push(report)
  }

  takeBody(bytes: Buffer, from: number, to: number): boolean {
    this.body += bytes.toString('latin1', from, to)
    return this.wantsMore
  }

  /** The types of what it was told, in order. */
  get told(): string[] {
    return this.reports.map(({ type }) => type)
  }

  count(type: ExchangeReport['type']): number {
    return this.told.filter(each => each === type).length
  }
}

/** A driver between a fake socket and fake owners. */
export class DriverBench implements DriverOwner {
  readonly socket = new FakeSocket()
  readonly driver: Driver
  readonly endings: Ending[] = []
  lingers = 0
  /** What came behind the head of an answer that switched protocols. */
  early: string | null = null
  #exchanges = 0

  constructor(make: DriverFactory) {
    this.driver = make(this.socket, this)
  }

  exchangeEnded(lease: Lease, ok: boolean, reusable: boolean): void {
    this.endings.push({ lease, ok, reusable })
  }

  exchangeLingers(): void {
    this.lingers++
  }

  exchangeUpgraded(_lease: Lease, early: Uint8Array): void {
    this.early = Buffer.from(early).toString('latin1')
  }

  /** Starts an exchange: a GET, unless told otherwise. */
  start(request: Partial<OutgoingRequest> = {}): { readonly lease: Lease; readonly request: FakeRequest } {
    const owner = new FakeRequest()
    const lease = new Lease(undefined as never, ++this.#exchanges, owner, 0)
    const head = `${request.method ?? 'GET'} / HTTP/1.1\r\n\r\n`
    this.driver.start(lease, {
      method: 'GET',
      head,
      body: null,
      streams: false,
      chunked: false,
      upgrade: false,
      ...request,
    })
    return { lease, request: owner }
  }

  /** Gives the driver bytes, at the start of a larger buffer, as a socket does. */
  read(text: string): boolean {
    const buffer = Buffer.alloc(65_536, '?')
    return this.driver.read(buffer, buffer.write(text, 'latin1'))
  }

  /** The socket takes all that was written. */
  flush(): void {
    this.socket.pendingBytes = 0
    this.driver.flushed()
  }
}
