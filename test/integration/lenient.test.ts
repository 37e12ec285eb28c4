import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/index.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

const bareLf = 'HTTP/1.1 200 OK\ncontent-length: 4\n\nfine'

describe('lenient', () => {
  it('is off: what RFC 9112 forbids is an error', async () => {
    await using server = await rawServer({ onRequest: () => bareLf })
    await using client = createClient()
    expect(await rejectionOf(client.get(server.origin))).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL' })
  })

  it('lets pass what the client names', async () => {
    await using server = await rawServer({ onRequest: () => bareLf })
    await using client = createClient({ lenient: { bareLf: true } })
    expect((await client.get(server.origin)).text()).toBe('fine')
  })

  it('lets pass what a host names, from that host alone', async () => {
    await using old = await rawServer({ onRequest: () => bareLf })
    await using other = await rawServer({ onRequest: () => bareLf })
    await using client = createClient({ hosts: { [old.origin]: { lenient: { bareLf: true } } } })
    expect((await client.get(old.origin)).text()).toBe('fine')
    expect(await rejectionOf(client.get(other.origin))).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL' })
  })

  it('is refused for what it does not know', () => {
    expect(() => createClient({ lenient: { everything: true } as never })).toThrow('unknown option lenient.everything')
  })
})
