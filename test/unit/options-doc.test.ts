import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type OptionSection, optionsOf, optionsPage } from '../../docs/generate-options.ts'
import { systemRandom } from '../../src/actor/clock.ts'
import { Client } from '../../src/client/client.ts'
import { resolveOptions } from '../../src/client/options.ts'
import { cachingResolver } from '../../src/dial/resolve.ts'
import { loadOf, waiterOf } from '../../src/host/policy/rehearsal.ts'
import { createClient, drop, overflow, type PolicyOption, queue, type RequestInit } from '../../src/index.ts'
import { planRequest } from '../../src/request/request-init.ts'
import { targetOf } from '../../src/request/target.ts'
import { defaultTimeouts } from '../../src/request/timeouts.ts'
import { pageText } from '../support/markdown.ts'
import { VirtualTime } from '../support/virtual-time.ts'

/** Gives one option a value, where its section belongs. The checks of the options throw. */
const use: Record<OptionSection, (options: object) => unknown> = {
  Client: options => createClient(options),
  Host: options => createClient({ hosts: { 'http://a': options } }),
  Pool: options => createClient({ pool: options }),
  Timeouts: options => createClient({ timeouts: options }),
  Limits: options => createClient({ limits: options }),
  Lenient: options => createClient({ lenient: options }),
  Request: options => plan(options),
  'Reading a body': options => createClient().body(null as never, options),
  'Closing a client': options => createClient().close(options),
  'The policy queue': options => queue(options),
  'The policy drop': options => drop(options),
  'The policy overflow': options => overflow(options),
}
const sections = Object.keys(use) as OptionSection[]
const documented = sections.flatMap(section => optionsOf(section).map(option => ({ section, ...option })))

/** What the code takes for options that are not there. */
const actual: Partial<Record<OptionSection, Record<string, unknown>>> = {
  Client: { ...resolveOptions({}), 'dns.ttlMs': resolveOptions({}).dnsTtlMs },
  Pool: {
    ...resolveOptions({}).hostOf('http://a', '').limits,
    ...resolveOptions({}).hostOf('http://a', '').connection,
    reuse: resolveOptions({}).hostOf('http://a', '').limits.idleOrder,
  },
  Timeouts: { ...defaultTimeouts },
  Limits: { ...resolveOptions({}), ...resolveOptions({}).hostOf('http://a', '').connection.wire },
  // Nothing is let pass unless it is said.
  Lenient: Object.fromEntries(
    optionsOf('Lenient').map(({ name }) => [
      name,
      resolveOptions({}).hostOf('http://a', '').connection.wire.lenient !== undefined,
    ]),
  ),
  Request: {
    ...plan({}),
    async: plan({}).delivery !== null,
    streamBody: plan({}).body.kind === 'manual',
    expectContinue: plan({}).expects,
    maxUnread: plan({ async: true, streamTo: () => {} }).delivery?.maxUnread,
  },
}

/** Defaults that are not one value, or not kept as one. Each has a test of its own below. */
const inWords = {
  'Client lookup': '`dns.lookup`',
  'Host allowAddress': 'all',
  'Pool policy': '`queue()`',
  'Request method': '`GET`, or `POST` with a body',
  'Request timeouts': "the host's",
  'Reading a body maxBytes': '`limits.bodyBytes`',
  'Closing a client withinMs': '10,000',
  'The policy queue maxWaiting': '`pool.maxWaiting`, which holds in any case',
  'The policy drop maxWaiting': '0: nobody waits for a busy pool',
  'The policy drop drop': "`'newest'`",
  'The policy overflow maxOverflow': '`pool.maxConnections`',
}

describe('docs/options.md', () => {
  it('is what docs/generate-options.ts writes', () => {
    expect(pageText('docs/options.md')).toBe(optionsPage())
  })

  it.each(sections)('lists every option that the check of %s knows, and no other', section => {
    const names = new Set(optionsOf(section).map(({ name }) => name.split('.')[0]))
    const inherited = section === 'Client' ? optionsOf('Host').map(({ name }) => name) : []
    expect([...names, ...inherited].sort()).toEqual(namesIn(section).sort())
  })

  it('lists every option of dns', () => {
    const names = documented.flatMap(({ name }) => (name.startsWith('dns.') ? [name.slice(4)] : []))
    expect(names).toEqual(knownBy(() => createClient({ dns: { nonsense: 1 } as object })))
  })

  it('gives a default for every number and every switch', () => {
    const bare = documented.filter(({ types }) => types.includes('number') || types.includes('boolean'))
    expect(bare.filter(option => option.default === null)).toEqual([])
  })
})

describe('a default in docs/options.md', () => {
  const valued = documented.filter(option => option.default !== null && !(keyOf(option) in inWords))

  it.each(valued.map(option => [keyOf(option), option] as const))('is that of the code: %s', (_key, option) => {
    const told = option.default!.split(/: |, /)[0]
    expect(told).toBe(inMarkdown(actual[option.section]?.[option.name]))
  })

  it('is in words for options that have a test of their own', () => {
    const told = documented.filter(option => keyOf(option) in inWords)
    expect(Object.fromEntries(told.map(option => [keyOf(option), option.default]))).toEqual(inWords)
  })

  it('holds for lookup', async () => {
    const { lookup } = dns
    const asked: string[] = []
    dns.lookup = ((name: string, _options: object, done: (error: Error) => void) => {
      asked.push(name)
      done(new Error('not found'))
    }) as typeof lookup
    syncBuiltinESMExports()
    try {
      const { lookup: own } = resolveOptions({})
      await new Promise<void>(done => cachingResolver(new VirtualTime(), 0, own).resolve('a.test', () => done()))
    } finally {
      dns.lookup = lookup
      syncBuiltinESMExports()
    }
    expect(asked).toEqual(['a.test'])
  })

  it('holds for allowAddress, pool.policy, method and timeouts', () => {
    const host = resolveOptions({}).hostOf('http://a', '')
    expect(host.dial.allowAddress).toBeUndefined()
    expect(made(host.policy).name).toBe('queue')
    expect([plan({}).method, plan({ body: '' }).method]).toEqual(['GET', 'POST'])
    expect(plan({}).timeouts).toBe(defaultTimeouts)
  })

  it('holds for maxBytes of body()', async () => {
    const connect = () =>
      new Duplex({
        read() {},
        write(_chunk, _encoding, done) {
          this.push('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfour')
          done()
        },
      })
    const client = createClient({ connect, limits: { bodyBytes: 3 } })
    const read = client.body(client.request('http://a/'))
    await expect(read).rejects.toThrow('longer than 3 bytes')
    await client.close({ withinMs: 0 })
  })

  it('holds for withinMs of close()', async () => {
    const time = new VirtualTime()
    const nothing = { connect: () => unused(), secure: () => unused() }
    const env = {
      clock: time,
      timers: time,
      random: systemRandom,
      transport: nothing,
      resolver: { resolve: () => () => {} },
    }
    const client = new Client({ timeouts: { queueMs: Infinity, connectMs: Infinity } }, env)
    const ref = client.request('http://a.test/')
    void client.close()
    time.advance(9_999)
    expect(client.explain(ref).phase).toBe('dialing')
    time.advance(1)
    await expect(client.recvHead(ref)).rejects.toMatchObject({ code: 'ERR_HANSOM_CLIENT_CLOSED' })
  })

  it('holds for queue()', () => {
    const full = { connections: 1, maxConnections: 1, maxWaiting: 7 }
    expect(answers(queue(), { ...full, waiting: 6 })).toBe('wait')
    expect(answers(queue(), { ...full, waiting: 7 })).toBe('reject')
    expect(answers(queue({ maxWaiting: 9 }), { ...full, waiting: 7 })).toBe('reject')
  })

  it('holds for drop()', () => {
    const full = { connections: 1, maxConnections: 1, maxWaiting: 7 }
    expect(answers(drop(), { ...full, waiting: 0 })).toBe('reject')
    expect(answers(drop({ maxWaiting: 1 }), { ...full, waiting: 0 })).toBe('wait')
    expect(answers(drop({ maxWaiting: 1 }), { ...full, waiting: 1 })).toBe('reject')
  })

  it('holds for overflow()', () => {
    const load = { maxConnections: 2, maxWaiting: 7 }
    expect(answers(overflow(), { ...load, connections: 3 })).toBe('overflow')
    expect(answers(overflow(), { ...load, connections: 4 })).toBe('wait')
    expect(answers(overflow({ maxOverflow: 9 }), { ...load, connections: 4 })).toBe('wait')
  })
})

describe('a bound in docs/options.md', () => {
  const numbers = documented.filter(({ types }) => types.includes('number'))

  it.each(numbers.map(option => [keyOf(option), option] as const))('is that of the code: %s', (key, option) => {
    const least = Number(/\bat least (\d+)\./i.exec(option.meaning)?.[1] ?? 0)
    const { section, name } = option
    if (section === 'Timeouts')
      return expect([0, 0.001].map(value => refuses(section, name, value))).toEqual([true, false])
    expect(refuses(section, name, least)).toBe(false)
    expect(refuses(section, name, least - 1)).toBe(key !== 'Request priority')
  })

  it.each(numbers.map(option => [keyOf(option), option] as const))('says which counts are whole: %s', (key, option) => {
    const { section, name } = option
    const isCount = !/(Ms|Bytes)$/.test(name) && key !== 'Request priority'
    const isWhole = section === 'Limits' || (isCount && ['Client', 'Pool', 'Request'].includes(section))
    expect(refuses(section, name, 100.5)).toBe(isWhole)
    expect(refuses(section, name, Infinity)).toBe(false)
  })
})

function keyOf({ section, name }: { readonly section: string; readonly name: string }): string {
  return `${section} ${name}`
}

function plan(init: RequestInit): ReturnType<typeof planRequest> {
  return planRequest(targetOf('http://a/'), init, { timeouts: defaultTimeouts, closes: () => false })
}

function made(policy: PolicyOption): Exclude<PolicyOption, (...args: never[]) => unknown> {
  return typeof policy === 'function' ? policy({ origin: 'http://a', pool: '' }) : policy
}

function answers(policy: PolicyOption, load: Parameters<typeof loadOf>[0]): string {
  return made(policy).admit(loadOf(load), waiterOf(1, 0))
}

/** Whether the check of this option's section throws. What else the call makes of the options does not matter. */
function refuses(section: OptionSection, name: string, value: number): boolean {
  const message = name === 'maxUnread' ? { async: true, streamTo: () => {} } : {}
  const [outer, inner] = name.split('.')
  try {
    use[section]({ ...message, [outer!]: inner === undefined ? value : { [inner]: value } })
  } catch (error) {
    return (error as { code?: unknown }).code === 'ERR_HANSOM_INVALID_OPTION'
  }
  return false
}

function namesIn(section: OptionSection): string[] {
  return knownBy(() => use[section]({ nonsense: 1 }))
}

function knownBy(wrong: () => unknown): string[] {
  try {
    wrong()
  } catch (error) {
    const list = / known here: (.*)$/.exec((error as Error).message)?.[1]
    if (list !== undefined) return list.split(', ')
  }
  throw new Error('the check does not say what it knows')
}

function inMarkdown(value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return value.toLocaleString('en-US')
  return typeof value === 'string' ? `\`'${value}'\`` : `\`${value}\``
}

function unused(): never {
  throw new Error('the test does not get here')
}
