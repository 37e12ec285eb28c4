import type { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { type ClientOptions, ConnectError, createClient, TimeoutError } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { certificateFor, expiredCertificate, localCertificate } from '../support/certificates.ts'
import { httpServer } from '../support/http-server.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

const { key, cert, ca } = await localCertificate()
const fine = { onRequest: () => answer('fine') }

/** What the server saw of a handshake. */
function seen(socket: unknown): { servername: unknown; alpn: unknown } {
  const { servername, alpnProtocol } = socket as TLSSocket & { servername: unknown }
  return { servername, alpn: alpnProtocol }
}

describe('https', () => {
  it('asks for its host name, and for http/1.1', async () => {
    const tls = { key, cert, ALPNProtocols: ['h2', 'http/1.1'] }
    await using server = await rawServer(fine, { tls, hostname: 'localhost' })
    await using client = createClient({ tls: { ca } })
    const { bill } = await client.get(server.url())
    expect(bill).toMatchObject({ dns: expect.any(Number), tcp: expect.any(Number), tls: expect.any(Number) })
    expect(seen((await server.nextConnection()).socket)).toEqual({ servername: 'localhost', alpn: 'http/1.1' })
  })

  it('takes a server that knows no ALPN', async () => {
    await using server = await rawServer(fine, { tls: { key, cert }, hostname: 'localhost' })
    await using client = createClient({ tls: { ca } })
    expect((await client.get(server.url())).text()).toBe('fine')
    expect(seen((await server.nextConnection()).socket)).toEqual({ servername: 'localhost', alpn: false })
  })

  it.each(['127.0.0.1', '::1'])('asks for no name of %s, but checks the certificate for it', async host => {
    await using server = await rawServer(fine, { tls: { key, cert }, host })
    await using client = createClient({ tls: { ca } })
    expect((await client.get(server.url())).text()).toBe('fine')
    expect(seen((await server.nextConnection()).socket)).toMatchObject({ servername: false })
  })

  it('asks for tls.servername in place of the host', async () => {
    const named = await certificateFor('shop.example')
    await using server = await rawServer(fine, { tls: named })
    await using client = createClient({ tls: { ca, servername: 'shop.example' } })
    expect((await client.get(server.url())).text()).toBe('fine')
    expect(seen((await server.nextConnection()).socket)).toMatchObject({ servername: 'shop.example' })
  })

  it('takes other tls options for one host', async () => {
    await using trusted = await rawServer(fine, { tls: { key, cert }, hostname: 'localhost' })
    await using other = await rawServer(fine, { tls: { key, cert }, hostname: 'localhost' })
    await using client = createClient({ hosts: { [trusted.origin]: { tls: { ca } } } })
    expect((await client.get(trusted.url())).text()).toBe('fine')
    expect(await rejectionOf(client.get(other.url()))).toMatchObject({ code: 'ERR_HANSOM_TLS' })
  })

  it('checks nothing with rejectUnauthorized: false', async () => {
    const wrong = await certificateFor('other.example')
    await using server = await rawServer(fine, { tls: wrong, hostname: 'localhost' })
    await using client = createClient({ tls: { rejectUnauthorized: false } })
    expect((await client.get(server.url())).text()).toBe('fine')
  })

  it('keeps idle connections, and notices what comes on them', async () => {
    await using server = await rawServer(fine, { tls: { key, cert }, hostname: 'localhost' })
    await using client = createClient({ tls: { ca } })
    await client.get(server.url())
    await new Promise(resolve => setTimeout(resolve, 5))
    await client.get(server.url())
    const connection = await server.nextConnection()
    expect(server.connections.total).toBe(1)
    const closed = new Promise(resolve => client.on('connection.closed', resolve))
    connection.end()
    await closed
    expect((await client.get(server.url())).text()).toBe('fine')
    expect(server.connections.total).toBe(2)
  })

  it('serves many requests on a few connections', async () => {
    await using server = await httpServer((_request, response) => void response.end('fine'), { tls: { key, cert } })
    await using client = createClient({ tls: { ca }, pool: { maxConnections: 4 } })
    const answers = await Promise.all(Array.from({ length: 200 }, () => client.get(server.url())))
    expect(answers.every(each => each.text() === 'fine')).toBe(true)
    expect(server.connections.total).toBe(4)
  })

  it('carries large bodies both ways', async () => {
    await using server = await rawServer({ onRequest: request => answer(request.body) }, { tls: { key, cert } })
    await using client = createClient({ tls: { ca } })
    const body = Buffer.alloc(16_777_216, 'all work and no play ')
    for (const _ of [1, 2]) {
      const { bytes } = await client.post(server.url(), { body })
      expect(Buffer.compare(bytes, body)).toBe(0)
    }
    const ref = client.request(server.url(), { method: 'POST', streamBody: true })
    const sending = (async () => {
      for (let from = 0; from < body.length; from += 100_000)
        await client.sendBody(ref, body.subarray(from, from + 100_000))
      await client.finishBody(ref)
    })()
    const received: Uint8Array[] = []
    for await (const chunk of ref) received.push(chunk)
    await sending
    expect(Buffer.compare(Buffer.concat(received), body)).toBe(0)
    expect(server.connections.total).toBe(1)
  })
})

/** Bytes that are an answer to a TLS hello, but no TLS. */
const plain = {
  onConnection: (connection: { end(bytes: Buffer): void }) => connection.end(answer('plain', { status: 400 })),
}

describe('a failed handshake', () => {
  const failures: [when: string, options: ClientOptions, code: string, words: RegExp][] = [
    ['the authority is not trusted', {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', /not trusted.*tls\.ca/],
    [
      'the certificate is for another name',
      { tls: { ca, servername: 'no.example' } },
      'ERR_TLS_CERT_ALTNAME_INVALID',
      /another name.*tls\.servername/,
    ],
    [
      'the server refuses all protocol versions',
      { tls: { ca, maxVersion: 'TLSv1.2' } },
      'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      /no TLS/,
    ],
  ]

  it.each(failures)('says that %s', async (_when, options, code, words) => {
    await using server = await rawServer(fine, { tls: { key, cert, minVersion: 'TLSv1.3' }, hostname: 'localhost' })
    await using client = createClient(options)
    const error = await rejectionOf(client.get(server.url()))
    expect(error).toBeInstanceOf(ConnectError)
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TLS', phase: 'connect', retryable: true, cause: { code } })
    expect(error.message).toMatch(words)
    expect(error.message).toContain(server.origin)
    expect((error as ConnectError).attempts.at(-1)).toMatchObject({ outcome: code })
    expect(await settledStats(client)).toMatchObject({ connections: 0, hosts: [{ connections: 0, dialing: 0 }] })
  })

  it('says that the certificate has expired', async () => {
    await using server = await rawServer(fine, { tls: await expiredCertificate() })
    await using client = createClient({ tls: { ca } })
    const error = await rejectionOf(client.get(server.url()))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TLS', cause: { code: 'CERT_HAS_EXPIRED' } })
    expect(error.message).toMatch(/has expired/)
  })

  it('says that the port does not speak TLS', async () => {
    await using server = await rawServer(plain)
    await using client = createClient()
    const error = await rejectionOf(client.get(server.url().replace('http:', 'https:')))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TLS', phase: 'connect' })
    expect(error.message).toMatch(/does not speak TLS/)
  })

  it.each([
    ['reset', 'ECONNRESET', /reset the connection during the handshake/],
    ['end', undefined, /closed the connection/],
  ] as const)('says that the server did a %s', async (how, code, words) => {
    await using server = await rawServer({
      onConnection: connection => void connection.socket.once('data', () => connection[how]()),
    })
    await using client = createClient()
    const error = await rejectionOf(client.get(server.url().replace('http:', 'https:')))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TLS', phase: 'connect' })
    expect((error.cause as NodeJS.ErrnoException).code).toBe(code)
    expect(error.message).toMatch(words)
  })

  it('says that it took longer than connectMs', async () => {
    await using server = await rawServer()
    await using client = createClient({ timeouts: { connectMs: 100 } })
    const error = await rejectionOf(client.get(server.url().replace('http:', 'https:')))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TIMEOUT_CONNECT', phase: 'connect', timeoutMs: 100 })
    expect(error.message).toMatch(/TLS handshake pending/)
    await (await server.nextConnection()).closed
  })

  it('says that the tls options are wrong, and holds no slot', async () => {
    await using server = await rawServer(fine, { tls: { key, cert } })
    await using client = createClient({ tls: { key: 'no key', cert: 'no certificate' }, pool: { maxConnections: 1 } })
    for (const _ of [1, 2]) {
      const error = await rejectionOf(client.get(server.url()))
      expect(error).toMatchObject({ code: 'ERR_HANSOM_TLS', cause: expect.any(Error) })
    }
    expect(await settledStats(client)).toMatchObject({ connections: 0, hosts: [{ connections: 0, dialing: 0 }] })
  })

  it('says what the name check of the user throws', async () => {
    await using server = await rawServer(fine, { tls: { key, cert }, hostname: 'localhost' })
    const checkServerIdentity = (): never => {
      throw new Error('no')
    }
    await using client = createClient({ tls: { ca, checkServerIdentity } })
    const error = await rejectionOf(client.get(server.url()))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TLS', cause: { message: 'no' } })
  })
})

/** The statistics when the sockets of failed dials have closed. */
async function settledStats(client: ReturnType<typeof createClient>) {
  while (client.stats().connections > 0) await new Promise(setImmediate)
  return client.stats()
}
