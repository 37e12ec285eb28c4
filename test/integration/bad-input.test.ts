import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, createClient, setDefaultClient } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { expectNoMoreThan, type OpenResources, openResources } from '../support/leak-check.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'
import { thrownBy } from '../support/rejection.ts'

// biome-ignore lint/suspicious/noExplicitAny: what the types forbid is what is tested
type Wrong = any

let server: RawServer
let client: Client
let before: OpenResources

beforeAll(async () => {
  before = openResources()
  server = await rawServer({ onRequest: () => answer('fine') })
  client = createClient()
})

afterAll(async () => {
  await client.close({ withinMs: 0 })
  await server.close()
  await expectNoMoreThan(before)
})

/** Thrown at the call, by name; and the client is none the worse for it. */
async function expectThrown(call: () => unknown, name: string, code: string, argument: string): Promise<void> {
  const error = thrownBy(call)
  expect({ name: error.name, code: error.code, argument: error.argument }).toEqual({
    name,
    code: `ERR_HANSOM_${code}`,
    argument,
  })
  expect(error.message).not.toBe('')
  expect(client.stats().live).toBe(0)
  expect((await client.get(server.url())).text()).toBe('fine')
}

const locked = new ReadableStream()
locked.getReader()

describe('a url', () => {
  const urls: readonly Wrong[] = [
    '',
    '/path',
    'example.com',
    'http://',
    'http://a b/',
    'http://[::1',
    'http://a:99999/',
  ]
  const others: readonly Wrong[] = [
    'ftp://a/',
    'file:///a',
    'ws://a/',
    'data:,a',
    undefined,
    null,
    5,
    {},
    ['http://a/'],
  ]

  it.each([...urls, ...others])('is refused: %j', url =>
    expectThrown(() => client.request(url), 'TypeError', 'INVALID_URL', 'url'),
  )

  it('is refused without its credentials being told', () => {
    const { message, cause } = thrownBy(() => client.request('http://me:secret@[::1/'))
    expect(`${message} ${cause}`).not.toMatch(/me|secret/)
  })
})

describe('a method', () => {
  it.each(['', 'GE T', 'GET\r\n', 'G\0T', 'GÉT', 5, 5n, null, {}, Symbol('GET')] as Wrong[])('is refused: %o', method =>
    expectThrown(() => client.request(server.url(), { method }), 'TypeError', 'INVALID_ARGUMENT', 'method'),
  )

  it.each(['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const)('is no option of %s', name =>
    expectThrown(() => client[name](server.url(), { method: 'PUT' } as Wrong), 'TypeError', 'INVALID_OPTION', 'method'),
  )
})

describe('a header', () => {
  const names = ['', ' ', 'a b', 'a:', 'a\r\n', 'a\0', 'ü', 'a\u2028']
  const values = [
    'a\r\nb: c',
    'a\nb',
    'a\rb',
    'a\0b',
    'a\x7f',
    'a\u0100',
    '😀',
    null,
    true,
    {},
    [['a']],
    ['ok', 'a\r\n'],
    5n,
  ]
  const own = ['transfer-encoding', 'Connection', 'upgrade', 'Expect', 'Keep-Alive', 'Proxy-Connection']
  const framing = [
    ['content-length', '-1'],
    ['content-length', '+1'],
    ['content-length', '1e3'],
    ['content-length', 'ten'],
    ['content-length', '5'],
    ['host', ''],
    ['host', ['a', 'b']],
  ] as const

  it.each(names)('is refused by its name: %j', name =>
    expectThrown(
      () => client.request(server.url(), { headers: { [name]: 'x' } }),
      'TypeError',
      'INVALID_HEADER',
      `headers.${name}`,
    ),
  )

  it.each(values as Wrong[])('is refused by its value: %o', value =>
    expectThrown(
      () => client.request(server.url(), { headers: { 'x-a': value } }),
      'TypeError',
      'INVALID_HEADER',
      'headers.x-a',
    ),
  )

  it.each(own)('is refused, because the client writes it: %s', name =>
    expectThrown(
      () => client.request(server.url(), { headers: [[name, 'x']] }),
      'TypeError',
      'INVALID_HEADER',
      `headers.${name}`,
    ),
  )

  it.each(framing)('is refused where it lies: %s: %j', (name, value) =>
    expectThrown(
      () => client.request(server.url(), { headers: { [name]: value } }),
      'TypeError',
      'INVALID_HEADER',
      `headers.${name}`,
    ),
  )

  it.each(['a: b', 5, null, [['a']], [['a', 'b', 'c']], ['ab']] as Wrong[])(
    'comes in one of three shapes, not %j',
    headers =>
      expectThrown(() => client.request(server.url(), { headers }), 'TypeError', 'INVALID_ARGUMENT', 'headers'),
  )

  it('does not show a value that was refused', () => {
    const { message } = thrownBy(() => client.request(server.url(), { headers: { authorization: 'secret\r\n' } }))
    expect(message).not.toContain('secret')
  })

  it('is taken as a string, a number, a list, or not at all when undefined', async () => {
    const headers = { 'x-s': 'grün', 'x-n': 5, 'x-l': ['a', 6], 'x-u': undefined, 'x-e': '' }
    await using echo = await rawServer({ onRequest: ({ rawHeaders }) => answer(JSON.stringify(rawHeaders)) })
    const sent = (given: Wrong) => client.get(echo.url(), { headers: given }).then(got => got.json<string[][]>())
    const own = ['host', 'user-agent']
    const fields = (got: string[][]) => got.filter(([name]) => !own.includes(name!))
    expect(fields(await sent(headers))).toEqual([
      ['x-s', 'grün'],
      ['x-n', '5'],
      ['x-l', 'a'],
      ['x-l', '6'],
      ['x-e', ''],
    ])
    expect(fields(await sent(new Headers({ 'X-S': 'b' })))).toEqual([['x-s', 'b']])
    expect(
      fields(
        await sent([
          ['X-S', 'b'],
          ['x-s', 1],
        ]),
      ),
    ).toEqual([
      ['X-S', 'b'],
      ['x-s', '1'],
    ])
    expect(fields(await sent(new Map([['X-S', 'b']])))).toEqual([['X-S', 'b']])
    expect(await sent({ 'User-Agent': 'me', Host: 'other' })).toEqual([
      ['host', 'other'],
      ['User-Agent', 'me'],
    ])
  })
})

describe('a body', () => {
  it.each(['GET', 'HEAD', 'TRACE'])('is refused with %s', method =>
    expectThrown(() => client.request(server.url(), { method, body: 'x' }), 'TypeError', 'INVALID_ARGUMENT', 'body'),
  )

  it('is refused with streamBody, which is refused with GET', async () => {
    await expectThrown(
      () => client.request(server.url(), { body: '', streamBody: true }),
      'TypeError',
      'INVALID_ARGUMENT',
      'body',
    )
    await expectThrown(
      () => client.request(server.url(), { method: 'GET', streamBody: true }),
      'TypeError',
      'INVALID_ARGUMENT',
      'body',
    )
  })

  it.each([
    5,
    true,
    {},
    () => 'x',
    Symbol('x'),
    new DataView(new ArrayBuffer(1)),
    new Uint16Array(1),
    locked,
  ] as Wrong[])('is refused: %o', body =>
    expectThrown(() => client.request(server.url(), { method: 'POST', body }), 'TypeError', 'INVALID_ARGUMENT', 'body'),
  )

  it('is refused where its length is not that of the header', () =>
    expectThrown(
      () => client.request(server.url(), { body: 'four', headers: { 'content-length': 5 } }),
      'TypeError',
      'INVALID_HEADER',
      'headers.content-length',
    ))
})

describe('an option of a request', () => {
  const wrong: readonly (readonly [string, Wrong, string])[] = [
    ['streamBody', 'yes', 'TypeError'],
    ['signal', {}, 'TypeError'],
    ['signal', null, 'TypeError'],
    ['pool', true, 'TypeError'],
    ['pool', 5, 'TypeError'],
    ['pool', 'unknown', 'TypeError'],
    ['priority', '1', 'TypeError'],
    ['priority', Number.NaN, 'TypeError'],
    ['key', 5, 'TypeError'],
    ['timeouts', 5, 'TypeError'],
    ['timeouts', null, 'TypeError'],
    ['Method', 'GET', 'TypeError'],
    ['keepalive', true, 'TypeError'],
    ['redirect', 'follow', 'TypeError'],
    ['tls', {}, 'TypeError'],
  ]
  const timeouts: readonly (readonly [string, Wrong, string])[] = [
    ['headMs', '5', 'TypeError'],
    ['headMs', null, 'TypeError'],
    ['headMs', 0, 'RangeError'],
    ['queueMs', -1, 'RangeError'],
    ['totalMs', Number.NaN, 'RangeError'],
    ['headers', 5, 'TypeError'],
    ['constructor', 5, 'TypeError'],
  ]

  it.each(wrong)('is refused: %s: %o', (name, value, type) =>
    expectThrown(() => client.request(server.url(), { [name]: value } as Wrong), type, 'INVALID_OPTION', name),
  )

  it.each(timeouts)('is refused: timeouts.%s: %o', (name, value, type) =>
    expectThrown(
      () => client.request(server.url(), { timeouts: { [name]: value } }),
      type,
      'INVALID_OPTION',
      `timeouts.${name}`,
    ),
  )

  it.each([5, 'GET', true, () => {}] as Wrong[])('comes in an object, not in %o', async init => {
    await expectThrown(() => client.request(server.url(), init), 'TypeError', 'INVALID_ARGUMENT', 'init')
    await expectThrown(() => client.get(server.url(), init), 'TypeError', 'INVALID_ARGUMENT', 'init')
  })

  it('may be undefined', async () => {
    const init = { signal: undefined, timeouts: { headMs: undefined } } as const
    expect((await client.get(server.url(), init)).status).toBe(200)
  })
})

describe('an option of a client', () => {
  const wrong: readonly (readonly [string, Wrong, string])[] = [
    ['maxConnections', 0, 'RangeError'],
    ['maxConnections', 1.5, 'RangeError'],
    ['maxConnections', '5', 'TypeError'],
    ['maxDials', 0, 'RangeError'],
    ['pool', 5, 'TypeError'],
    ['pool.maxIdle', -1, 'RangeError'],
    ['pool.idleMs', Number.NaN, 'TypeError'],
    ['pool.maxAge', 5, 'TypeError'],
    ['pool.policy', 'queue', 'TypeError'],
    ['pool.policy.admit', 'yes', 'TypeError'],
    ['pools["a"].maxIdle', -1, 'RangeError'],
    ['pools["a"].unknown', 1, 'TypeError'],
    ['hosts["https://a"].pool.unknown', 1, 'TypeError'],
    ['hosts["https://a"].maxConnections', 1, 'TypeError'],
    ['hosts["https://a"].timeouts.headMs', 0, 'RangeError'],
    ['hosts["nowhere"]', {}, 'TypeError'],
    ['timeouts.headMs', '1', 'TypeError'],
    ['timeouts.unknown', 1, 'TypeError'],
    ['tls', true, 'TypeError'],
    ['socketPath', '', 'TypeError'],
    ['connect', {}, 'TypeError'],
    ['allowAddress', true, 'TypeError'],
    ['lookup', 'system', 'TypeError'],
    ['dns', 5, 'TypeError'],
    ['dns.ttlMs', -1, 'RangeError'],
    ['dns.ttl', 1, 'TypeError'],
    ['limits.headerBytes', 63, 'RangeError'],
    ['limits.bodyBytes', -1, 'RangeError'],
    ['limits.unknown', 1, 'TypeError'],
    ['traceCalls', 1, 'TypeError'],
    ['inspect', 1, 'TypeError'],
    ['unknown', undefined, 'TypeError'],
    ['constructor', 1, 'TypeError'],
  ]

  it.each(wrong)('is refused: %s: %o', (path, value, type) =>
    expectThrown(() => createClient(nested(path, value)), type, 'INVALID_OPTION', path),
  )

  it.each([5, 'x', null] as Wrong[])('comes in an object, not in %o', options =>
    expectThrown(() => createClient(options), 'TypeError', 'INVALID_OPTION', 'options'),
  )
})

describe('an argument of another call', () => {
  it('that is no ref is refused', async () => {
    const calls = ['recvHead', 'recvBody', 'recvTrailers', 'body', 'drain', 'finishBody', 'cancel', 'explain'] as const
    for (const call of calls) {
      for (const ref of [undefined, {}, 'r1', client]) {
        await expectThrown(() => client[call](ref as Wrong), 'TypeError', 'INVALID_ARGUMENT', 'ref')
      }
    }
    await expectThrown(() => client.sendBody('r1' as Wrong, 'x'), 'TypeError', 'INVALID_ARGUMENT', 'ref')
    await expectThrown(() => client.ref(5 as Wrong), 'TypeError', 'INVALID_ARGUMENT', 'id')
  })

  it('that makes no sense is refused', async () => {
    const ref = client.request(server.url(), { streamBody: true })
    await client.finishBody(ref)
    await client.drain(ref)
    const ask = (options: Wrong) => () => client.body(ref, options)
    await expectThrown(ask({ maxBytes: -1 }), 'RangeError', 'INVALID_OPTION', 'maxBytes')
    await expectThrown(ask({ maxBytes: '1' }), 'TypeError', 'INVALID_OPTION', 'maxBytes')
    await expectThrown(ask({ maxbytes: 1 }), 'TypeError', 'INVALID_OPTION', 'maxbytes')
    await expectThrown(() => client.close({ withinMs: -1 }), 'RangeError', 'INVALID_OPTION', 'withinMs')
    await expectThrown(() => client.close({ within: 1 } as Wrong), 'TypeError', 'INVALID_OPTION', 'within')
    await expectThrown(() => client.on('nothing' as Wrong, () => {}), 'TypeError', 'INVALID_ARGUMENT', 'name')
    await expectThrown(() => client.on('crash', 5 as Wrong), 'TypeError', 'INVALID_ARGUMENT', 'listener')
    await expectThrown(() => client.inspect(() => {}), 'TypeError', 'INVALID_OPTION', 'inspect')
    await expectThrown(() => setDefaultClient({} as Wrong), 'TypeError', 'INVALID_ARGUMENT', 'client')
  })

  it.each(['content-length', 'host', 'transfer-encoding', 'a b'])('that is the trailer %s is refused', async name => {
    const ref = client.request(server.url(), { streamBody: true })
    const error = thrownBy(() => client.finishBody(ref, { [name]: '1' }))
    expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_HANSOM_INVALID_HEADER' })
    await client.finishBody(ref, { 'x-a': '1' })
    await client.drain(ref)
  })

  it('that is a trailer of a body with a content-length is refused, and the body can still be ended', async () => {
    const ref = client.request(server.url(), { streamBody: true, headers: { 'content-length': 1 } })
    await client.sendBody(ref, 'x')
    const error = thrownBy(() => client.finishBody(ref, { 'x-a': '1' }))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_INVALID_ARGUMENT', argument: 'trailers' })
    await client.finishBody(ref)
    await client.drain(ref)
  })
})

/** `a.b["c"].d` and a value as nested objects. */
function nested(path: string, value: unknown): Wrong {
  const names = [...path.matchAll(/\["([^"]*)"\]|[^.[]+/g)].map(([name, quoted]) => quoted ?? name)
  return names.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
}
