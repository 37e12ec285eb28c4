import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'

leakCheck()

const goOn = 'HTTP/1.1 100 Continue\r\n\r\n'

describe('a request with expectContinue (RFC 9110 §10.1.1)', () => {
  it('sends its body when the server says 100 Continue, and not before', async () => {
    let before = -1
    await using server = await rawServer({
      async onHead({ headers, connection }) {
        expect(headers['expect']).toBe('100-continue')
        await new Promise(resolve => setImmediate(resolve))
        before = connection.received.indexOf('the body')
        return goOn
      },
      onRequest: ({ body }) => answer(body),
    })
    await using client = createClient()
    const init = { body: 'the body', expectContinue: true, timeouts: { continueMs: Infinity } }
    const { status, text } = await client.post(server.origin, init).then(it => ({ status: it.status, text: it.text() }))
    expect([before, status, text]).toEqual([-1, 200, 'the body'])
  })

  it.each(['streamed', 'iterable'] as const)('holds a body that is %s, too', async kind => {
    await using server = await rawServer({ onHead: () => goOn, onRequest: ({ body }) => answer(body) })
    await using client = createClient()
    const timeouts = { continueMs: Infinity }
    const ref =
      kind === 'streamed'
        ? client.request(server.origin, { method: 'PUT', streamBody: true, expectContinue: true, timeouts })
        : client.request(server.origin, { method: 'PUT', body: ['a', 'b'], expectContinue: true, timeouts })
    if (kind === 'streamed') {
      await client.sendBody(ref, 'ab')
      await client.finishBody(ref)
    }
    expect(Buffer.from(await client.body(ref)).toString()).toBe('ab')
  })

  it('sends its body after continueMs if the server says nothing', async () => {
    await using server = await rawServer({ onRequest: ({ body }) => answer(body) })
    await using client = createClient({ timeouts: { continueMs: 60 } })
    const { bill, bytes } = await client.post(server.origin, { body: 'late', expectContinue: true })
    expect(bytes).toHaveLength(4)
    expect(bill.send).toBeGreaterThanOrEqual(60)
  })

  it('does not send its body when a final answer comes first, and closes the connection', async () => {
    await using server = await rawServer({ onHead: () => answer('too large', { status: 413 }) })
    await using client = createClient()
    let opened = 0
    const source = (async function* () {
      opened++
      yield 'never'
    })()
    const { status } = await client.post(server.origin, { body: source, expectContinue: true })
    expect([status, opened]).toEqual([413, 0])
    const connection = await server.nextConnection()
    await connection.closed
    expect(connection.received.includes('never')).toBe(false)
  })

  it('waits for 100 Continue, says explain', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const ref = client.request(server.origin, { body: 'x', expectContinue: true })
    await server.nextConnection().then(it => it.receives('\r\n\r\n'))
    expect(client.explain(ref)).toMatchObject({ phase: 'sending', waitsFor: `100 Continue from ${server.origin}` })
    client.cancel(ref)
  })

  it('needs a body', async () => {
    await using client = createClient()
    const without = { code: 'ERR_HANSOM_INVALID_ARGUMENT', argument: 'expectContinue' }
    for (const init of [{}, { body: '' }, { body: null }]) {
      const call = () => client.request('http://127.0.0.1:1', { ...init, expectContinue: true })
      expect(call).toThrow(expect.objectContaining(without))
    }
  })
})
