import { answer } from './answer.ts'
import type { RawConnection } from './raw-connection.ts'
import { type RawServer, rawServer } from './raw-server.ts'

/** A server that answers `/hold` when `release` is called, does its worst to `/bad`, and says `fine` to all else. */
export interface HostileServer extends AsyncDisposable {
  readonly server: RawServer
  /** Resolves with the connection on which `/bad` was asked. */
  readonly struck: Promise<RawConnection>
  /** Answers what is held. */
  release(): void
}

/** What a server does to a connection, once the head of a request for `/bad` came on it. */
export type Hostility = (connection: RawConnection) => void

/** Starts a `HostileServer`. */
export async function hostileServer(hostility: Hostility): Promise<HostileServer> {
  let release = () => {}
  const held = new Promise<Buffer>(resolve => {
    release = () => resolve(answer('held'))
  })
  let strike: (connection: RawConnection) => void = () => {}
  const struck = new Promise<RawConnection>(resolve => {
    strike = resolve
  })
  const server = await rawServer({
    onConnection: ({ socket }) => void socket.setNoDelay(),
    onHead({ target, connection }) {
      if (target !== '/bad') return
      strike(connection)
      hostility(connection)
    },
    onRequest({ target }) {
      if (target === '/bad') return undefined
      return target === '/hold' ? held : answer('fine')
    },
  })
  return { server, struck, release, [Symbol.asyncDispose]: () => server.close() }
}

/** Writes `bytes` every 10 ms until the connection is closed. */
export function drip(connection: RawConnection, bytes: string): void {
  const timer = setInterval(() => void connection.write(bytes), 10)
  void connection.closed.then(() => clearInterval(timer))
}
