import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { createClient, upgrade } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { localCertificate } from '../support/certificates.ts'
import { leakCheck } from '../support/leak-check.ts'
import { listen } from '../support/listen.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

const switched = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n'

/** Switches to a protocol that sends back what it gets, after a greeting in the segment of the head. */
function echoServer(tls?: Parameters<typeof rawServer>[1]) {
  const onHead = ({ connection }: { connection: { takeOver(): Buffer; socket: Socket } }) => {
    connection.takeOver()
    connection.socket.on('data', bytes => connection.socket.write(bytes))
    return `${switched}hello `
  }
  return rawServer({ onHead }, tls)
}

/** The next bytes of a stream as text, until there are so many. */
async function read(socket: Duplex, length: number): Promise<string> {
  let found = ''
  while (found.length < length) {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) await new Promise(resolve => socket.once('readable', resolve))
    else found += chunk.toString()
  }
  return found
}

async function closed(socket: Duplex): Promise<void> {
  if (!socket.closed) await new Promise(resolve => socket.once('close', resolve))
}

describe('upgrade', () => {
  it('gives the connection when the server switches, with the bytes that came along', async () => {
    await using server = await echoServer()
    await using client = createClient()
    const ref = client.request(server.origin, { upgrade: 'echo', headers: { 'x-key': '1' } })
    const { head, socket } = await client.upgrade(ref)
    expect([head.status, head.headers.get('upgrade')]).toEqual([101, 'echo'])
    socket.write('and back')
    expect(await read(socket, 14)).toBe('hello and back')
    const written = server.sockets[0]!.received.toString()
    for (const line of ['connection: upgrade', 'upgrade: echo', 'x-key: 1'])
      expect(written).toContain(`\r\n${line}\r\n`)
    expect(client.explain(ref)).toMatchObject({ phase: 'done', connection: { protocol: 'http/1.1' } })
    socket.destroy()
  })

  it('gives it over TLS, too', async () => {
    const { ca, cert, key } = await localCertificate()
    await using server = await echoServer({ tls: { cert, key } })
    await using client = createClient({ tls: { ca } })
    const { socket } = await upgrade(client.request(server.origin, { upgrade: 'echo' }))
    socket.write('secret')
    expect(await read(socket, 12)).toBe('hello secret')
    socket.destroy()
  })

  it('carries megabytes both ways, at the pace of the slower side', async () => {
    await using server = await echoServer()
    await using client = createClient()
    const { socket } = await client.upgrade(client.request(server.origin, { upgrade: 'echo' }))
    const sent = Buffer.alloc(5_000_000, 'abcdefghij')
    socket.end(sent)
    const found = await text(socket)
    expect(found).toBe(`hello ${sent}`)
    await closed(socket)
  })

  it('keeps the slot until the socket is closed', async () => {
    await using server = await rawServer({
      onHead({ connection, headers }) {
        if (headers['upgrade'] === undefined) return answer('next')
        connection.takeOver()
        return switched
      },
    })
    await using client = createClient({ pool: { maxConnections: 1 } })
    const { socket } = await client.upgrade(client.request(server.origin, { upgrade: 'echo' }))
    expect(client.stats()).toMatchObject({ live: 0, connections: 1 })
    const next = client.get(server.origin)
    await new Promise(resolve => setImmediate(resolve))
    expect(client.stats().live).toBe(1)
    socket.destroy()
    expect((await next).text()).toBe('next')
  })

  it('ends the stream when the server closes, and what it had sent is not lost', async () => {
    await using server = await rawServer({
      onHead({ connection }) {
        connection.takeOver()
        connection.end(`${switched}last words`)
        return undefined
      },
    })
    await using client = createClient()
    const { socket } = await client.upgrade(client.request(server.origin, { upgrade: 'echo' }))
    expect(await text(socket)).toBe('last words')
    await closed(socket)
    expect(client.stats().connections).toBe(0)
  })

  it('fails the stream when the connection is reset', async () => {
    await using server = await rawServer({
      onHead({ connection }) {
        connection.takeOver()
        return switched
      },
    })
    await using client = createClient()
    const { socket } = await client.upgrade(client.request(server.origin, { upgrade: 'echo' }))
    const failed = new Promise<NodeJS.ErrnoException>(resolve => socket.once('error', resolve))
    await server.sockets[0]!.reset()
    expect((await failed).code).toBe('ECONNRESET')
  })

  it('rejects with the status if the server does not switch, and the answer can be read', async () => {
    await using server = await rawServer({ onRequest: () => answer('use h3', { status: 426 }) })
    await using client = createClient()
    const ref = client.request(server.origin, { upgrade: 'echo' })
    const error = await rejectionOf(client.upgrade(ref))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_UPGRADE_REFUSED', message: /426 Upgrade Required/ })
    expect(Buffer.from(await client.body(ref)).toString()).toBe('use h3')
    expect((await client.get(server.origin)).status).toBe(426)
    expect(server.connections.total).toBe(1)
  })

  it('rejects with the error of the request', async () => {
    await using server = await rawServer({ onRequest: ({ connection }) => void connection.reset() })
    await using client = createClient()
    const ref = client.request(server.origin, { upgrade: 'echo' })
    expect(await rejectionOf(client.upgrade(ref))).toMatchObject({ code: 'ERR_HANSOM_CONNECTION_RESET' })
  })

  it('is an error of the server where nobody asked for it', async () => {
    await using server = await rawServer({ onRequest: () => switched })
    await using client = createClient()
    expect(await rejectionOf(client.get(server.origin))).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL' })
  })

  it('ends with the client', async () => {
    await using server = await echoServer()
    const client = createClient()
    const { socket } = await client.upgrade(client.request(server.origin, { upgrade: 'echo' }))
    socket.on('error', () => {})
    await client.close({ withinMs: 20 })
    await closed(socket.resume())
    expect(client.stats().connections).toBe(0)
  })
})

describe('CONNECT', () => {
  it('makes a tunnel through a proxy, in which a client of its own can speak', async () => {
    await using origin = await rawServer({ onRequest: () => answer('through the tunnel') })
    const proxy = createServer().on('connect', (request, socket) => {
      const [host, port] = request.url!.split(':')
      const through = connect(Number(port), host)
      through.once('connect', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        through.pipe(socket).pipe(through)
      })
      for (const side of [socket, through]) side.on('error', () => {})
    })
    const listening = await listen(proxy, 'http', {})
    await using client = createClient()
    const authority = `127.0.0.1:${origin.port}`
    const tunnel = async (): Promise<Duplex> => {
      const ref = client.request(listening.origin, { method: 'CONNECT', authority })
      return (await client.upgrade(ref)).socket
    }
    const inner = createClient({ connect: tunnel })
    expect((await inner.get(origin.origin)).text()).toBe('through the tunnel')
    await inner.close({ withinMs: 0 })
    await client.close({ withinMs: 0 })
    proxy.closeAllConnections()
    await new Promise(resolve => proxy.close(resolve))
  })

  it('names the authority in its target and in Host', async () => {
    await using server = await rawServer({ onRequest: () => answer('no', { status: 403 }) })
    await using client = createClient()
    const ref = client.request(server.origin, { method: 'CONNECT', authority: 'example.com:443' })
    expect(await rejectionOf(client.upgrade(ref))).toMatchObject({ code: 'ERR_HANSOM_UPGRADE_REFUSED' })
    expect(await server.nextRequest()).toMatchObject({
      method: 'CONNECT',
      target: 'example.com:443',
      headers: { host: 'example.com:443' },
    })
    await client.drain(ref)
  })
})

describe('the arguments of an upgrade', () => {
  const nonsense: Record<string, [object, string]> = {
    'a protocol with a line break': [{ upgrade: 'a\r\nb: c' }, 'upgrade'],
    'an empty protocol': [{ upgrade: '' }, 'upgrade'],
    'a body': [{ upgrade: 'echo', method: 'POST', body: 'x' }, 'body'],
    'message mode': [{ upgrade: 'echo', async: true, streamTo: () => {} }, 'async'],
    'CONNECT without authority': [{ method: 'CONNECT' }, 'authority'],
    'authority without CONNECT': [{ authority: 'a:1' }, 'authority'],
    'an authority without port': [{ method: 'CONNECT', authority: 'a' }, 'target'],
    'both at once': [{ method: 'CONNECT', authority: 'a:1', upgrade: 'echo' }, 'upgrade'],
  }

  it.each(Object.entries(nonsense))('are refused at the call: %s', async (_, [init, argument]) => {
    await using client = createClient()
    expect(() => client.request('http://127.0.0.1:1', init)).toThrow(expect.objectContaining({ argument }))
  })

  it('are needed: another request cannot be upgraded', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const ref = client.request(server.origin)
    expect(await rejectionOf(client.upgrade(ref))).toMatchObject({ code: 'ERR_HANSOM_INVALID_ARGUMENT' })
    client.cancel(ref)
  })
})
