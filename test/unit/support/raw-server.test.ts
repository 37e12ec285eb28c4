import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { answer } from '../../support/answer.ts'
import { certificateFor, expiredCertificate, localCertificate } from '../../support/certificates.ts'
import { httpServer } from '../../support/http-server.ts'
import { expectNoMoreThan, leakCheck, openResources } from '../../support/leak-check.ts'
import { type RawServer, rawServer } from '../../support/raw-server.ts'

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`

async function dial({ port, socketPath }: RawServer, host = '127.0.0.1'): Promise<Socket> {
  const socket = socketPath === undefined ? connect(port, host) : connect(socketPath)
  await once(socket, 'connect')
  return socket
}

async function textUntil(socket: Socket, end: string): Promise<string> {
  let text = ''
  while (!text.endsWith(end)) text += (await once(socket, 'data'))[0]
  return text
}

describe('the raw server', () => {
  leakCheck()

  it('answers requests in their order, slow answers too', async () => {
    await using server = await rawServer({
      onRequest: async ({ target, connection, index }) => {
        if (target === '/slow') await connection.receives('/last')
        return target === '/last' ? target : `${target} ${index};`
      },
    })
    const socket = await dial(server)
    socket.write(get('/slow') + get('/second'))
    expect((await server.nextRequest()).target).toBe('/slow')
    expect((await server.nextRequest()).target).toBe('/second')
    expect(socket.bytesRead).toBe(0)
    socket.write(get('/last'))
    expect(await textUntil(socket, '/last')).toBe('/slow 0;/second 1;/last')
    socket.destroy()
  })

  it('counts connections and keeps what they sent', async () => {
    await using server = await rawServer()
    const [a, b] = [await dial(server), await dial(server)]
    const first = await server.nextConnection()
    a.write(get('/a'))
    const request = await server.nextRequest()
    expect([request.target, request.connection === first, request.indexOnConnection]).toEqual(['/a', true, 0])
    expect(first.received.toString()).toBe(get('/a'))
    expect([server.connections.open, server.connections.total, server.connections.peak]).toEqual([2, 2, 2])
    a.destroy()
    await first.closed
    expect([server.connections.open, server.connections.peak, server.sockets.length]).toEqual([1, 2, 1])
    b.destroy()
    await server.connections.none()
  })

  it('resets a connection', async () => {
    await using server = await rawServer(connection => void connection.reset())
    const socket = connect(server.port, '127.0.0.1')
    const [error] = await once(socket, 'error')
    expect(error.code).toBe('ECONNRESET')
  })

  it('gives a tunnel to its script', async () => {
    await using server = await rawServer({
      onHead({ connection, method }) {
        if (method !== 'CONNECT') return undefined
        const early = connection.takeOver()
        connection.socket.on('data', bytes => connection.socket.write(`echo ${bytes}`))
        return `HTTP/1.1 200 OK\r\n\r\n${early}`
      },
    })
    const socket = await dial(server)
    socket.write('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\nearly')
    expect(String((await once(socket, 'data'))[0])).toBe('HTTP/1.1 200 OK\r\n\r\nearly')
    socket.write('late')
    expect(String((await once(socket, 'data'))[0])).toBe('echo late')
    socket.destroy()
  })

  it('listens on a unix socket and removes it', async () => {
    const server = await rawServer({ onRequest: () => answer('hi') }, { unix: true })
    const socket = await dial(server)
    socket.write(get('/'))
    expect(String((await once(socket, 'data'))[0])).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
    await server.close()
    expect(existsSync(server.socketPath!)).toBe(false)
  })

  it('listens on another loopback address', async () => {
    await using server = await rawServer({}, { host: '127.0.0.2' })
    expect(server.origin).toBe(`http://127.0.0.2:${server.port}`)
    const socket = await dial(server, '127.0.0.2')
    socket.destroy()
  })

  it('rejects a wait for a request if the peer talks nonsense or the server closes', async () => {
    await using server = await rawServer()
    const socket = await dial(server)
    const waiting = server.nextRequest()
    socket.write('nonsense\r\n')
    await expect(waiting).rejects.toThrow('no request line')
    await server.nextConnection()
    const connection = server.nextConnection()
    await server.close()
    await expect(connection).rejects.toThrow('server closed')
    socket.destroy()
  })

  it('speaks TLS, and resets below it', async () => {
    const { ca, ...tls } = await localCertificate()
    await using server = await rawServer({ onRequest: () => answer('safe') }, { tls, hostname: 'localhost' })
    const socket = tlsConnect({ port: server.port, host: '127.0.0.1', servername: 'localhost', ca })
    socket.write(get('/'))
    expect(String((await once(socket, 'data'))[0])).toContain('safe')
    expect(socket.authorized).toBe(true)
    const { connection } = await server.nextRequest()
    connection.reset()
    expect((await once(socket, 'error'))[0].code).toBe('ECONNRESET')
    await server.connections.none()
  })

  it.each([
    ['CERT_HAS_EXPIRED', expiredCertificate],
    ['ERR_TLS_CERT_ALTNAME_INVALID', () => certificateFor('other.test')],
  ])('makes certificates that fail with %s', async (code, certificate) => {
    const { ca, ...tls } = await certificate()
    await using server = await rawServer({}, { tls })
    const socket = tlsConnect({ port: server.port, host: '127.0.0.1', ca })
    expect((await once(socket, 'error'))[0].code).toBe(code)
    expect(server.connections.total).toBe(1)
  })
})

describe('the http server', () => {
  leakCheck()

  it('counts requests until they are answered, and closes hung ones', async () => {
    const { ca, ...tls } = await localCertificate()
    const server = await httpServer((request, response) => void (request.url === '/' && response.end('ok')), { tls })
    const sockets = ['/', '/hang'].map(path => {
      const socket = tlsConnect({ port: server.port, host: '127.0.0.1', ca })
      socket.write(get(path))
      return socket
    })
    await once(sockets[0]!, 'data')
    sockets[0]!.destroy()
    while (server.requests.total < 2) await once(server.server, 'request')
    const closed = Promise.all(sockets.map(socket => socket.closed || once(socket, 'close')))
    sockets[1]!.on('error', () => {})
    expect([server.requests.total, server.requests.open >= 1, server.connections.total]).toEqual([2, true, 2])
    await server.close()
    await closed
    expect([server.requests.open, server.connections.open]).toEqual([0, 0])
  })
})

describe('the leak check', () => {
  it('finds sockets, unref’d ones too', async () => {
    await using server = await rawServer({}, { allowHalfOpen: true })
    const before = openResources()
    const socket = await dial(server)
    socket.unref()
    const { socket: peer } = await server.nextConnection()
    peer.unref()
    await expect(expectNoMoreThan(before)).rejects.toThrow('2 × socket')
    socket.destroy()
    peer.destroy()
    await expectNoMoreThan(before)
  })
})
