import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, isIPv6, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where a test server listens. */
export interface ListenOptions {
  /** An address of this machine, such as `127.0.0.2` or `::1`. Default: `127.0.0.1`. */
  host?: string
  /** Default: any free one. */
  port?: number
  /** The name to write in `origin` in place of the address, such as `localhost`. */
  hostname?: string
  /** Listens on a unix socket in a directory of its own, which `cleanUp` removes. */
  unix?: boolean
}

/** Where a server came to listen. */
export interface Listening {
  /** Without a slash at its end. For a unix socket: `http://localhost`, or its https twin. */
  readonly origin: string
  /** 0 for a unix socket. */
  readonly port: number
  readonly socketPath: string | undefined
  /** Stops listening and resolves when all sockets are closed, which the caller sees to. */
  close(): Promise<void>
}

/** Makes a server listen. Rejects if it cannot. */
export async function listen(server: Server, scheme: 'http' | 'https', options: ListenOptions): Promise<Listening> {
  const { host = '127.0.0.1', port = 0, hostname, unix = false } = options
  const directory = unix ? await mkdtemp(join(tmpdir(), 'hansom-')) : undefined
  const socketPath = directory && join(directory, 's')
  server.listen(socketPath === undefined ? { host, port } : { path: socketPath })
  await once(server, 'listening')
  const bound = unix ? 0 : (server.address() as AddressInfo).port
  const name = hostname ?? (isIPv6(host) ? `[${host}]` : host)
  return {
    origin: unix ? `${scheme}://${hostname ?? 'localhost'}` : `${scheme}://${name}:${bound}`,
    port: bound,
    socketPath,
    async close() {
      await new Promise<void>(resolve => server.close(() => resolve()))
      if (directory !== undefined) await rm(directory, { recursive: true, force: true })
    },
  }
}
