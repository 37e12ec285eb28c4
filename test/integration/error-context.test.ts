import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/index.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'

const bill = { queue: expect.any(Number), send: 0, firstByte: 0, body: 0, total: expect.any(Number) }

describe('an error tells where its request stood', () => {
  leakCheck()

  it('is of the phase connect when no address accepts', async () => {
    const server = await rawServer()
    await server.close()
    await using client = createClient()
    const error = await client.get(server.url()).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECT', phase: 'connect', retryable: true, bill })
  })

  it('is of the phase connect for everyone whom a dial that took too long leaves without hope', async () => {
    const connect = () => new Promise<never>(() => {})
    await using client = createClient({ connect, pool: { maxConnections: 1 }, timeouts: { connectMs: 30 } })
    const answers = await Promise.allSettled([client.get('http://a.test/'), client.get('http://a.test/')])
    const error = { code: 'ERR_HANSOM_TIMEOUT_CONNECT', phase: 'connect', retryable: true, bill }
    expect(answers).toMatchObject([{ reason: error }, { reason: error }])
  })

  it('is of the phase queue when nobody dials for it', async () => {
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 1 }, timeouts: { queueMs: 30 } })
    const first = client.request(server.url(), { timeouts: { queueMs: 10_000 } })
    await server.nextRequest()
    const error = await client.get(server.url()).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TIMEOUT_QUEUE', phase: 'queue', retryable: true, bill })
    client.cancel(first)
  })
})

describe('closing a client at once', () => {
  leakCheck()

  it('makes a request retryable only if nothing of it was sent', async () => {
    await using server = await rawServer()
    const client = createClient({ pool: { maxConnections: 1 } })
    const answers = Promise.allSettled([client.get(server.url('/sent')), client.get(server.url('/waiting'))])
    await server.nextRequest()
    await client.close({ withinMs: 0 })
    expect(await answers).toMatchObject([
      { reason: { code: 'ERR_HANSOM_CLIENT_CLOSED', phase: 'head', retryable: false } },
      { reason: { code: 'ERR_HANSOM_CLIENT_CLOSED', phase: 'queue', retryable: true } },
    ])
  })

  it('leaves later requests with an error that names them', async () => {
    const client = createClient()
    await client.close()
    const ref = client.request('http://user:secret@a.test/path', { method: 'DELETE' })
    const error = await client.recvHead(ref).catch((error: unknown) => error)
    const context = { method: 'DELETE', origin: 'http://a.test', ref: ref.id, phase: 'queue' }
    expect(error).toMatchObject({ code: 'ERR_HANSOM_CLIENT_CLOSED', retryable: true, ...context })
  })
})
