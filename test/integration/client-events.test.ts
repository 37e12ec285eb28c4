import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import {
  type Client,
  type ClientEventMap,
  type ClientEventName,
  createClient,
  defaultClient,
  drop,
  get,
  type HansomError,
  request,
  setDefaultClient,
} from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { runChild } from '../support/child.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

function next<N extends ClientEventName>(client: Client, name: N): Promise<ClientEventMap[N]> {
  return new Promise(resolve => {
    const listener = (event: ClientEventMap[N]): void => {
      client.off(name, listener)
      resolve(event)
    }
    client.on(name, listener)
  })
}

/** The url of a port at which nobody listens. */
async function deadUrl(): Promise<string> {
  const server = await rawServer()
  await server.close()
  return server.url('/dead')
}

describe('a client tells', () => {
  it('of each connection that it was opened, used again, and closed', async () => {
    await using server = await rawServer({ onRequest: () => answer('ok') })
    await using client = createClient()
    const { origin } = server
    const id = `${origin}/1`
    const opened = next(client, 'connection.opened')
    await client.get(server.url())
    const timings = { tcp: expect.any(Number) }
    expect(await opened).toEqual({ id, origin, remoteAddress: `127.0.0.1:${server.port}`, timings })
    const reused = next(client, 'connection.reused')
    await client.get(server.url())
    expect(await reused).toEqual({ id, origin })
    const closed = next(client, 'connection.closed')
    server.sockets[0]!.end()
    expect(await closed).toEqual({ id, origin, exchanges: 2 })
  })

  it('of each informational response, with its headers', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\nlink: </b>\r\n\r\n'
    await using server = await rawServer({ onRequest: () => `${hints}${answer('x')}` })
    await using client = createClient()
    const informed = next(client, 'request.informed')
    const ref = client.request(server.url())
    expect(await client.body(ref)).toHaveLength(1)
    const event = await informed
    expect([event.ref, event.status, event.headers.getAll('link')]).toEqual([ref.id, 103, ['</a>', '</b>']])
  })

  it('of each dial that failed', async () => {
    await using client = createClient()
    const url = await deadUrl()
    const failed = next(client, 'dial.failed')
    const error = await rejectionOf<HansomError>(client.get(url))
    expect(await failed).toEqual({ origin: new URL(url).origin, error: expect.any(Error) })
    expect((await failed).error).toMatchObject({ code: 'ERR_HANSOM_CONNECT', message: error.message })
  })

  it('of each request how it was settled, and what it cost', async () => {
    await using server = await rawServer({ onRequest: ({ target }) => (target === '/' ? answer('ok') : undefined) })
    const client = createClient()
    const told: ClientEventMap['request.settled'][] = []
    client.on('request.settled', event => told.push(event))
    const done = await client.post(server.url(), { body: 'x' })
    const silent = client.request(server.url('/silent'))
    client.cancel(silent, 'enough')
    const aborted = client.request(server.url(), { signal: AbortSignal.abort('before') })
    const failed = await rejectionOf<HansomError>(client.get(server.url('/silent'), { timeouts: { headMs: 1 } }))
    await client.close({ withinMs: 0 })
    const late = client.request(server.url())
    const closed = await rejectionOf(client.recvHead(late))
    const url = server.url()
    expect(told).toEqual([
      { ref: expect.any(String), method: 'POST', url, outcome: 'done', status: 200, error: undefined, bill: done.bill },
      { ...settled(silent), outcome: 'cancelled', error: 'enough' },
      { ...settled(aborted), outcome: 'cancelled', error: 'before' },
      { ...settled({ ...silent, id: failed.ref! }), outcome: 'failed', error: failed, bill: failed.bill },
      { ...settled(late), outcome: 'failed', error: closed },
    ])
  })

  it('of a policy that throws, and of one that drops', async () => {
    await using server = await rawServer({ onRequest: () => answer('ok') })
    const cause = new Error('no idea')
    const policy = {
      name: 'mine',
      admit: (_load: unknown, { key }: { key: string }) => {
        if (key === 'bad') throw cause
        return 'dial' as const
      },
    }
    await using client = createClient({ pool: { policy } })
    const crash = next(client, 'crash')
    const error = await rejectionOf(client.get(server.url(), { key: 'bad' }))
    expect(error).toMatchObject({ name: 'ActorCrashError', code: 'ERR_HANSOM_ACTOR_CRASHED', cause })
    expect(await crash).toEqual({ actor: `host:${server.origin}#1`, origin: server.origin, error: cause })
    expect((await client.get(server.url())).status).toBe(200)

    await using dropping = createClient({ pool: { maxConnections: 1, policy: drop() } })
    const first = dropping.get(server.url())
    const dropped = next(dropping, 'drop')
    const ref = dropping.request(server.url())
    const refused = await rejectionOf(dropping.recvHead(ref))
    expect(refused).toMatchObject({ name: 'PoolError', code: 'ERR_HANSOM_POOL_FULL', policy: 'drop' })
    expect(await dropped).toEqual({ ref: ref.id, origin: server.origin, policy: 'drop', why: 'the pool is full' })
    await first
  })
})

function settled({ id, method, url }: { id: string; method: string; url: string }) {
  const bill = expect.objectContaining({ total: expect.any(Number) })
  return { ref: id, method, url, status: null, bill }
}

describe('a listener', () => {
  it('runs when the stack is empty, never inside an actor', async () => {
    await using server = await rawServer({ onRequest: () => answer('ok') })
    await using client = createClient()
    const stacks: string[] = []
    for (const name of ['connection.opened', 'request.settled', 'connection.reused'] as const) {
      client.on(name, () => stacks.push(new Error(name).stack!))
    }
    await client.get(server.url())
    await client.get(server.url())
    const ref = client.request(server.url())
    const told = stacks.length
    expect(told).toBe(4)
    client.cancel(ref)
    expect(stacks).toHaveLength(told)
    await rejectionOf(client.recvHead(ref))
    expect(stacks.length).toBeGreaterThan(told)
    for (const stack of stacks) expect(stack).not.toMatch(/src.(actor.process|connection|host|request)/)
  })

  it('that was taken off is not called any more, not even for what has happened', async () => {
    await using server = await rawServer({ onRequest: () => answer('ok') })
    await using client = createClient()
    let calls = 0
    const count = (): void => void calls++
    client.on('request.settled', count)
    const ref = client.request(server.url())
    client.cancel(ref)
    client.off('request.settled', count)
    await client.get(server.url())
    expect(calls).toBe(0)
  })

  it('that throws becomes an uncaughtException, and breaks nothing else', async () => {
    await using server = await rawServer({ onRequest: () => answer('ok') })
    const { code, stdout, stderr } = await runChild(
      `
        import { createClient } from 'hansom'
        process.on('uncaughtException', error => console.log('uncaught', error.message))
        const client = createClient()
        client.on('request.settled', () => { throw new Error('in a listener') })
        client.on('request.settled', ({ outcome }) => console.log('told', outcome))
        for (let round = 0; round < 2; round++) console.log((await client.get(process.argv[1])).text())
      `,
      { args: [server.url()] },
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trim().split('\n').sort()
    const twice = (line: string): string[] => [line, line]
    expect(lines).toEqual([...twice('ok'), ...twice('told done'), ...twice('uncaught in a listener')])
    expect(server.connections.total).toBe(1)
  })
})

describe('credentials of a url', () => {
  it('become Basic auth, unless there is an authorization already', async () => {
    await using server = await rawServer({ onRequest: ({ headers }) => answer(headers['authorization'] ?? 'none') })
    await using client = createClient()
    const url = server.url().replace('//', '//m%C3%BC:p%40ss@')
    const basic = `Basic ${Buffer.from('mü:p@ss').toString('base64')}`
    expect((await client.get(url)).text()).toBe(basic)
    expect((await client.get(url, { headers: { Authorization: 'mine' } })).text()).toBe('mine')
    expect((await client.get(server.url())).text()).toBe('none')
    expect(server.connections.total).toBe(1)
  })

  it('appear in no error, event, explanation, ref or statistic', async () => {
    await using server = await rawServer({ onRequest: ({ target }) => (target === '/ok' ? answer('ok') : undefined) })
    const client = createClient({ pool: { maxConnections: 1, maxWaiting: 1 }, traceCalls: true })
    const seen: unknown[] = []
    const names = ['connection.opened', 'connection.reused', 'connection.closed', 'dial.failed'] as const
    const others = ['request.settled', 'unobserved', 'crash', 'drop'] as const
    for (const name of [...names, ...others]) client.on(name, (event: unknown) => seen.push(event))
    const secret = (url: string): string => url.replace('//', '//user:hush%2Fhush@')
    const answered = await client.get(secret(server.url('/ok')))
    const refs = Array.from({ length: 3 }, () => client.request(secret(server.url('/silent'))))
    const dead = client.request(secret(await deadUrl()))
    seen.push(answered, client.stats(), ...refs, dead, ...[...refs, dead].map(ref => client.explain(ref)))
    seen.push(await rejectionOf(client.recvHead(dead)), await rejectionOf(client.recvHead(refs[2]!)))
    await client.close({ withinMs: 0 })
    seen.push(await rejectionOf(client.recvHead(refs[0]!)), await rejectionOf(client.recvHead(refs[1]!)))
    const all = inspect(seen, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null })
    expect(all).toContain(server.origin)
    for (const word of ['user:', 'hush', Buffer.from('user:hush/hush').toString('base64')]) {
      expect(all).not.toContain(word)
    }
  })
})

describe('traceCalls', () => {
  const topFrame = (error: Error): string => error.stack!.split('\n')[1]!

  it('begins the stack of an error at the line of the call', async () => {
    const url = await deadUrl()
    await using client = createClient({ traceCalls: true })
    const former = defaultClient()
    setDefaultClient(client)
    try {
      const calls = [
        function viaRequest() {
          return client.recvHead(client.request(url))
        },
        function viaGet() {
          return client.get(url)
        },
        function viaDefaultRequest() {
          return client.recvHead(request(url))
        },
        function viaDefaultGet() {
          return get(url)
        },
      ]
      for (const call of calls) {
        const error = await rejectionOf(call())
        expect(error.stack).toMatch(/^ConnectError: cannot connect to http:\S+ \S+ ECONNREFUSED\n/)
        expect(topFrame(error)).toContain(call.name)
        expect(topFrame(error)).toContain('client-events.test.ts')
      }
    } finally {
      setDefaultClient(former)
      await former.close()
      setDefaultClient(createClient())
    }
  })

  it('is off by default: then an error has no frames', async () => {
    await using client = createClient()
    const error = await rejectionOf(client.get(await deadUrl()))
    expect(error.stack).toBe(`ConnectError: ${error.message}`)
  })

  it('holds for a request that never starts', async () => {
    const client = createClient({ traceCalls: true })
    await client.close()
    const error = await rejectionOf(client.get('http://127.0.0.1:1/'))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_CLIENT_CLOSED', phase: 'queue', origin: 'http://127.0.0.1:1' })
    expect(topFrame(error)).toContain('client-events.test.ts')
  })
})
