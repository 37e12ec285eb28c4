import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { Arrivals } from './arrivals.ts'
import { Count } from './count.ts'
import { type Listening, type ListenOptions, listen } from './listen.ts'
import { type RawAnswer, RawConnection, type RawHead, type RawRequest } from './raw-connection.ts'

/** What a raw server does. With no part given it accepts, reads, and says nothing. */
export interface RawScript {
  /** At once after the accept or, with TLS, after the handshake; before any byte is read. */
  onConnection?(connection: RawConnection): void
  /** When a header section is complete, before the body is read. */
  onHead?(head: RawHead): RawAnswer
  /** When a request is complete. */
  onRequest?(request: RawRequest): RawAnswer
}

/** How a raw server listens. */
export interface RawServerOptions extends ListenOptions {
  /** `key` and `cert`, `ALPNProtocols`, and so on: speaks TLS. */
  tls?: TlsOptions
  /** Keeps its own side open when the client sends FIN. Default: false. */
  allowHalfOpen?: boolean
}

/**
 * Starts a server whose every byte is the script's: for faults that no HTTP server makes. A function is an `onConnection`.
 * Requests are read in any case, for `nextRequest`. A malformed one is thrown (and fails the run) if `onHead` or
 * `onRequest` is there; else it only rejects `nextRequest`.
 */
export async function rawServer(
  script: RawScript | ((connection: RawConnection) => void) = {},
  options: RawServerOptions = {},
): Promise<RawServer> {
  const { tls, allowHalfOpen = false } = options
  const server = tls === undefined ? createTcpServer({ allowHalfOpen }) : createTlsServer({ ...tls, allowHalfOpen })
  const raw = new RawServer(server, typeof script === 'function' ? { onConnection: script } : script, tls !== undefined)
  raw.listening = await listen(server, tls === undefined ? 'http' : 'https', options)
  return raw
}

/** A running raw server. `await using` closes it. */
export class RawServer implements AsyncDisposable {
  /** Sockets accepted, whether or not their TLS handshake succeeds. */
  readonly connections = new Count()
  /** @internal Set once by `rawServer`. */
  listening!: Listening

  readonly #script: RawScript
  readonly #sockets = new Set<Socket>()
  readonly #open = new Set<RawConnection>()
  readonly #arrivedConnections = new Arrivals<RawConnection>()
  readonly #arrivedRequests = new Arrivals<RawRequest>()
  #ready = 0
  #requestTotal = 0
  #closed: Promise<void> | undefined

  /** @internal */
  constructor(server: Server, script: RawScript, secure: boolean) {
    this.#script = script
    server.on('connection', (socket: Socket) => {
      this.#track(socket)
      if (!secure) this.#serve(socket, socket)
    })
    server.on('secureConnection', (socket: Socket) => {
      const tcp = [...this.#sockets].find(({ remotePort }) => remotePort === socket.remotePort)
      if (tcp === undefined) socket.destroy()
      else this.#serve(socket, tcp)
    })
  }

  /** `http://127.0.0.1:40001`, say. */
  get origin(): string {
    return this.listening.origin
  }

  get port(): number {
    return this.listening.port
  }

  /** The unix socket's, if it is one. */
  get socketPath(): string | undefined {
    return this.listening.socketPath
  }

  /** Those that are open now (with TLS: whose handshake is done), oldest first. */
  get sockets(): readonly RawConnection[] {
    return [...this.#open]
  }

  /** How many header sections were read. */
  get requestTotal(): number {
    return this.#requestTotal
  }

  url(path = '/'): string {
    return this.origin + path
  }

  /** Each connection is given to one caller, in the order of their coming; those that came before the call too. */
  nextConnection(): Promise<RawConnection> {
    return this.#arrivedConnections.next()
  }

  /** Each complete request is given to one caller, in the order of their coming; those that came before the call too. */
  nextRequest(): Promise<RawRequest> {
    return this.#arrivedRequests.next()
  }

  /** Destroys all sockets and resolves when they and the server are closed. */
  close(): Promise<void> {
    const closed = (this.#closed ??= this.listening.close())
    for (const socket of this.#sockets) socket.destroy()
    this.#arrivedConnections.fail(new Error('the server closed before another connection came'))
    this.#arrivedRequests.fail(new Error('the server closed before another request came'))
    return closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #track(socket: Socket): void {
    this.connections.enter()
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.connections.leave()
    })
  }

  #serve(socket: Socket, tcp: Socket): void {
    const { onConnection, onHead, onRequest } = this.#script
    const connection = new RawConnection(socket, tcp, this.#ready++, {
      nextIndex: () => this.#requestTotal++,
      onHead: head => onHead?.call(this.#script, head),
      onRequest: request => {
        this.#arrivedRequests.push(request)
        return onRequest?.call(this.#script, request)
      },
      onMalformed: error => {
        this.#arrivedRequests.fail(error)
        if (onHead !== undefined || onRequest !== undefined) throw error
      },
    })
    this.#open.add(connection)
    socket.once('close', () => this.#open.delete(connection))
    this.#arrivedConnections.push(connection)
    onConnection?.call(this.#script, connection)
  }
}
