import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/index.ts'
import { answer, answerHead, chunk } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

function slowServer() {
  return rawServer({
    onRequest: ({ target }) =>
      target === '/ok' ? answer('fine') : `${answerHead(200, { 'Transfer-Encoding': 'chunked' })}${chunk('part')}`,
  })
}

describe('close', () => {
  it('resolves when the sockets are closed, and may be called again', async () => {
    await using server = await slowServer()
    const client = createClient()
    await Promise.all([client.get(server.url('/ok')), client.get(server.url('/ok'))])
    expect(client.stats().connections).toBe(2)
    let closed = 0
    client.on('connection.closed', () => closed++)
    const both = [client.close(), client.close({ withinMs: 5 })]
    await Promise.all(both)
    expect(closed).toBe(2)
    expect(client.stats()).toMatchObject({ live: 0, connections: 0 })
    await server.connections.none()
    await client.close({ withinMs: 0 })
  })

  it('lets what runs and what waits finish', async () => {
    await using server = await slowServer()
    const client = createClient({ pool: { maxConnections: 1 } })
    const running = client.request(server.url('/slow'))
    await client.recvHead(running)
    const waiting = client.get(server.url('/ok'))
    let closed = false
    const close = client.close({ withinMs: 60_000 }).then(() => {
      closed = true
    })
    expect(client.explain(running).phase).toBe('receiving')
    await server.sockets[0]!.write(Buffer.concat([chunk(' end'), chunk('')]))
    expect(closed).toBe(false)
    expect(Buffer.from(await client.body(running)).toString()).toBe('part end')
    expect((await waiting).text()).toBe('fine')
    await close
    expect(client.stats().connections).toBe(0)
  })

  it('ends what has not finished in time, in every phase', async () => {
    await using server = await slowServer()
    const client = createClient({ pool: { maxConnections: 2 } })
    const refs = [client.request(server.url('/slow')), client.request(server.url('/slow'), { streamBody: true })]
    await client.recvHead(refs[0]!)
    await client.sendBody(refs[1]!, 'some')
    refs.push(client.request(server.url('/ok')))
    expect(refs.map(ref => client.explain(ref).phase)).toEqual(['receiving', 'sending', 'queued'])
    await client.close({ withinMs: 20 })
    const phases = ['body', 'send', 'queue']
    for (const [index, ref] of refs.entries()) {
      const error = await rejectionOf(client.recvBody(ref))
      expect(error).toMatchObject({ code: 'ERR_HANSOM_CLIENT_CLOSED', ref: ref.id, phase: phases[index] })
      // Only where nothing was sent the server cannot have acted.
      expect(error).toMatchObject({ retryable: index === 2 })
    }
    expect(client.stats()).toMatchObject({ live: 0, connections: 0 })
  })

  it('gives up a dial that nobody waits for any more', async () => {
    let signal: AbortSignal | undefined
    const client = createClient({
      connect(_target, options) {
        signal = options.signal
        return new Promise(() => {})
      },
    })
    const ref = client.request('http://nowhere/')
    await expect.poll(() => signal).toBeDefined()
    await client.close({ withinMs: 0 })
    expect(await rejectionOf(client.recvHead(ref))).toMatchObject({ code: 'ERR_HANSOM_CLIENT_CLOSED' })
    expect(signal?.aborted).toBe(true)
  })

  it('is done at once where nothing was ever asked', async () => {
    const client = createClient()
    await client.close()
    expect(client.stats()).toMatchObject({ live: 0, connections: 0, hosts: [] })
  })

  it('is quick, not patient, at the end of `await using`', async () => {
    await using server = await slowServer()
    const client = createClient()
    const ref = client.request(server.url('/slow'))
    await client.recvHead(ref)
    {
      await using _disposed = client
    }
    expect(await rejectionOf(client.recvBody(ref))).toMatchObject({ code: 'ERR_HANSOM_CLIENT_CLOSED' })
    await server.connections.none()
  })
})

describe('a closed client', () => {
  it('fails requests through their refs, and throws for wrong arguments still', async () => {
    await using server = await slowServer()
    const client = createClient()
    const running = client.request(server.url('/slow'))
    await client.recvHead(running)
    const closing = client.close()
    const during = client.request(server.url('/ok'))
    client.cancel(running)
    await closing
    const after = client.request(server.url('/ok'), { method: 'PUT', streamBody: true })
    for (const ref of [during, after]) {
      const context = { ref: ref.id, method: ref.method, origin: server.origin, retryable: true, phase: 'queue' }
      const error = await rejectionOf(client.recvHead(ref))
      expect(error).toMatchObject({ name: 'HansomError', code: 'ERR_HANSOM_CLIENT_CLOSED', ...context })
      expect(client.explain(ref).phase).toBe('failed')
    }
    expect(await rejectionOf(client.sendBody(after, 'x'))).toMatchObject({ code: 'ERR_HANSOM_CLIENT_CLOSED' })
    expect(() => client.request('nonsense')).toThrow(TypeError)
    expect(server.requestTotal).toBe(1)
  })
})
