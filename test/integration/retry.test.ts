import { describe, expect, it } from 'vitest'
import { createClient, type RequestInit } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { type RawScript, rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

/** Closes a connection at its second request, unread by the client until then: the keep-alive race of RFC 9112 §9.5. */
const stale = (how: 'end' | 'reset'): RawScript => ({
  onRequest({ connection, indexOnConnection, body }) {
    if (indexOnConnection === 0) return answer(body)
    if (how === 'end') connection.end()
    else void connection.reset()
    return undefined
  },
})

const repeatable: Record<string, RequestInit> = {
  'a GET': {},
  'a HEAD': { method: 'HEAD' },
  'a PUT with bytes': { method: 'PUT', body: 'again' },
  'a DELETE': { method: 'DELETE' },
  'a POST with an idempotency key': { method: 'POST', body: 'pay', headers: { 'Idempotency-Key': 'k1' } },
}

const notRepeatable: Record<string, () => RequestInit> = {
  'a POST': () => ({ method: 'POST', body: 'pay' }),
  'a PATCH': () => ({ method: 'PATCH', body: 'x' }),
  'a PUT whose body is a stream': () => ({ method: 'PUT', body: [Buffer.from('once')] }),
}

describe('a connection that the server closes as the next request leaves (promise 5 b)', () => {
  it.each(['end', 'reset'] as const)('by %s: a GET is sent once more, and the bill says what it cost', async how => {
    await using server = await rawServer(stale(how))
    await using client = createClient({ pool: { maxConnections: 1 } })
    await client.get(server.origin)
    const { status, bill } = await client.get(server.origin)
    expect(status).toBe(200)
    expect(server.requestTotal).toBe(3)
    expect(bill.retry).toBeGreaterThan(0)
    expect(bill.queue).toBeGreaterThanOrEqual(bill.retry!)
    expect(bill.queue + bill.send + bill.firstByte + bill.body).toBe(bill.total)
  })

  it.each(Object.entries(repeatable))('repeats %s', async (_, init) => {
    await using server = await rawServer(stale('end'))
    await using client = createClient({ pool: { maxConnections: 1 } })
    await client.get(server.origin)
    const ref = client.request(server.origin, init)
    expect((await client.recvHead(ref)).status).toBe(200)
    const body = Buffer.from(await client.body(ref)).toString()
    expect(body).toBe(init.method === 'HEAD' ? '' : (init.body ?? ''))
  })

  it.each(Object.entries(notRepeatable))('does not repeat %s', async (_, init) => {
    await using server = await rawServer(stale('end'))
    await using client = createClient({ pool: { maxConnections: 1 } })
    await client.get(server.origin)
    const error = await rejectionOf(client.recvHead(client.request(server.origin, init())))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECTION_CLOSED', retryable: false, phase: 'head' })
    expect(server.requestTotal).toBe(2)
  })

  it('does not repeat on a fresh connection', async () => {
    await using server = await rawServer({ onRequest: ({ connection }) => void connection.end() })
    await using client = createClient()
    const error = await rejectionOf(client.get(server.origin))
    expect(error).toMatchObject({
      code: 'ERR_HANSOM_CONNECTION_CLOSED',
      bill: expect.not.objectContaining({ retry: 0 }),
    })
    expect(server.requestTotal).toBe(1)
  })

  it('repeats at most once', async () => {
    let closing = false
    await using server = await rawServer({
      onRequest({ connection }) {
        if (closing) connection.end()
        return closing ? undefined : answer('warm')
      },
    })
    await using client = createClient({ pool: { maxConnections: 3 } })
    const warm = await Promise.all([1, 2, 3].map(() => client.get(server.origin)))
    expect(warm.length).toBe(3)
    closing = true
    const before = server.requestTotal
    expect(await rejectionOf(client.get(server.origin))).toMatchObject({ code: 'ERR_HANSOM_CONNECTION_CLOSED' })
    expect(server.requestTotal - before).toBe(2)
  })

  it('does not repeat after a byte of the answer, not even of an informational one', async () => {
    await using server = await rawServer({
      onRequest({ connection, indexOnConnection }) {
        if (indexOnConnection === 0) return answer('warm')
        connection.end('HTTP/1.1 103 Early Hints\r\n\r\n')
        return undefined
      },
    })
    await using client = createClient({ pool: { maxConnections: 1 } })
    await client.get(server.origin)
    expect(await rejectionOf(client.get(server.origin))).toMatchObject({ code: 'ERR_HANSOM_CONNECTION_CLOSED' })
    expect(server.requestTotal).toBe(2)
  })

  it('comes back before those who came later', async () => {
    const order: string[] = []
    await using server = await rawServer({
      onRequest({ connection, indexOnConnection, target }) {
        if (indexOnConnection === 1) return void connection.end()
        order.push(target)
        return answer('x')
      },
    })
    await using client = createClient({ pool: { maxConnections: 1 } })
    await client.get(`${server.origin}/warm`)
    const requests = ['/first', '/second', '/third'].map(path => client.get(`${server.origin}${path}`))
    await Promise.allSettled(requests)
    expect(order.slice(0, 2)).toEqual(['/warm', '/first'])
  })
})
