import { describe, expect, it } from 'vitest'
import { ConnectError, createClient, type LookupFunction, TimeoutError } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf, thrownBy } from '../support/rejection.ts'

leakCheck()

const fine = { onRequest: () => answer('fine') }
const home = { address: '127.0.0.1', family: 4 }

/** A look-up function that counts, and gives these addresses for every name. */
function lookupOf(...addresses: string[]) {
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname)
    callback(
      null,
      addresses.map(address => ({ address, family: 4 })),
    )
  }
  return { lookup, asked }
}

/** A port of 127.0.0.1 to 127.0.0.16 at which nobody listens now. */
async function closedPort(): Promise<number> {
  const server = await rawServer()
  await server.close()
  return server.port
}

describe('the addresses of a name', () => {
  it('are tried one after the other until one accepts', async () => {
    await using server = await rawServer(fine, { host: '127.0.0.3' })
    const { lookup } = lookupOf('127.0.0.1', '127.0.0.2', '127.0.0.3')
    await using client = createClient({ lookup })
    const ref = client.request(`http://many.example:${server.port}/`)
    expect(Buffer.from(await client.body(ref)).toString()).toBe('fine')
    expect(client.explain(ref).connection).toMatchObject({ remoteAddress: `127.0.0.3:${server.port}` })
  })

  it('are all in the error if none accepts', async () => {
    const port = await closedPort()
    const { lookup } = lookupOf('127.0.0.1', '127.0.0.2')
    await using client = createClient({ lookup })
    const error = (await rejectionOf(client.get(`http://many.example:${port}/`))) as ConnectError
    expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECT', phase: 'connect', retryable: true })
    const outcome = 'ECONNREFUSED'
    const [startedMs, endedMs] = [expect.any(Number), expect.any(Number)]
    expect(error.attempts).toEqual([
      { address: `127.0.0.1:${port}`, startedMs, endedMs, outcome },
      { address: `127.0.0.2:${port}`, startedMs, endedMs, outcome },
    ])
    expect(error.attempts[1]!.startedMs).toBeGreaterThanOrEqual(error.attempts[0]!.endedMs!)
    const list = `127.0.0.1:${port} ECONNREFUSED, 127.0.0.2:${port} ECONNREFUSED`
    expect(error.message).toBe(`cannot connect to http://many.example:${port}: ${list}`)
    expect(error.cause).toBeInstanceOf(AggregateError)
    expect((error.cause as AggregateError).errors).toMatchObject([{ code: outcome }, { code: outcome }])
  })

  it('are given up at connectMs, with the one that did not answer in the error', async () => {
    const connect = () => new Promise<never>(() => {})
    await using client = createClient({ hosts: { 'http://slow.example': { connect, timeouts: { connectMs: 50 } } } })
    const error = await rejectionOf(client.get('http://slow.example/'))
    expect(error).toBeInstanceOf(TimeoutError)
    const attempts = [{ address: 'http://slow.example', endedMs: null, outcome: 'pending' }]
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TIMEOUT_CONNECT', phase: 'connect', timeoutMs: 50, attempts })
  })
})

describe('allowAddress', () => {
  it('is asked for each address, and the others are not dialed', async () => {
    await using blocked = await rawServer(fine, { host: '127.0.0.1' })
    await using allowed = await rawServer(
      { onRequest: () => answer('allowed') },
      { host: '127.0.0.2', port: blocked.port },
    )
    const asked: unknown[] = []
    const { lookup } = lookupOf('127.0.0.1', '127.0.0.2')
    const allowAddress = (address: string, hostname: string) =>
      asked.push([address, hostname]) > 0 && address !== '127.0.0.1'
    await using client = createClient({ lookup, allowAddress })
    expect((await client.get(`http://many.example:${allowed.port}/`)).text()).toBe('allowed')
    expect(asked).toEqual([
      ['127.0.0.1', 'many.example'],
      ['127.0.0.2', 'many.example'],
    ])
    expect(blocked.connections.total).toBe(0)
  })

  it.each([
    ['says no', () => false],
    ['says something else than true', () => 'yes' as never],
    ['throws', () => raise(new Error('no'))],
  ])('that %s to all leaves nothing to dial', async (_does, allowAddress) => {
    await using server = await rawServer(fine)
    await using client = createClient({ allowAddress, pool: { maxConnections: 1 } })
    for (const _ of [1, 2]) {
      const error = await rejectionOf(client.get(server.url()))
      expect(error).toBeInstanceOf(ConnectError)
      const address = `127.0.0.1:${server.port}`
      expect(error).toMatchObject({ code: 'ERR_HANSOM_ADDRESS_BLOCKED', phase: 'connect', attempts: [{ address }] })
      expect(error.message).toContain('allowAddress')
    }
    expect(server.connections.total).toBe(0)
  })

  it('and a refused connection are both in the error', async () => {
    const port = await closedPort()
    const { lookup } = lookupOf('127.0.0.1', '127.0.0.2')
    await using client = createClient({ lookup, allowAddress: address => address === '127.0.0.2' })
    const error = await rejectionOf(client.get(`http://many.example:${port}/`))
    expect(error).toMatchObject({
      code: 'ERR_HANSOM_CONNECT',
      attempts: [{ outcome: 'ERR_HANSOM_ADDRESS_BLOCKED' }, { outcome: 'ECONNREFUSED' }],
    })
  })
})

describe('the look-up function', () => {
  it('may answer as dns.lookup does without all', async () => {
    await using server = await rawServer(fine)
    const lookup: LookupFunction = (_hostname, _options, callback) => callback(null, '127.0.0.1', 4)
    await using client = createClient({ lookup })
    expect((await client.get(`http://one.example:${server.port}/`)).text()).toBe('fine')
  })

  it('is not asked for an address', async () => {
    await using server = await rawServer(fine)
    const { lookup, asked } = lookupOf('127.0.0.9')
    await using client = createClient({ lookup })
    expect((await client.get(server.url())).text()).toBe('fine')
    expect(asked).toEqual([])
  })

  it('is asked once by all who want the same name, and again only after dns.ttlMs', async () => {
    await using server = await rawServer(fine)
    const { lookup, asked } = lookupOf('127.0.0.1')
    const urls = ['a', 'b'].map(host => `http://${host}.example:${server.port}/`)
    await using client = createClient({ lookup, dns: { ttlMs: 60_000 }, pool: { maxIdle: 0 } })
    await Promise.all([...urls, ...urls, ...urls].map(url => client.get(url)))
    await client.get(urls[0]!)
    expect(asked.sort()).toEqual(['a.example', 'b.example'])
    expect(server.connections.total).toBeGreaterThan(2)

    await using brief = createClient({ lookup, dns: { ttlMs: 30 }, pool: { maxIdle: 0 } })
    asked.length = 0
    await brief.get(urls[0]!)
    await new Promise(resolve => setTimeout(resolve, 40))
    await brief.get(urls[0]!)
    expect(asked).toEqual(['a.example', 'a.example'])
  })

  it('is asked for every dial with dns.ttlMs 0, but once by those that ask together', async () => {
    await using server = await rawServer(fine)
    const { lookup, asked } = lookupOf('127.0.0.1')
    await using client = createClient({ lookup, dns: { ttlMs: 0 }, pool: { maxIdle: 0 } })
    const url = `http://a.example:${server.port}/`
    for (const _ of [1, 2]) await Promise.all([client.get(url), client.get(url)])
    expect(asked).toEqual(['a.example', 'a.example'])
  })

  const failures: [does: string, lookup: LookupFunction, reason: string][] = [
    [
      'fails',
      (_name, _options, callback) => callback(Object.assign(new Error('gone'), { code: 'ENOTFOUND' }), []),
      'gone',
    ],
    ['throws', () => raise(new Error('no way')), 'no way'],
    ['throws no error', () => raise('no way'), 'no way'],
    ['gives no addresses', (_name, _options, callback) => callback(null, []), 'the name has no addresses'],
    ['gives nothing', (_name, _options, callback) => callback(null, undefined as never), 'no list of addresses'],
    [
      'gives what is no address',
      (_name, _options, callback) => callback(null, [{ address: 'x', family: 4 }]),
      'no list',
    ],
    ['gives a number', (_name, _options, callback) => callback(null, 7 as never), 'no list'],
    ['gives a list of nothing', (_name, _options, callback) => callback(null, [null as never]), 'no list'],
  ]

  it.each(failures)('that %s fails its requests, and is asked again', async (_does, failing, reason) => {
    let calls = 0
    const lookup: LookupFunction = (...args) => {
      calls++
      failing(...args)
    }
    await using client = createClient({ lookup, pool: { maxConnections: 1 } })
    for (const _ of [1, 2]) {
      const error = await rejectionOf(client.get('http://name.example/'))
      expect(error).toBeInstanceOf(ConnectError)
      expect(error).toMatchObject({ code: 'ERR_HANSOM_DNS', phase: 'connect', retryable: true })
      expect(error.message).toMatch(`cannot resolve name.example: `)
      expect(error.message).toContain(reason)
    }
    expect(calls).toBe(2)
    expect(client.stats()).toMatchObject({ connections: 0, hosts: [{ dialing: 0 }] })
  })

  it('may answer twice, later or in nonsense, or throw behind its answer: the first answer counts', async () => {
    await using server = await rawServer(fine)
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      callback(null, [home])
      callback(new Error('again'), [])
      setImmediate(() => callback(null, 'nonsense'))
      throw new Error('behind')
    }
    await using client = createClient({ lookup, pool: { maxIdle: 0 } })
    const url = `http://name.example:${server.port}/`
    for (const _ of [1, 2]) expect((await client.get(url)).text()).toBe('fine')
    await new Promise(setImmediate)
  })

  it('that never answers is asked again by later dials, and a late answer does no harm', async () => {
    await using server = await rawServer(fine)
    const callbacks: Parameters<LookupFunction>[2][] = []
    const lookup: LookupFunction = (_hostname, _options, callback) => {
      if (callbacks.push(callback) > 1) callback(null, [home])
    }
    await using client = createClient({ lookup, timeouts: { connectMs: 50 } })
    const url = `http://name.example:${server.port}/`
    const error = await rejectionOf(client.get(url))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TIMEOUT_CONNECT', attempts: [] })
    expect(error.message).toContain('the name was not resolved')
    expect((await client.get(url)).text()).toBe('fine')
    callbacks[0]!(null, [{ address: '127.0.0.9', family: 4 }])
    await new Promise(setImmediate)
    expect(callbacks).toHaveLength(2)
  })

  it('must be a function', () => {
    const error = thrownBy(() => createClient({ lookup: 'dns' as never }))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_INVALID_OPTION', argument: 'lookup' })
  })
})

function raise(error: unknown): never {
  throw error
}
