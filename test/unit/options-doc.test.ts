import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/index.ts'
import { defaultTimeouts } from '../../src/request/timeouts.ts'
import { defaultWireLimits } from '../../src/wire/message.ts'
import { pageText } from '../support/markdown.ts'

const sections = new Map(
  pageText('docs/options.md')
    .split(/^## /m)
    .slice(1)
    .map(section => [section.slice(0, section.indexOf('\n')), rowsOf(section)] as const),
)

/** What the checks themselves say that they know, by the section that lists it. */
const known = {
  Client: namesIn(() => createClient({ nonsense: 1 } as object)),
  Host: namesIn(() => createClient({ hosts: { 'http://a': { nonsense: 1 } as object } })),
  Pool: namesIn(() => createClient({ pool: { nonsense: 1 } as object })),
  Timeouts: namesIn(() => createClient({ timeouts: { nonsense: 1 } as object })),
  Limits: namesIn(() => createClient({ limits: { nonsense: 1 } as object })),
  Request: namesIn(() => createClient().request('http://a/', { nonsense: 1 } as object)),
}
const dns = namesIn(() => createClient({ dns: { nonsense: 1 } as object })).map(name => `dns.${name}`)

describe('docs/options.md', () => {
  it.each(Object.entries(known))('lists every option of %s, and no other', (section, names) => {
    const inherited = section === 'Client' ? known.Host : []
    const expected = names.filter(name => !inherited.includes(name)).flatMap(name => (name === 'dns' ? dns : [name]))
    expect([...(sections.get(section)?.keys() ?? [])].sort()).toEqual(expected.sort())
  })

  it.each(Object.entries(defaultTimeouts))('gives the default of timeouts.%s', (name, value) => {
    expect(sections.get('Timeouts')?.get(name)).toBe(written(value))
  })

  it.each(Object.entries(defaultWireLimits))('gives the default of limits.%s', (name, value) => {
    expect(sections.get('Limits')?.get(name)).toBe(written(value))
  })

  it('gives the defaults of connection numbers', async () => {
    const client = createClient({ connect: () => new Promise(() => {}) })
    client.request('http://a/')
    const { maxConnections, hosts } = client.stats()
    await client.close({ withinMs: 0 })
    expect(sections.get('Client')?.get('maxConnections')).toBe(written(maxConnections))
    expect(sections.get('Pool')?.get('maxConnections')).toBe(written(hosts[0]!.maxConnections))
  })
})

/** Option and default of each row. */
function rowsOf(section: string): Map<string, string> {
  const rows = section.matchAll(/^\| `([\w.]+)` *\| (.*?) *\|/gm)
  return new Map([...rows].map(([, name, value]) => [name!, value!]))
}

function namesIn(wrong: () => void): string[] {
  try {
    wrong()
  } catch (error) {
    const list = / known here: (.*)$/.exec((error as Error).message)?.[1]
    if (list !== undefined) return list.split(', ')
  }
  throw new Error('the check does not say what it knows')
}

function written(value: number): string {
  return value === Infinity ? '`Infinity`' : value.toLocaleString('en-US')
}
