import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { Count } from './count.ts'
import { type Listening, type ListenOptions, listen } from './listen.ts'

/** How an HTTP test server listens and behaves. */
export interface HttpServerOptions extends ListenOptions {
  /** `key`, `cert` and so on: speaks https. */
  tls?: TlsOptions
  /** Node's own options: `keepAliveTimeout`, `maxHeaderSize`, and so on. */
  http?: ServerOptions
}

/** Starts Node's own HTTP server, which answers with `handler` and counts. */
export async function httpServer(handler: RequestListener, options: HttpServerOptions = {}): Promise<HttpServer> {
  const { tls, http = {} } = options
  const node = tls === undefined ? createServer(http, handler) : createSecureServer({ ...http, ...tls }, handler)
  const server = new HttpServer(node)
  server.listening = await listen(node, tls === undefined ? 'http' : 'https', options)
  return server
}

/** A running HTTP server. `await using` closes it. */
export class HttpServer implements AsyncDisposable {
  /** Node's server, for its events (`upgrade`, `connect`, `checkContinue`, ...). */
  readonly server: Server
  /** Sockets accepted, whether or not their TLS handshake succeeds. */
  readonly connections = new Count()
  /** Requests given to the handler, until their answer is written or their connection closed. */
  readonly requests = new Count()
  /** @internal Set once by `httpServer`. */
  listening!: Listening

  readonly #sockets = new Set<Socket>()
  #closed: Promise<void> | undefined

  /** @internal */
  constructor(server: Server) {
    this.server = server
    server.on('connection', (socket: Socket) => {
      this.connections.enter()
      this.#sockets.add(socket)
      socket.once('close', () => {
        this.#sockets.delete(socket)
        this.connections.leave()
      })
    })
    server.prependListener('request', (_request, response) => {
      this.requests.enter()
      response.once('close', () => this.requests.leave())
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

  url(path = '/'): string {
    return this.origin + path
  }

  /** Destroys all sockets, upgraded ones too, and resolves when they and the server are closed. */
  close(): Promise<void> {
    const closed = (this.#closed ??= this.listening.close())
    for (const socket of this.#sockets) socket.destroy()
    return closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
