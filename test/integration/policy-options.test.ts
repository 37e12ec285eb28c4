import { describe, expect, it } from 'vitest'
import { createClient, drop, overflow, queue } from '../../src/index.ts'

/** Calls with what the types forbid. */
// biome-ignore lint/suspicious/noExplicitAny: wrong on purpose
const anything = (value: unknown): any => value

describe('an option of a built-in policy', () => {
  it.each<[string, string, () => unknown]>([
    ['foo', 'TypeError', () => queue(anything({ foo: 1 }))],
    ['maxWaiting', 'TypeError', () => queue(anything({ maxWaiting: 'x' }))],
    ['maxWaiting', 'RangeError', () => queue({ maxWaiting: -1 })],
    ['drop', 'TypeError', () => drop(anything({ drop: 'oldst' }))],
    ['which', 'TypeError', () => drop(anything({ which: 'x' }))],
    ['maxOverflow', 'TypeError', () => overflow({ maxOverflow: Number.NaN })],
    ['max', 'TypeError', () => overflow(anything({ max: -1 }))],
  ])('is refused at the call: %s', (argument, name, call) => {
    expect(call).toThrow(expect.objectContaining({ name, code: 'ERR_HANSOM_INVALID_OPTION', argument }))
  })
})

describe('what is no policy, no origin and no header', () => {
  const admit = (): 'wait' => 'wait'

  it.each<[string, () => unknown]>([
    ['pool.policy.name', () => createClient({ pool: { policy: anything({ admit }) } })],
    ['pool.policy.limit', () => createClient({ pool: { policy: anything({ name: 'x', admit, limit: 1 }) } })],
    ['hosts["http://a/path"]', () => createClient({ hosts: { 'http://a/path': {} } })],
    ['hosts["http://a:80"]', () => createClient({ hosts: { 'http://a': {}, 'http://a:80': {} } })],
    ['hosts', () => createClient({ hosts: { 'http://user:secret@a': {} } })],
  ])('is refused by createClient: %s', (argument, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_HANSOM_INVALID_OPTION', argument }))
  })

  it.each<[string, Record<string, string | number>]>([
    ['headers.a', { a: Number.NaN }],
    ['headers.host', { host: 'a b' }],
    ['headers.host', { host: 'a/../b' }],
    ['headers.host', { host: 'user@a' }],
  ])('is refused by request: %s', (argument, headers) => {
    const client = createClient()
    const call = (): unknown => client.request('http://127.0.0.1:9/', { headers })
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_HANSOM_INVALID_HEADER', argument }))
  })
})

describe('a closed client', () => {
  it('says of its hosts that they are closed, and which policy they had', async () => {
    const client = createClient()
    const ref = client.request('http://127.0.0.1:9/', { signal: new AbortController().signal })
    client.cancel(ref, null)
    await expect(client.recvHead(ref)).rejects.toBe(null)
    await client.close()
    expect(client.stats().hosts).toMatchObject([{ state: 'closed', policy: 'queue', connections: 0 }])
  })
})
