import { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Client, type ClientEventMap, createClient } from '../../src/index.ts'
import { answer, answerHead } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import type { RawConnection, RawRequest } from '../support/raw-connection.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'

leakCheck()

/** Says which connection and which request of it this is. */
function place({ connection, indexOnConnection }: RawRequest): string {
  return `${connection.index}.${indexOnConnection}`
}

function placeServer(headers: Record<string, string> = {}): Promise<RawServer> {
  return rawServer({
    onConnection: ({ socket }) => void socket.setNoDelay(),
    onRequest: request => answer(place(request), { headers }),
  })
}

/** A server whose answers the test gives. */
async function heldServer() {
  const answers = new Map<string, () => void>()
  const server = await rawServer({
    onRequest: request => new Promise(resolve => answers.set(request.target, () => resolve(answer(place(request))))),
  })
  return { server, answers, [Symbol.asyncDispose]: () => server.close() }
}

async function places(client: Client, server: RawServer, count: number): Promise<string[]> {
  const found: string[] = []
  for (let index = 0; index < count; index++) found.push((await client.get(server.url())).text())
  return found
}

function nextClosed(client: Client): Promise<ClientEventMap['connection.closed']> {
  return new Promise(resolve => client.on('connection.closed', resolve))
}

describe('a connection', () => {
  it('serves one request after another', async () => {
    await using server = await placeServer()
    await using client = createClient()
    expect(await places(client, server, 3)).toEqual(['0.0', '0.1', '0.2'])
    expect(client.stats().hosts[0]).toMatchObject({ connections: 1, idle: 1, granted: 3, reused: 2, dials: 1 })
  })

  it.each([
    ['HEAD', answerHead(200, { 'Content-Length': '7' })],
    ['HEAD', answerHead(200, { 'Transfer-Encoding': 'chunked' })],
    ['GET', answerHead(204)],
    ['GET', answerHead(304, { 'Content-Length': '7' })],
    ['GET', answerHead(205, { 'Content-Length': '0' })],
    ['GET', `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n`],
    ['GET', `${answerHead(103)}${answerHead(204)}`],
  ])('serves again after %s answered by %j', async (method, bytes) => {
    await using server = await rawServer({
      onRequest: request => (request.index === 0 ? bytes : answer(place(request))),
    })
    await using client = createClient()
    const ref = client.request(server.url(), { method })
    expect(await client.body(ref)).toHaveLength(0)
    expect(await places(client, server, 1)).toEqual(['0.1'])
  })

  it('serves again after a request whose answer was drained', async () => {
    await using server = await rawServer({ onRequest: request => answer(place(request).padEnd(1_000_000)) })
    await using client = createClient()
    await client.drain(client.request(server.url()))
    expect((await client.get(server.url())).text().trim()).toBe('0.1')
  })

  it('serves at most maxRequestsPerConnection requests', async () => {
    await using server = await placeServer()
    await using client = createClient({ pool: { maxRequestsPerConnection: 2 } })
    expect(await places(client, server, 5)).toEqual(['0.0', '0.1', '1.0', '1.1', '2.0'])
  })

  it('is closed when it has idled for idleMs', async () => {
    await using server = await placeServer()
    await using client = createClient({ pool: { idleMs: 100 } })
    const closed = nextClosed(client)
    await places(client, server, 1)
    const idleSince = performance.now()
    expect(await closed).toMatchObject({ exchanges: 1 })
    expect(performance.now() - idleSince).toBeGreaterThanOrEqual(95)
    await server.sockets[0]?.closed
    expect(await places(client, server, 1)).toEqual(['1.0'])
  })

  it('is closed when it is maxAgeMs old, or at the end of the exchange in which it becomes so', async () => {
    await using held = await heldServer()
    await using client = createClient({ pool: { maxAgeMs: 150 } })
    const closings: number[] = []
    client.on('connection.closed', () => closings.push(performance.now()))
    const openedAt = performance.now()
    const young = client.get(held.server.url('/young'))
    await held.server.nextRequest()
    held.answers.get('/young')!()
    await young
    await (await held.server.nextConnection()).closed
    // A tenth of the age is left to chance.
    expect(performance.now() - openedAt).toBeGreaterThanOrEqual(135)

    const old = client.get(held.server.url('/old'))
    const { connection } = await held.server.nextRequest()
    await delay(200)
    expect(connection.socket.destroyed).toBe(false)
    held.answers.get('/old')!()
    expect((await old).text()).toBe('1.0')
    await connection.closed
  })

  it('gets an age of its own, so that connections opened together do not close together', async () => {
    await using server = await placeServer()
    await using client = createClient({ pool: { maxAgeMs: 2_000, maxConnections: 16, idleMs: 60_000 } })
    const closedAt: number[] = []
    const all = new Promise<void>(resolve => {
      client.on('connection.closed', () => closedAt.push(performance.now()) === 16 && resolve())
    })
    const openedAt = performance.now()
    await Promise.all(Array.from({ length: 16 }, () => client.get(server.url())))
    await all
    expect(Math.min(...closedAt) - openedAt).toBeGreaterThanOrEqual(1_800)
    expect(Math.max(...closedAt) - Math.min(...closedAt)).toBeGreaterThan(30)
  })

  it('is used by turns with reuse fifo', async () => {
    await using server = await placeServer()
    await using client = createClient({ pool: { maxConnections: 2, reuse: 'fifo' } })
    await Promise.all([client.get(server.url()), client.get(server.url())])
    const served = await places(client, server, 4)
    expect(served.map(it => it.split('.')[0]).sort()).toEqual(['0', '0', '1', '1'])
  })

  it('serves one request with reuse never, and says so', async () => {
    await using server = await placeServer()
    const hosts = { [server.origin]: { pool: { reuse: 'never' } } } as const
    await using client = createClient({ hosts })
    expect(await places(client, server, 1)).toEqual(['0.0'])
    expect((await server.nextRequest()).headers['connection']).toBe('close')
    expect(await places(client, server, 1)).toEqual(['1.0'])
  })

  it('is kept for a second less than the server says', async () => {
    await using server = await placeServer({ 'Keep-Alive': 'timeout=2, max=100' })
    await using client = createClient({ pool: { idleMs: 60_000 } })
    const closed = nextClosed(client)
    await places(client, server, 1)
    const idleSince = performance.now()
    await closed
    const idledMs = performance.now() - idleSince
    expect(idledMs).toBeGreaterThanOrEqual(990)
    expect(idledMs).toBeLessThan(1_900)
  })

  it.each(['timeout=1', 'timeout=0'])('is not kept if the server says Keep-Alive: %s', async hint => {
    await using server = await placeServer({ 'Keep-Alive': hint })
    await using client = createClient()
    expect(await places(client, server, 2)).toEqual(['0.0', '1.0'])
  })

  it('is not closed for the server hint while it serves', async () => {
    await using server = await rawServer({
      onRequest: async request => {
        if (request.index === 1) await delay(1_200)
        return answer(place(request), { headers: { 'Keep-Alive': 'timeout=2' } })
      },
    })
    await using client = createClient()
    expect(await places(client, server, 2)).toEqual(['0.0', '0.1'])
  })

  it('that came back last goes out first', async () => {
    await using held = await heldServer()
    const { server, answers } = held
    await using client = createClient()
    const both = ['/a', '/b'].map(path => client.get(server.url(path)))
    const requests = [await server.nextRequest(), await server.nextRequest()]
    const [last, first] = requests.map(({ target }) => target) as [string, string]
    const lastIndex = requests[0]!.connection.index
    answers.get(first)!()
    await Promise.race(both)
    answers.get(last)!()
    await Promise.all(both)
    const next = client.get(server.url('/next'))
    expect((await server.nextRequest()).connection.index).toBe(lastIndex)
    answers.get('/next')!()
    await next
  })

  it('closes if maxIdle others idle', async () => {
    await using held = await heldServer()
    const { server, answers } = held
    await using client = createClient({ pool: { maxIdle: 1 } })
    const both = ['/a', '/b'].map(path => client.get(server.url(path)))
    await server.nextRequest()
    await server.nextRequest()
    const closed = nextClosed(client)
    for (const give of answers.values()) give()
    await Promise.all(both)
    await closed
    expect(client.stats().hosts[0]).toMatchObject({ connections: 1, idle: 1 })
  })

  it('that becomes free is written to on the same stack, if a request waits', async () => {
    const written: string[] = []
    const peer = new Duplex({
      read() {},
      write(bytes, _encoding, done) {
        written.push(String(bytes).split(' ')[1]!)
        done()
      },
    })
    await using client = createClient({ connect: () => peer, pool: { maxConnections: 1 } })
    const answers = ['/1', '/2'].map(path => client.get(`http://peer${path}`))
    await new Promise(setImmediate)
    expect(written).toEqual(['/1'])
    peer.push(answer('one'))
    expect(written).toEqual(['/1', '/2'])
    peer.push(answer('two'))
    expect((await Promise.all(answers)).map(each => each.text())).toEqual(['one', 'two'])
  })
})

const faults: [name: string, fault: (connection: RawConnection) => void][] = [
  ['a byte', connection => void connection.write('!')],
  ['an answer', connection => void connection.write(answer('evil'))],
  ['FIN', connection => connection.end()],
  ['RST', connection => void connection.reset()],
]

/** Ways to be called by the event loop: what was polled before the call differs. */
const phases: [name: string, call: (run: () => void, server: RawServer, client: Client) => void][] = [
  ['timer', run => void setTimeout(run, 5)],
  ['immediate', run => void setImmediate(run)],
  // The poll itself: here the sockets are polled no more before the next immediates.
  ['socket callback', (run, server, client) => void client.get(server.url('/poll')).then(run)],
]

describe.each(phases)('a request made in a %s (promise 4)', (_name, call) => {
  it.each(faults)('is not given an idle connection on which %s has just come', async (_fault, fault) => {
    await using server = await placeServer()
    await using other = await placeServer()
    await using client = createClient()
    await using trigger = createClient()
    await places(trigger, other, 1)
    await places(client, server, 1)
    const connection = await server.nextConnection()
    await new Promise(resolve => setTimeout(resolve, 5))
    const text = await new Promise<string>((resolve, reject) => {
      const race = (): void => {
        fault(connection)
        client.get(server.url()).then(found => resolve(found.text()), reject)
      }
      call(race, other, trigger)
    })
    expect(text).toBe('1.0')
    expect(client.stats().hosts[0]).toMatchObject({ done: 2, errors: {} })
  })
})
