import { connect, type NetConnectOpts } from 'node:net'
import type { TransportTarget } from '../actor/env.ts'
import type { SocketHandler } from '../actor/transport.ts'
import { StreamSocket } from '../connection/stream-socket.ts'

/** Every plain socket of a process reads into this one: each reader takes what it keeps before the next read. */
const shared = Buffer.allocUnsafeSlow(65_536)

/** Starts a TCP or unix connection to one address. No name is looked up here. */
export function connectTcp(target: TransportTarget, handler: SocketHandler): StreamSocket {
  const onread: NetConnectOpts['onread'] = {
    buffer: shared,
    callback: length => socket.deliver(shared, length),
  }
  const where: NetConnectOpts =
    target.kind === 'unix'
      ? { path: target.path, onread }
      : { host: target.address, port: target.port, family: target.family, noDelay: true, onread }
  const stream = connect(where)
  const address = target.kind === 'unix' ? target.path : formatAddress(target.address, target.family, target.port)
  const socket = new StreamSocket(stream, handler, address)
  stream.once('connect', () => socket.handler.onConnect())
  return socket
}

/** `ip:port` or `[ip]:port`. */
export function formatAddress(address: string, family: 4 | 6, port: number): string {
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`
}
