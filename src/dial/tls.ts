import { isIP } from 'node:net'
import { type ConnectionOptions, checkServerIdentity, connect } from 'node:tls'
import type { TlsTarget } from '../actor/env.ts'
import type { SocketHandler, TransportSocket } from '../actor/transport.ts'
import { StreamSocket } from '../connection/stream-socket.ts'

/**
 * Starts a TLS handshake over a connected socket: SNI, ALPN, certificate and name checked unless the options say not.
 * Throws what Node says of wrong options; then the socket is still the caller's.
 */
export function secureTls(socket: TransportSocket, target: TlsTarget, handler: SocketHandler): StreamSocket {
  const plain = socket as StreamSocket
  const given: ConnectionOptions = target.options
  const options: ConnectionOptions = {
    ...given,
    socket: plain.stream,
    checkServerIdentity: guarded(given.checkServerIdentity ?? checkServerIdentity),
    // An address is checked against the certificate, but must not be sent as SNI (RFC 6066 §3).
    ...(isIP(target.servername) ? { host: target.servername } : { servername: target.servername }),
    ALPNProtocols: [...target.alpn],
  }
  const stream = connect(options)
  plain.handOver()
  const secured = new StreamSocket(stream, handler, socket.remoteAddress)
  stream.once('secureConnect', () => {
    secured.handler.onConnect()
    // Reading starts here: what the peer says in the same flight must find its new owner.
    secured.readByEvents()
  })
  return secured
}

type IdentityCheck = NonNullable<ConnectionOptions['checkServerIdentity']>

/** A check that throws says no. Node would let it become an uncaughtException, and the handshake hang. */
function guarded(check: IdentityCheck): IdentityCheck {
  return (hostname, certificate) => {
    try {
      return check(hostname, certificate)
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }
}
