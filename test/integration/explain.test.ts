import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Client, createClient, type Explanation, type RequestRef } from '../../src/index.ts'
import { answer, answerHead, chunk } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

const bill = { queue: expect.any(Number), send: expect.any(Number), firstByte: expect.any(Number) }

/** What `explain` says, which must be plain JSON. */
function explained(client: Client, ref: RequestRef): Explanation {
  const explanation = client.explain(ref)
  expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation)
  const { bill } = explanation
  expect(bill.queue + bill.send + bill.firstByte + bill.body).toBe(bill.total)
  return explanation
}

/** Answers `/begin` in part, `/ok` in full, and else says nothing. */
function slowServer() {
  return rawServer({
    onRequest({ target }) {
      if (target === '/ok') return answer('fine')
      return target === '/begin' ? `${answerHead(200, { 'Transfer-Encoding': 'chunked' })}${chunk('part')}` : undefined
    },
  })
}

describe('explain', () => {
  it('tells of a queued request what it waits for, and behind how many', async () => {
    await using server = await slowServer()
    await using client = createClient({ pool: { maxConnections: 1 } })
    await client.recvHead(client.request(server.url('/begin')))
    const [first, second] = [client.request(server.url()), client.request(server.url('/b?c'), { method: 'DELETE' })]
    const load = { connections: 1, idle: 0, dialing: 0, inFlight: 1, waiting: 2, maxConnections: 1 }
    expect(explained(client, first)).toMatchObject({ phase: 'queued', queue: { ahead: 0, policy: 'queue', load } })
    expect(explained(client, second)).toEqual({
      ref: second.id,
      method: 'DELETE',
      url: server.url('/b?c'),
      phase: 'queued',
      sinceMs: expect.any(Number),
      waitsFor: `a connection to ${server.origin}: 1 of 1 busy, 1 ahead`,
      queue: { ahead: 1, policy: 'queue', load },
      connection: null,
      dials: [],
      bill: { ...bill, body: 0, total: expect.any(Number) },
    })
    client.cancel(first)
    expect(explained(client, second).queue?.ahead).toBe(0)
  })

  it('tells of a dialing request which addresses are tried', async () => {
    await using client = createClient({ connect: () => new Promise(() => {}) })
    const ref = client.request('http://nowhere:81/')
    const waiting = { connections: 0, idle: 0, dialing: 1, inFlight: 0, waiting: 1, maxConnections: 64 }
    await delay(5)
    const explanation = explained(client, ref)
    expect(explanation).toMatchObject({
      phase: 'dialing',
      waitsFor: 'a connection to http://nowhere:81: 0 of 64 busy, 1 being dialed, 0 ahead',
      queue: { ahead: 0, load: waiting },
      connection: null,
      dials: [{ attempts: [{ address: 'http://nowhere:81', outcome: 'pending', endedMs: null }] }],
    })
    expect(explanation.sinceMs).toBeGreaterThan(0)
    expect(explanation.bill.queue).toBe(explanation.bill.total)
  })

  it('tells of a request on its way which connection it has', async () => {
    await using server = await slowServer()
    await using client = createClient()
    await client.get(server.url('/ok'))
    const ref = client.request(server.url(), { streamBody: true })
    await client.sendBody(ref, 'some')
    const connection = {
      id: `${server.origin}/1`,
      reused: true,
      remoteAddress: `127.0.0.1:${server.port}`,
      protocol: 'http/1.1',
      exchanges: 2,
    }
    const common = { queue: null, dials: [], connection }
    const sending = `${server.origin} to take the request`
    expect(explained(client, ref)).toMatchObject({ ...common, phase: 'sending', waitsFor: sending })
    await client.finishBody(ref)
    await server.nextRequest()
    await server.nextRequest()
    const waiting = `the response head of ${server.origin}`
    expect(explained(client, ref)).toMatchObject({ ...common, phase: 'waiting', waitsFor: waiting })
    await server.sockets[0]!.write(answerHead(200, { 'Content-Length': '200000' }))
    await client.recvHead(ref)
    const receiving = `the rest of the body from ${server.origin}`
    expect(explained(client, ref)).toMatchObject({ ...common, phase: 'receiving', waitsFor: receiving })
    await server.sockets[0]!.write(Buffer.alloc(200_000))
    const paused = 'its reader: the body is not being read'
    await expect.poll(() => explained(client, ref).waitsFor).toBe(paused)
    await client.drain(ref)
    expect(explained(client, ref)).toMatchObject({ ...common, phase: 'done', waitsFor: null })
  })

  it('tells of a settled request how it ended, and since when, for ever', async () => {
    await using server = await slowServer()
    await using client = createClient()
    const done = client.request(server.url('/ok'))
    await client.drain(done)
    const cancelled = client.request(server.url())
    await client.recvBody(client.request(server.url('/begin')))
    client.cancel(cancelled)
    const failed = client.request(server.url(), { timeouts: { headMs: 1 } })
    await rejectionOf(client.recvHead(failed))
    const before = [done, cancelled, failed].map(ref => explained(client, ref))
    expect(before.map(({ phase }) => phase)).toEqual(['done', 'cancelled', 'failed'])
    await delay(10)
    const after = [done, cancelled, failed].map(ref => explained(client, ref))
    for (const [index, { sinceMs, ...rest }] of after.entries()) {
      const { sinceMs: earlierMs, ...earlier } = before[index]!
      expect(rest).toEqual(earlier)
      expect(sinceMs).toBeGreaterThan(earlierMs)
      expect(rest).toMatchObject({ waitsFor: null, queue: null, dials: [] })
    }
  })
})

describe('stats', () => {
  it('are plain JSON of every host: what it holds, and what it did', async () => {
    await using server = await slowServer()
    await using other = await slowServer()
    await using client = createClient({ maxConnections: 10, pools: { side: { maxConnections: 2 } } })
    expect(client.stats()).toEqual({
      live: 0,
      connections: 0,
      maxConnections: 10,
      hostsWaiting: 0,
      unobserved: 0,
      hosts: [],
    })
    await client.get(server.url('/ok'))
    await client.get(server.url('/ok'))
    const waiting = client.request(other.url(), { pool: 'side' })
    await rejectionOf(client.get(server.url(), { timeouts: { headMs: 1 } }))
    const stats = client.stats()
    expect(JSON.parse(JSON.stringify(stats))).toEqual(stats)
    expect(stats).toMatchObject({ live: 1, connections: expect.any(Number), unobserved: 0 })
    const main = { origin: server.origin, pool: '', state: 'running', policy: 'queue', maxConnections: 64, waiting: 0 }
    const counted = { granted: 3, reused: 2, dials: 1, dialFailures: 0, restarts: 0, done: 2, cancelled: 0 }
    const errors = { ERR_HANSOM_TIMEOUT_HEAD: 1 }
    const side = { origin: other.origin, pool: 'side', maxConnections: 2, granted: 1, reused: 0, inFlight: 1, done: 0 }
    expect(stats.hosts).toMatchObject([{ ...main, ...counted, errors }, side])
    client.cancel(waiting)
    expect(client.stats()).toMatchObject({ live: 0, hosts: [{}, { cancelled: 1, errors: {} }] })
  })
})
