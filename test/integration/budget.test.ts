import { afterEach, describe, expect, it } from 'vitest'
import type { Client } from '../../src/client/client.ts'
import { createClient } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

const opened: AsyncDisposable[] = []

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each[Symbol.asyncDispose]()
})

/** Servers that answer at once and note the order of all requests together. */
async function servers(count: number, order: string[] = []): Promise<RawServer[]> {
  const made = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      rawServer({
        onRequest({ target }) {
          order.push(`${'abcdef'[index]}${target}`)
          return answer(target)
        },
      }),
    ),
  )
  opened.push(...made)
  return made
}

function taken(client: Client): number {
  const { connections, hosts } = client.stats()
  const ofHosts = hosts.reduce((sum, host) => sum + host.connections + host.dialing, 0)
  expect(ofHosts).toBeLessThanOrEqual(connections)
  return connections
}

describe('the budget of a client (promise 2)', () => {
  it('is never exceeded, whatever the hosts want', async () => {
    const hosts = await servers(5)
    await using client = createClient({ maxConnections: 3, pool: { maxConnections: 2 } })
    let most = 0
    const look = (): void => void (most = Math.max(most, taken(client)))
    client.on('connection.opened', look)
    client.on('connection.closed', look)
    client.on('request.settled', look)
    const requests = hosts.flatMap(host => Array.from({ length: 12 }, (_, index) => client.get(host.url(`/${index}`))))
    look()
    const statuses = (await Promise.all(requests)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(most).toBe(3)
    for (const host of hosts) expect(host.connections.peak).toBeLessThanOrEqual(2)
    expect(client.stats().hostsWaiting).toBe(0)
  })

  it('closes the least recently used idle connection of another host', async () => {
    const [a, b, c] = await servers(3)
    await using client = createClient({ maxConnections: 2 })
    await client.get(a!.url())
    await client.get(b!.url())
    await client.get(a!.url())
    const [ofB] = b!.sockets
    await client.get(c!.url())
    await ofB!.closed
    expect([a, b, c].map(host => host!.connections.open)).toEqual([1, 0, 1])
    expect(a!.connections.total).toBe(1)
  })

  it('goes by turns: no host has all its requests served before another has one', async () => {
    const order: string[] = []
    const hosts = await servers(3, order)
    await using client = createClient({ maxConnections: 1 })
    const requests = hosts.flatMap(host => ['/1', '/2', '/3'].map(path => client.get(host.url(path))))
    await Promise.all(requests)
    expect(order).toEqual(['/1', '/2', '/3'].flatMap(path => ['a', 'b', 'c'].map(host => host + path)))
  })

  it('takes a connection from a host that always has another request, for one that has none', async () => {
    const [busy, other] = await servers(2)
    await using client = createClient({ maxConnections: 2 })
    let going = true
    let served = 0
    const keepBusy = async (): Promise<void> => {
      for (; going && served < 5_000; served++) await client.get(busy!.url())
    }
    const load = Array.from({ length: 6 }, keepBusy)
    await client.get(busy!.url())
    await client.get(other!.url())
    going = false
    await Promise.all(load)
    expect(served).toBeLessThan(5_000)
  })

  it('leaves a host its idle connection when the request that wanted a slot is gone', async () => {
    await using a = await rawServer()
    await using b = await rawServer()
    await using client = createClient({ maxConnections: 1 })
    const held = client.get(a.url())
    const { connection } = await a.nextRequest()
    const late = client.request(b.url())
    expect(client.stats().hostsWaiting).toBe(1)
    client.cancel(late)
    await rejectionOf(client.recvHead(late))
    await connection.write(answer())
    await held
    expect(client.stats().hosts[0]).toMatchObject({ origin: a.origin, connections: 1, idle: 1 })
  })
})

describe('a named pool', () => {
  it('has connections, limits and counts of its own', async () => {
    await using server = await rawServer()
    await using client = createClient({ pools: { slow: { maxConnections: 1 } } })
    const slow = ['/1', '/2'].map(path => client.get(server.url(path), { pool: 'slow' }))
    const first = await server.nextRequest()
    const usual = client.get(server.url('/3'))
    const third = await server.nextRequest()
    expect([first.target, third.target]).toEqual(['/1', '/3'])
    expect(third.connection).not.toBe(first.connection)
    const of = (pool: string) => client.stats().hosts.find(host => host.pool === pool)
    expect(of('slow')).toMatchObject({ origin: server.origin, inFlight: 1, waiting: 1, maxConnections: 1 })
    expect(of('')).toMatchObject({ origin: server.origin, inFlight: 1, waiting: 0, maxConnections: 64 })
    await third.connection.write(answer())
    await first.connection.write(answer())
    const second = await server.nextRequest()
    expect(second).toMatchObject({ target: '/2', indexOnConnection: 1 })
    await second.connection.write(answer())
    await Promise.all([...slow, usual])
  })

  it('must be one of the client', () => {
    const client = createClient({ pools: { slow: {} } })
    expect(() => client.request('http://127.0.0.1:1', { pool: 'fast' })).toThrow(/there is no pool "fast".*known: slow/)
  })
})

describe('pool: false', () => {
  it('is a connection of its own, closed after the answer, though one idles', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 1 } })
    const pooled = client.get(server.url('/1'))
    const first = await server.nextRequest()
    await first.connection.write(answer())
    await pooled
    const own = client.get(server.url('/2'), { pool: false })
    const second = await server.nextRequest()
    expect(second.connection).not.toBe(first.connection)
    expect(second.headers['connection']).toBe('close')
    expect(client.stats().connections).toBe(2)
    await second.connection.write(answer())
    await own
    await second.connection.closed
    expect(server.connections.open).toBe(1)
  })

  it("does not wait for the host's limit, but for the client's budget", async () => {
    await using server = await rawServer()
    await using client = createClient({ maxConnections: 2, pool: { maxConnections: 1 } })
    const pooled = client.get(server.url('/1'))
    const first = await server.nextRequest()
    const own = ['/2', '/3'].map(path => client.get(server.url(path), { pool: false }))
    const second = await server.nextRequest()
    expect(second.target).toBe('/2')
    expect(client.stats()).toMatchObject({ connections: 2, hostsWaiting: 1 })
    await second.connection.write(answer())
    const third = await server.nextRequest()
    await third.connection.write(answer())
    await first.connection.write(answer())
    await Promise.all([pooled, ...own])
  })

  it('leaves nothing behind when it is cancelled before there was room', async () => {
    await using server = await rawServer()
    await using client = createClient({ maxConnections: 1 })
    const held = client.get(server.url('/1'))
    const first = await server.nextRequest()
    const own = client.request(server.url('/2'), { pool: false })
    expect(client.stats().hostsWaiting).toBe(1)
    client.cancel(own)
    expect(client.stats()).toMatchObject({ hostsWaiting: 0, connections: 1, live: 1 })
    await first.connection.write(answer())
    await held
    expect(server.requestTotal).toBe(1)
  })
})
