import { getEventListeners } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type Client, createClient, type RequestInit, type RequestRef } from '../../src/index.ts'
import { answer, answerHead, chunk } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

/** A request that has come to a phase, and stays there. */
interface Scene {
  readonly client: Client
  readonly ref: RequestRef
}

type Stage = (server: RawServer, init: RequestInit) => Promise<Scene>

/** Answers `/ok`, begins an answer to `/begin`, is silent else. */
function moodyServer() {
  return rawServer({
    onRequest({ target }) {
      if (target === '/ok') return answer('fine')
      return target === '/begin' ? `${answerHead(200, { 'Transfer-Encoding': 'chunked' })}${chunk('part')}` : undefined
    },
  })
}

const stages: Readonly<Record<string, Stage>> = {
  async queued(server, init) {
    const client = createClient({ pool: { maxConnections: 1 } })
    const ahead = client.request(server.url('/begin'))
    await client.recvHead(ahead)
    return { client, ref: client.request(server.url('/silent'), init) }
  },
  async dialing(server, init) {
    let calls = 0
    const client = createClient({
      pool: { maxConnections: 2 },
      // The first dial never ends; the others do.
      connect: ({ port }) => (++calls === 1 ? new Promise(() => {}) : connect(port, '127.0.0.1')),
    })
    return { client, ref: client.request(server.url('/silent'), init) }
  },
  async sending(server, init) {
    const client = createClient()
    const ref = client.request(server.url('/silent'), { ...init, streamBody: true })
    await client.sendBody(ref, 'some')
    return { client, ref }
  },
  async waiting(server, init) {
    const client = createClient()
    const ref = client.request(server.url('/silent'), init)
    await server.nextRequest()
    return { client, ref }
  },
  async receiving(server, init) {
    const client = createClient()
    const ref = client.request(server.url('/begin'), init)
    await client.recvHead(ref)
    return { client, ref }
  },
}

/** The request is over at once, the client goes on, and no socket of the cancelled exchange is left. */
async function expectCancelled({ client, ref }: Scene, server: RawServer, error: unknown): Promise<void> {
  expect(client.explain(ref)).toMatchObject({ phase: 'cancelled', waitsFor: null, queue: null, dials: [] })
  expect(await rejectionOf(client.recvHead(ref).then(() => client.recvBody(ref)))).toBe(error)
  expect(client.ref(ref.id)).toBeUndefined()
  expect(client.stats().hosts[0]).toMatchObject({ cancelled: 1, errors: {} })
  const free = client.stats().hosts[0]!.inFlight < client.stats().hosts[0]!.maxConnections
  if (free) expect((await client.get(server.url('/ok'))).text()).toBe('fine')
  await client.close({ withinMs: 0 })
  expect(client.stats()).toMatchObject({ live: 0, connections: 0 })
}

describe.each(Object.keys(stages))('a request that is %s (promise 1)', phase => {
  it('ends at once with the reason of its signal', async () => {
    await using server = await moodyServer()
    const controller = new AbortController()
    const scene = await stages[phase]!(server, { signal: controller.signal })
    expect(scene.client.explain(scene.ref).phase).toBe(phase)
    const reason = { why: 'not wanted any more' }
    controller.abort(reason)
    await expectCancelled(scene, server, reason)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
  })

  it('ends at once with the reason given to cancel, or an AbortError', async () => {
    await using server = await moodyServer()
    const reason = new Error('enough')
    for (const given of [reason, undefined]) {
      const scene = await stages[phase]!(server, {})
      scene.client.cancel(scene.ref, given)
      const error = await rejectionOf(scene.client.recvBody(scene.ref))
      if (given !== undefined) expect(error).toBe(given)
      else expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
      await expectCancelled(scene, server, error)
    }
  })
})

describe('an AbortSignal', () => {
  it('that was aborted before lets no request start', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const signal = AbortSignal.abort('before')
    const ref = client.request(server.url(), { signal })
    expect(client.explain(ref)).toMatchObject({ phase: 'cancelled', bill: { total: 0 } })
    expect(await rejectionOf(client.recvHead(ref))).toBe('before')
    expect(await rejectionOf(client.get(server.url(), { signal }))).toBe('before')
    expect(client.stats()).toMatchObject({ live: 0, hosts: [], unobserved: 0 })
    expect(server.connections.total).toBe(0)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('aborted without a reason rejects with the AbortError of the platform', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const controller = new AbortController()
    const asked = rejectionOf(client.get(server.url(), { signal: controller.signal }))
    controller.abort()
    expect(await asked).toBe(controller.signal.reason)
    expect(await asked).toMatchObject({ name: 'AbortError' })
  })

  it('has one listener for any number of requests, which goes with the last of them', async () => {
    await using server = await moodyServer()
    await using client = createClient()
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    process.on('warning', onWarning)
    const { signal } = new AbortController()
    const refs = Array.from({ length: 20 }, () => client.request(server.url('/ok'), { signal }))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    await Promise.all(refs.slice(1).map(ref => client.drain(ref)))
    await client.drain(refs[0]!)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    await new Promise(resolve => setImmediate(resolve))
    process.off('warning', onWarning)
    expect(warnings).toEqual([])
  })

  it('cancels all its requests, and no other', async () => {
    await using server = await moodyServer()
    await using client = createClient({ pool: { maxConnections: 2 } })
    const controller = new AbortController()
    const refs = Array.from({ length: 12 }, () => client.request(server.url(), { signal: controller.signal }))
    const other = client.request(server.url('/ok'))
    await server.nextRequest()
    controller.abort('all of them')
    const reasons = await Promise.all(refs.map(ref => rejectionOf(client.recvHead(ref))))
    expect(new Set<unknown>(reasons)).toEqual(new Set(['all of them']))
    expect((await client.recvHead(other)).status).toBe(200)
    await client.drain(other)
    expect(client.stats().hosts[0]).toMatchObject({ cancelled: 12, done: 1, waiting: 0 })
  })

  it('aborted after the end changes nothing', async () => {
    await using server = await moodyServer()
    await using client = createClient()
    const controller = new AbortController()
    const done = await client.get(server.url('/ok'), { signal: controller.signal })
    controller.abort('late')
    expect(done.text()).toBe('fine')
    expect((await client.get(server.url('/ok'))).status).toBe(200)
    expect(server.connections.total).toBe(1)
  })
})
