import { createConnection } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type ClientEventMap, type ConnectFunction, createClient } from '../../src/index.ts'
import { answer, answerHead, chunk } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import type { RawConnection } from '../support/raw-connection.ts'
import { rawServer } from '../support/raw-server.ts'

leakCheck()

const chunkedHead = answerHead(200, { 'Transfer-Encoding': 'chunked' })

/** Answers that are whole, after which nothing can be known of their connection. */
const answers: [does: string, bytes: string | Buffer, body: string][] = [
  ['has one byte behind it', Buffer.concat([answer('fine'), Buffer.from('!')]), 'fine'],
  ['has a second answer behind it', Buffer.concat([answer('fine'), answer('evil')]), 'fine'],
  [
    'has bytes behind its last chunk',
    Buffer.concat([Buffer.from(chunkedHead), chunk('fine'), chunk(''), chunk('')]),
    'fine',
  ],
  ['has a body where none can be', `${answerHead(204)}evil`, ''],
  ['says Connection: close', answer('fine', { headers: { Connection: 'close' } }), 'fine'],
  ['says Connection: close among others', answer('fine', { headers: { Connection: 'keep-alive, Close' } }), 'fine'],
  ['is of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nfine', 'fine'],
  [
    'has a length besides its chunks',
    Buffer.concat([
      Buffer.from(answerHead(200, { 'Content-Length': '4', 'Transfer-Encoding': 'chunked' })),
      chunk('fine'),
      chunk(''),
    ]),
    'fine',
  ],
]

describe('an answer that spoils its connection (promise 4)', () => {
  it.each(answers)('%s: it is given to its request, and the connection is closed', async (_does, bytes, body) => {
    await using server = await rawServer({ onRequest: ({ index }) => (index === 0 ? bytes : answer('next')) })
    await using client = createClient()
    expect((await client.get(server.url())).text()).toBe(body)
    await (await server.nextConnection()).closed
    expect((await client.get(server.url())).text()).toBe('next')
    expect(server.connections.total).toBe(2)
  })

  it('ends with the connection: it is given to its request', async () => {
    await using server = await rawServer({
      onRequest({ connection }) {
        connection.end(`${answerHead(200)}fine`)
        return undefined
      },
    })
    await using client = createClient()
    for (const _ of [1, 2]) expect((await client.get(server.url())).text()).toBe('fine')
    expect(server.connections.total).toBe(2)
  })

  it('comes before the request is finished: sending stops, and the connection is closed', async () => {
    await using server = await rawServer({ onHead: ({ index }) => (index === 0 ? answer('no') : answer('next')) })
    await using client = createClient()
    const ref = client.request(server.url(), { method: 'POST', streamBody: true })
    expect(Buffer.from(await client.body(ref)).toString()).toBe('no')
    expect(await client.sendBody(ref, 'too late')).toBe(false)
    const connection = await server.nextConnection()
    await connection.closed
    expect(connection.received.toString()).not.toContain('too late')
    expect((await client.get(server.url())).text()).toBe('next')
  })

  it('comes before a large body has left: the rest is not sent, and the connection is closed', async () => {
    await using server = await rawServer({
      onHead({ socket, index }) {
        if (index === 0) socket.pause()
        return answer('no')
      },
    })
    await using client = createClient({ pool: { maxConnections: 1 } })
    const body = new Uint8Array(33_554_432)
    expect((await client.post(server.url(), { body })).text()).toBe('no')
    expect((await client.get(server.url())).text()).toBe('no')
    const connection = await server.nextConnection()
    connection.socket.resume()
    await connection.closed
    expect(connection.receivedBytes).toBeLessThan(body.length)
    expect(server.connections.total).toBe(2)
  })
})

const idleFaults: [does: string, fault: (connection: RawConnection) => void][] = [
  ['sends a byte', connection => void connection.write('!')],
  ['sends an answer', connection => void connection.write(answer('evil'))],
  [
    'sends a 408 and closes',
    connection => connection.end(answer('', { status: 408, headers: { Connection: 'close' } })),
  ],
  ['sends an empty line', connection => void connection.write('\r\n')],
  ['closes', connection => connection.end()],
  ['resets', connection => void connection.reset()],
]

describe('a server that on an idle connection (promise 4)', () => {
  it.each(idleFaults)('%s: the connection is closed, and no request hears of it', async (_does, fault) => {
    await using server = await rawServer({
      onConnection: ({ socket }) => void socket.setNoDelay(),
      onRequest: () => answer('fine'),
    })
    await using client = createClient()
    const closed: ClientEventMap['connection.closed'][] = []
    const crashes: unknown[] = []
    client.on('connection.closed', event => closed.push(event)).on('crash', crash => crashes.push(crash))
    await client.get(server.url())
    const connection = await server.nextConnection()
    const gone = new Promise<void>(resolve => client.on('connection.closed', () => resolve()))
    fault(connection)
    await gone
    await connection.closed
    expect(client.stats()).toMatchObject({ connections: 0, hosts: [{ connections: 0, idle: 0, inFlight: 0 }] })
    expect((await client.get(server.url())).text()).toBe('fine')
    expect(client.stats().hosts[0]).toMatchObject({ done: 2, errors: {}, dials: 2, reused: 0 })
    expect(closed).toMatchObject([{ exchanges: 1 }])
    expect(crashes).toEqual([])
  })

  it('that was dialed for nobody speaks: the connection is closed', async () => {
    await using server = await rawServer({
      onConnection: connection => {
        connection.socket.setNoDelay()
        if (connection.index === 1) void connection.write('220 hello\r\n')
      },
      onRequest: () => answer('fine'),
    })
    let dials = 0
    // The second dial is late: its request is served by the first connection meanwhile.
    const connect: ConnectFunction = async ({ port }) => {
      if (++dials === 2) await server.nextRequest().then(() => server.nextRequest())
      return createConnection(port, '127.0.0.1')
    }
    await using client = createClient({ connect, pool: { maxConnections: 2 } })
    const closed = new Promise(resolve => client.on('connection.closed', resolve))
    const answers = await Promise.all([client.get(server.url()), client.get(server.url())])
    expect(answers.map(each => each.text())).toEqual(['fine', 'fine'])
    expect(await closed).toMatchObject({ exchanges: 0 })
    expect((await client.get(server.url())).text()).toBe('fine')
    expect(client.stats().hosts[0]).toMatchObject({ done: 3, errors: {}, connections: 1, idle: 1 })
  })
})
