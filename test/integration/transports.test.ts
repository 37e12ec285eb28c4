import { createConnection } from 'node:net'
import { Duplex, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type ClientEventMap, ConnectError, type ConnectFunction, createClient, TimeoutError } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { localCertificate } from '../support/certificates.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

const fine = { onRequest: () => answer('fine') }

/** A stream that answers each request inside `write`. */
function synchronousPeer(bytes: Uint8Array | null = answer('fine')): Duplex {
  return new Duplex({
    read() {},
    write(_bytes, _encoding, done) {
      this.push(bytes ?? answer('fine', { headers: { Connection: 'close' } }))
      if (bytes === null) this.push(null)
      done()
    },
  })
}

describe('socketPath', () => {
  it('of the client takes every request to one unix socket, each with the Host of its URL', async () => {
    await using server = await rawServer(fine, { unix: true })
    await using client = createClient({ socketPath: server.socketPath })
    for (const host of ['one.example', 'two.example:81']) {
      expect((await client.get(`http://${host}/a`)).text()).toBe('fine')
      expect(await server.nextRequest()).toMatchObject({ target: '/a', headers: { host } })
    }
    expect(server.connections.total).toBe(2)
  })

  it('of a host takes only that host’s', async () => {
    await using unix = await rawServer({ onRequest: () => answer('unix') }, { unix: true })
    await using tcp = await rawServer(fine)
    const { socketPath } = unix
    await using client = createClient({ hosts: { 'http://unix.example': { socketPath } } })
    const opened: ClientEventMap['connection.opened'][] = []
    client.on('connection.opened', event => opened.push(event))
    expect((await client.get('http://unix.example')).text()).toBe('unix')
    expect((await client.get(tcp.url())).text()).toBe('fine')
    expect(opened.map(event => event.remoteAddress)).toEqual([socketPath, `127.0.0.1:${tcp.port}`])
  })

  it('carries https', async () => {
    const { key, cert, ca } = await localCertificate()
    await using server = await rawServer(fine, { unix: true, tls: { key, cert } })
    await using client = createClient({ socketPath: server.socketPath, tls: { ca } })
    expect((await client.get('https://localhost/')).text()).toBe('fine')
  })

  it('where nobody listens is a ConnectError with the path', async () => {
    const server = await rawServer({}, { unix: true })
    const socketPath = server.socketPath!
    await server.close()
    await using client = createClient({ socketPath })
    const error = await rejectionOf(client.get('http://localhost/'))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECT', attempts: [{ address: socketPath, outcome: 'ENOENT' }] })
  })
})

describe('an own connect', () => {
  it.each([
    ['a stream', (port: number) => createConnection(port, '127.0.0.1')],
    ['a promise of one', async (port: number) => createConnection(port, '127.0.0.1')],
  ] as const)('gives %s', async (_what, open) => {
    await using server = await rawServer(fine)
    const targets: unknown[] = []
    const connect: ConnectFunction = target => {
      targets.push(target)
      return open(server.port)
    }
    await using client = createClient({ connect })
    for (const _ of [1, 2]) expect((await client.get('http://far.example:8080/')).text()).toBe('fine')
    const target = { origin: 'http://far.example:8080', hostname: 'far.example', port: 8080, secure: false }
    expect(targets).toEqual([target])
    expect(server.connections.total).toBe(1)
  })

  it('of a host is for that host only', async () => {
    await using server = await rawServer(fine)
    const connect = () => synchronousPeer(answer('own'))
    await using client = createClient({ hosts: { 'http://own.example': { connect } } })
    expect((await client.get('http://own.example')).text()).toBe('own')
    expect((await client.get(server.url())).text()).toBe('fine')
  })

  it('carries https, with the name of the URL', async () => {
    const { key, cert, ca } = await localCertificate()
    await using server = await rawServer(
      { onRequest: request => answer(request.body) },
      { tls: { key, cert }, hostname: 'localhost' },
    )
    await using client = createClient({ connect: ({ port }) => createConnection(port, '127.0.0.1'), tls: { ca } })
    const body = Buffer.alloc(1_000_000, 'work ')
    expect(Buffer.compare((await client.post(server.url(), { body })).bytes, body)).toBe(0)
  })

  it('carries https over a stream that is no socket', async () => {
    const { key, cert, ca } = await localCertificate()
    await using server = await rawServer(fine, { tls: { key, cert }, hostname: 'localhost' })
    const connect: ConnectFunction = ({ port }) => {
      const socket = createConnection(port, '127.0.0.1')
      return Duplex.from({ readable: socket, writable: socket })
    }
    await using client = createClient({ connect, tls: { ca } })
    for (const _ of [1, 2]) expect((await client.get(server.url())).text()).toBe('fine')
    expect(server.connections.total).toBe(1)
  })

  it.each([
    ['and is read on', answer('fine'), 1],
    ['and ends the stream', null, 3],
  ] as const)('gives a stream that answers inside write, %s', async (_what, bytes, dials) => {
    await using client = createClient({ connect: () => synchronousPeer(bytes) })
    for (const _ of [1, 2, 3]) expect((await client.get('http://peer/')).text()).toBe('fine')
    expect(client.stats().hosts[0]).toMatchObject({ dials, done: 3 })
  })

  it('gives a stream whose answer comes in pieces inside write and behind it, in their order', async () => {
    const bytes = answer('0123456789'.repeat(100))
    const peer = new Duplex({
      read() {},
      write(_bytes, _encoding, done) {
        for (let at = 0; at < 50; at++) this.push(bytes.subarray(at, at + 1))
        process.nextTick(() => this.push(bytes.subarray(50)))
        done()
      },
    })
    await using client = createClient({ connect: () => peer })
    expect((await client.get('http://peer/')).text()).toBe('0123456789'.repeat(100))
  })

  it('gives a stream that never takes what it answers: its connection is closed after idleMs', async () => {
    const peer = new Duplex({
      read() {},
      write() {
        this.push(answer('fine'))
      },
    })
    await using client = createClient({ connect: () => peer, pool: { idleMs: 60 } })
    const closed = new Promise(resolve => client.on('connection.closed', resolve))
    expect((await client.get('http://peer/')).text()).toBe('fine')
    expect(client.stats().hosts[0]).toMatchObject({ inFlight: 1 })
    await closed
    expect(peer.destroyed).toBe(true)
    expect(client.stats().hosts[0]).toMatchObject({ inFlight: 0, connections: 0 })
  })

  it('gives a stream that fails: the request has its error', async () => {
    const failure = new Error('the carrier pigeon is tired')
    const asked = new Duplex({ read() {}, write: (_bytes, _encoding, done) => done(failure) })
    const thrown = new Duplex({
      read() {},
      write() {
        throw failure
      },
    })
    for (const peer of [asked, thrown]) {
      await using client = createClient({ connect: () => peer })
      const crashes: unknown[] = []
      client.on('crash', crash => crashes.push(crash))
      const error = await rejectionOf(client.get('http://peer/'))
      expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECTION_CLOSED', cause: failure })
      await client.close()
      expect(crashes).toEqual([])
    }
  })

  it('gives a stream of text: the request has an error that says so', async () => {
    const peer = synchronousPeer().setEncoding('utf8')
    await using client = createClient({ connect: () => peer })
    const error = await rejectionOf(client.get('http://peer/'))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECTION_CLOSED' })
    expect(error.message).toContain('string chunks')
  })

  const destroyed = () => {
    const stream = synchronousPeer()
    stream.destroy()
    return stream
  }
  it.each([
    ['throws', () => raise(new Error('no way')), 'no way'],
    ['throws no error', () => raise('no way'), 'no way'],
    ['rejects', () => Promise.reject(new Error('no way')), 'no way'],
    ['gives nothing', () => undefined as never, 'connect() gave no Duplex stream'],
    ['gives a string', () => 'tcp' as never, 'connect() gave no Duplex stream'],
    ['gives what can only be written', () => new Writable() as Duplex, 'connect() gave no Duplex stream'],
    ['gives a stream that is gone', destroyed, 'connect() gave a stream that was destroyed'],
  ] satisfies [string, ConnectFunction, string][])(
    '%s: its request fails, no slot is held',
    async (_does, connect, reason) => {
      await using client = createClient({ connect, pool: { maxConnections: 1 } })
      for (const _ of [1, 2]) {
        const error = await rejectionOf(client.get('http://peer/'))
        expect(error).toBeInstanceOf(ConnectError)
        const attempts = [{ address: 'http://peer', outcome: reason }]
        expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECT', phase: 'connect', retryable: true, attempts })
        expect(error.message).toBe(`cannot connect to http://peer: connect() failed: ${reason}`)
      }
      expect(client.stats()).toMatchObject({ connections: 0, hosts: [{ dialing: 0, dials: 2 }] })
    },
  )

  it('that answers after connectMs is told so by its signal, and its stream is destroyed', async () => {
    const signals: AbortSignal[] = []
    let open: (stream: Duplex) => void = () => {}
    const connect: ConnectFunction = (_target, { signal }) => {
      signals.push(signal)
      return signals.length === 1 ? new Promise(resolve => (open = resolve)) : synchronousPeer()
    }
    await using client = createClient({ connect, timeouts: { connectMs: 60 }, pool: { maxConnections: 1 } })
    const error = await rejectionOf(client.get('http://peer/'))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TIMEOUT_CONNECT', timeoutMs: 60, phase: 'connect' })
    expect(signals[0]!.aborted).toBe(true)
    expect((await client.get('http://peer/')).text()).toBe('fine')
    expect(signals[1]!.aborted).toBe(false)
    const late = synchronousPeer()
    const closed = new Promise(resolve => late.once('close', resolve))
    open(late)
    await closed
    expect(client.stats().hosts[0]).toMatchObject({ connections: 1, dialing: 0, done: 1 })
  })

  it('that fails after connectMs, or never answers, holds nothing', async () => {
    let refuse: (error: Error) => void = () => {}
    const connect: ConnectFunction = () => new Promise((_resolve, reject) => (refuse = reject))
    await using client = createClient({ connect, timeouts: { connectMs: 40 }, pool: { maxConnections: 1 } })
    for (const _ of [1, 2]) {
      expect(await rejectionOf(client.get('http://peer/'))).toMatchObject({ code: 'ERR_HANSOM_TIMEOUT_CONNECT' })
    }
    refuse(new Error('too late'))
    await new Promise(setImmediate)
    expect(client.stats()).toMatchObject({ connections: 0, hosts: [{ dialing: 0, dials: 2, dialFailures: 2 }] })
  })

  it('that still runs when the client closes is told so by its signal', async () => {
    let signal: AbortSignal | undefined
    const connect: ConnectFunction = (_target, options) => {
      signal = options.signal
      return new Promise(() => {})
    }
    const client = createClient({ connect })
    const failed = rejectionOf(client.get('http://peer/'))
    await new Promise(setImmediate)
    await client.close({ withinMs: 0 })
    expect(await failed).toMatchObject({ code: 'ERR_HANSOM_CLIENT_CLOSED' })
    expect(signal?.aborted).toBe(true)
    expect(client.stats().connections).toBe(0)
  })
})

function raise(error: unknown): never {
  throw error
}
