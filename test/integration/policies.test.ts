import { stat } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Client } from '../../src/client/client.ts'
import { createClient, drop, type HostLoad, overflow, type PolicyOption, queue } from '../../src/index.ts'
import { controlledDelay } from '../conformance/controlled-delay.ts'
import { fair } from '../conformance/fair.ts'
import { answer } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'
import { skewedEnv } from '../support/skewed-env.ts'

leakCheck()

/** Answers the next request that comes, and says which one it was. */
async function serveNext(server: RawServer): Promise<string> {
  const request = await server.nextRequest()
  await request.connection.write(answer(request.target))
  return request.target
}

async function serve(server: RawServer, count: number): Promise<string[]> {
  const order: string[] = []
  for (let served = 0; served < count; served++) order.push(await serveNext(server))
  return order
}

function hostOf(client: Client, server: RawServer) {
  return client.stats().hosts.find(({ origin }) => origin === server.origin)!
}

/** Resolves when an event has made it true. */
async function until(client: Client, holds: () => boolean): Promise<void> {
  const names = ['connection.opened', 'connection.closed', 'request.settled'] as const
  while (!holds()) {
    await new Promise<void>(resolve => {
      const listener = (): void => {
        for (const name of names) client.off(name, listener)
        resolve()
      }
      for (const name of names) client.on(name, listener)
    })
  }
}

function room(load: HostLoad): 'dial' | 'wait' {
  return load.connections + load.dialing < load.maxConnections ? 'dial' : 'wait'
}

describe('queue()', () => {
  it('serves those who wait in the order of their coming, on as many connections as there may be', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 2 } })
    const names = ['/1', '/2', '/3', '/4', '/5', '/6', '/7', '/8']
    const answers = Promise.all(names.map(name => client.get(server.url(name))))
    expect(await serve(server, names.length)).toEqual(names)
    expect((await answers).map(({ status }) => status)).toEqual(names.map(() => 200))
    expect(server.connections.peak).toBe(2)
  })

  it.each(['cold', 'warm'])('lets maxWaiting wait behind a busy pool and refuses the next (%s)', async state => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 1, policy: queue({ maxWaiting: 2 }) } })
    if (state === 'warm') await Promise.all([client.get(server.url('/0')), serveNext(server)])
    const [first, second, third, fourth] = ['/1', '/2', '/3', '/4'].map(name => client.get(server.url(name)))
    expect(await rejectionOf(fourth!)).toMatchObject({
      name: 'PoolError',
      code: 'ERR_HANSOM_POOL_FULL',
      policy: 'queue',
      retryable: true,
      load: { waiting: state === 'warm' ? 2 : 3, maxConnections: 1 },
    })
    expect(await serve(server, 3)).toEqual(['/1', '/2', '/3'])
    await Promise.all([first, second, third])
    expect(hostOf(client, server).errors).toEqual({ ERR_HANSOM_POOL_FULL: 1 })
  })

  it('serves as many as there are connections with pool.maxWaiting 0', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 2, maxWaiting: 0 } })
    const answers = ['/1', '/2', '/3'].map(name => client.get(server.url(name)))
    expect(await rejectionOf(answers[2]!)).toMatchObject({ code: 'ERR_HANSOM_POOL_FULL' })
    expect((await serve(server, 2)).sort()).toEqual(['/1', '/2'])
    await Promise.all(answers.slice(0, 2))
  })

  it('dials again for a full queue whose connection was reset', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 1, maxWaiting: 2 } })
    const answers = ['/1', '/2', '/3'].map(name => client.get(server.url(name)))
    const { connection } = await server.nextRequest()
    await connection.reset()
    expect(await rejectionOf(answers[0]!)).toMatchObject({ code: 'ERR_HANSOM_CONNECTION_RESET' })
    expect(await serve(server, 2)).toEqual(['/2', '/3'])
    await Promise.all(answers.slice(1))
  })
})

describe('an idle connection', () => {
  it('that was reset is not written to, whoever else waits for the sockets to be polled', async () => {
    // An answer to the early one could free its connection in the very turn of the reset, which nobody could see.
    await using server = await rawServer({
      onRequest: ({ target }) => (target === '/early' ? undefined : answer(target)),
    })
    await using client = createClient()
    for (let round = 0; round < 10; round++) {
      await Promise.all([client.get(server.url('/1')), client.get(server.url('/2'))])
      const early = client.request(server.url('/early'))
      // Its callback runs where sockets are read: perhaps between the two looks that are taken for the first request.
      const late = await new Promise<{ answered: Promise<unknown> }>(resolve => {
        stat('.', () => {
          for (const connection of server.sockets) void connection.reset()
          resolve({ answered: client.post(server.url('/late'), { body: 'x' }) })
        })
      })
      expect(await late.answered).toMatchObject({ status: 200 })
      client.cancel(early)
      await rejectionOf(client.recvHead(early))
    }
  })
})

describe('a request whose idle connection turns out to be dead', () => {
  it('is not refused for those who came after it', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 1, policy: queue({ maxWaiting: 1 }) } })
    await Promise.all([client.get(server.url('/1')), serveNext(server)])
    await new Promise(resolve => setImmediate(resolve))
    void server.sockets[0]!.reset()
    const answers = ['/2', '/3'].map(name => client.get(server.url(name)))
    expect((await serve(server, 2)).sort()).toEqual(['/2', '/3'])
    await Promise.all(answers)
  })
})

describe('a client that closes', () => {
  it('gives up the dials that nobody needs', async () => {
    const signals: AbortSignal[] = []
    const client = createClient({
      connect(_target, { signal }) {
        signals.push(signal)
        return new Promise(() => {})
      },
    })
    const refs = [client.request('http://a.test'), client.request('http://a.test')]
    while (signals.length < 2) await new Promise(resolve => setImmediate(resolve))
    client.cancel(refs[0]!)
    const closed = client.close()
    await rejectionOf(client.recvHead(refs[0]!))
    // One who waits may still be served by its own.
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    client.cancel(refs[1]!)
    await rejectionOf(client.recvHead(refs[1]!))
    await closed
    expect(signals[1]!.aborted).toBe(true)
  })
})

describe('drop()', () => {
  it('refuses the newest when every connection is busy', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 1, policy: drop() } })
    const first = client.get(server.url('/1'))
    const request = await server.nextRequest()
    expect(await rejectionOf(client.get(server.url('/2')))).toMatchObject({
      code: 'ERR_HANSOM_POOL_FULL',
      policy: 'drop',
      load: { connections: 1, inFlight: 1, waiting: 0 },
    })
    await request.connection.write(answer('one'))
    expect((await first).text()).toBe('one')
  })

  it('drops the one that has waited longest, and says so', async () => {
    await using server = await rawServer()
    await using client = createClient({
      pool: { maxConnections: 1, policy: drop({ drop: 'oldest', maxWaiting: 2 }) },
    })
    const dropped: string[] = []
    client.on('drop', ({ ref, policy }) => dropped.push(`${ref} ${policy}`))
    const first = client.get(server.url('/1'))
    const request = await server.nextRequest()
    const second = client.request(server.url('/2'))
    const others = ['/3', '/4'].map(name => client.get(server.url(name)))
    expect(await rejectionOf(client.recvHead(second))).toMatchObject({ code: 'ERR_HANSOM_POOL_DROPPED' })
    expect(dropped).toEqual([`${second.id} drop`])
    await request.connection.write(answer())
    expect(await serve(server, 2)).toEqual(['/3', '/4'])
    await Promise.all([first, ...others])
  })

  it('does not refuse a request whose idle connection turns out to be dead', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 1, policy: drop() } })
    await Promise.all([client.get(server.url('/1')), serveNext(server)])
    // The sockets are polled between this immediate and the next: the reset is there, but not read yet.
    await new Promise(resolve => setImmediate(resolve))
    void server.sockets[0]!.reset()
    const again = client.get(server.url('/2'))
    expect(await serveNext(server)).toBe('/2')
    expect(await again).toMatchObject({ status: 200 })
    expect(server.connections.total).toBe(2)
  })
})

describe('overflow()', () => {
  it('dials past the limit, and closes the surplus when it is given back', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 2, policy: overflow() } })
    const answers = ['/1', '/2', '/3', '/4', '/5'].map(name => client.get(server.url(name)))
    const requests = [
      await server.nextRequest(),
      await server.nextRequest(),
      await server.nextRequest(),
      await server.nextRequest(),
    ]
    expect(server.connections.open).toBe(4)
    expect(hostOf(client, server)).toMatchObject({ connections: 4, inFlight: 4, waiting: 1, maxConnections: 2 })
    for (const { connection } of requests) await connection.write(answer())
    expect(await serveNext(server)).toBe('/5')
    await Promise.all(answers)
    await until(client, () => hostOf(client, server).connections === 2)
    expect(server.connections.total).toBe(4)
  })

  it('keeps as many as it may when the whole burst is done in one turn', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 2, policy: overflow() } })
    const answers = ['/1', '/2', '/3', '/4'].map(name => client.get(server.url(name)))
    const connections = []
    for (let index = 0; index < 4; index++) connections.push((await server.nextRequest()).connection)
    for (const connection of connections) void connection.write(answer())
    await Promise.all(answers)
    await until(client, () => hostOf(client, server).connections === 2)
    expect(hostOf(client, server)).toMatchObject({ idle: 2, dials: 4 })
  })

  it('goes no further than maxOverflow, nor past the budget of the client', async () => {
    await using server = await rawServer()
    await using client = createClient({
      maxConnections: 3,
      pool: { maxConnections: 2, policy: overflow({ maxOverflow: 5 }) },
    })
    const answers = ['/1', '/2', '/3', '/4', '/5'].map(name => client.get(server.url(name)))
    expect((await serve(server, 5)).length).toBe(5)
    await Promise.all(answers)
    expect(server.connections.peak).toBe(3)
  })
})

describe("a policy of the user's own", () => {
  it('refuses old waiters and serves the newest first when the delay stands', async () => {
    const env = skewedEnv()
    await using server = await rawServer()
    await using client = new Client({ pool: { maxConnections: 1, policy: controlledDelay({ targetMs: 5_000 }) } }, env)
    const first = client.get(server.url('/1'))
    const { connection } = await server.nextRequest()
    const old = ['/2', '/3'].map(name => client.get(server.url(name)))
    env.clock.skip(5_001)
    const young = ['/4', '/5'].map(name => client.get(server.url(name)))
    await connection.write(answer())
    for (const waiter of old) {
      const error = await rejectionOf(waiter)
      expect(error).toMatchObject({ code: 'ERR_HANSOM_POOL_DROPPED', policy: 'controlled-delay', phase: 'queue' })
      expect(error.message).toContain('waited longer than 5000 ms in a standing queue')
    }
    expect(await serve(server, 2)).toEqual(['/5', '/4'])
    await Promise.all([first, ...young])
  })

  it('serves tenants by turns', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 1, policy: fair() } })
    const names = ['/a1', '/a2', '/a3', '/b1', '/b2', '/c1']
    const answers = names.map(name => client.get(server.url(name), { key: name[1]! }))
    expect(await serve(server, names.length)).toEqual(['/a1', '/b1', '/c1', '/a2', '/b2', '/a3'])
    await Promise.all(answers)
  })

  it('sees method, url, key, priority and deadline of a request', async () => {
    await using server = await rawServer()
    const seen: unknown[] = []
    const policy: PolicyOption = {
      name: 'curious',
      admit(load, { id, method, url, key, priority, deadlineMs }) {
        seen.push({ id, method, url, key, priority, leftMs: deadlineMs - load.nowMs })
        return room(load)
      },
    }
    await using client = createClient({ pool: { policy } })
    const url = new URL(server.url('/x?y=1'))
    url.username = 'user'
    const plain = client.request(url)
    const urgent = client.request(server.url('/z'), {
      method: 'PUT',
      key: 'tenant',
      priority: 3,
      timeouts: { totalMs: 9_000 },
    })
    expect((await serve(server, 2)).sort()).toEqual(['/x?y=1', '/z'])
    await Promise.all([client.recvHead(plain), client.recvHead(urgent)])
    const common = { method: 'GET', key: '', priority: 0, leftMs: Infinity }
    expect(seen).toEqual([
      { ...common, id: plain.id, url: server.url('/x?y=1') },
      { id: urgent.id, method: 'PUT', url: server.url('/z'), key: 'tenant', priority: 3, leftMs: 9_000 },
    ])
  })

  it('bounds the exchanges in flight, though connections idle', async () => {
    await using server = await rawServer()
    let limit = 2
    const policy: PolicyOption = { name: 'limited', admit: room, limit: () => limit }
    await using client = createClient({ pool: { policy, maxConnections: 4 } })
    const warm = ['/1', '/2'].map(name => client.get(server.url(name)))
    const both = [await server.nextRequest(), await server.nextRequest()]
    for (const { connection } of both) await connection.write(answer())
    await Promise.all(warm)
    limit = 1
    const names = ['/3', '/4', '/5']
    const answers = names.map(name => client.get(server.url(name)))
    for (const name of names) {
      const { target, connection } = await server.nextRequest()
      expect(target).toBe(name)
      expect(hostOf(client, server)).toMatchObject({ connections: 2, idle: 1, inFlight: 1, dialing: 0 })
      await connection.write(answer())
    }
    await Promise.all(answers)
    expect(server.connections.total).toBe(2)
  })

  it('serves those who wait, and dials for the rest, once a newcomer finds the limit risen', async () => {
    await using server = await rawServer()
    let limit = 1
    const policy: PolicyOption = { name: 'limited', admit: room, limit: () => limit }
    await using client = createClient({ pool: { policy } })
    const answers = ['/1', '/2'].map(name => client.get(server.url(name)))
    await until(client, () => hostOf(client, server).idle === 1)
    limit = 3
    answers.push(client.get(server.url('/3')))
    const requests = [await server.nextRequest(), await server.nextRequest(), await server.nextRequest()]
    expect(requests.map(({ target }) => target).sort()).toEqual(['/1', '/2', '/3'])
    for (const { connection } of requests) await connection.write(answer())
    await Promise.all(answers)
  })

  it('dials for nobody whom its limit holds back, when an idle connection closes', async () => {
    await using server = await rawServer()
    let limit = 3
    const policy: PolicyOption = { name: 'limited', admit: room, limit: () => limit }
    await using client = createClient({ pool: { policy } })
    const warm = ['/1', '/2', '/3'].map(name => client.get(server.url(name)))
    for (const { connection } of [await server.nextRequest(), await server.nextRequest(), await server.nextRequest()]) {
      await connection.write(answer())
    }
    await Promise.all(warm)
    limit = 1
    const answers = ['/4', '/5', '/6'].map(name => client.get(server.url(name)))
    const busy = await server.nextRequest()
    const idle = server.sockets.find(connection => connection !== busy.connection)
    await idle!.reset()
    await until(client, () => hostOf(client, server).connections === 2)
    expect(hostOf(client, server)).toMatchObject({ dials: 3, dialing: 0, idle: 1, inFlight: 1, waiting: 2 })
    await busy.connection.write(answer())
    expect(await serve(server, 2)).toEqual(['/5', '/6'])
    await Promise.all(answers)
  })

  it('is told how every exchange ended', async () => {
    await using server = await rawServer()
    const outcomes: unknown[] = []
    let longestMs = 0
    const policy: PolicyOption = {
      name: 'learner',
      admit: room,
      observe({ ok, status, serviceMs }) {
        outcomes.push({ ok, status })
        longestMs = Math.max(longestMs, serviceMs)
      },
    }
    await using client = createClient({ pool: { policy } })
    const exchange = async (words: Uint8Array | string | null): Promise<void> => {
      const settled = client.get(server.url()).catch(() => null)
      const { connection } = await server.nextRequest()
      if (words === null) await connection.reset()
      else connection.end(words)
      await settled
      await connection.closed
    }
    await exchange(answer('fine'))
    await exchange(answer('busy', { status: 503 }))
    await exchange('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nshort'.slice(0, -1))
    await exchange(null)
    expect(outcomes).toEqual([
      { ok: true, status: 200 },
      { ok: true, status: 503 },
      { ok: false, status: 200 },
      { ok: false, status: null },
    ])
    expect(longestMs).toBeGreaterThan(0)
  })
})
