import { describe, expect, it } from 'vitest'
import { type Client, type ClientEventMap, createClient, type RequestRef } from '../../src/index.ts'
import { answer, answerHead, chunk } from '../support/answer.ts'
import { runChild } from '../support/child.ts'
import { httpServer } from '../support/http-server.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf, thrownBy } from '../support/rejection.ts'

leakCheck()

/** A server whose response body comes when the test says so. */
function chunkedServer() {
  return rawServer({ onRequest: () => answerHead(200, { 'Transfer-Encoding': 'chunked' }) })
}

/** A ref that has failed: nobody listens at its port. */
async function failedRef(client: Client, init = {}): Promise<RequestRef> {
  const server = await rawServer()
  const url = server.url('/gone')
  await server.close()
  const ref = client.request(url, init)
  await rejectionOf(client.recvHead(ref))
  return ref
}

describe('a ref', () => {
  it('is frozen and printable, and shows an id, a method and a url only', async () => {
    await using server = await rawServer({ onRequest: () => answer('hello') })
    await using client = createClient()
    const ref = client.request(`${server.origin.replace('//', '//me:secret@')}/a?b=1#c`, { method: 'OPTIONS' })
    expect(Object.isFrozen(ref)).toBe(true)
    expect(Reflect.ownKeys(ref)).toEqual(['id', 'method', 'url'])
    expect(ref.id).toMatch(/^r\d+$/)
    expect(`${ref}`).toBe(`${ref.id} OPTIONS ${server.url('/a?b=1')}`)
    expect(JSON.parse(JSON.stringify(ref))).toEqual({ id: ref.id, method: 'OPTIONS', url: server.url('/a?b=1') })
    await client.drain(ref)
  })

  it('has an id that no other ref of the process has, whatever its client', async () => {
    await using server = await rawServer({ onRequest: () => answer() })
    await using one = createClient()
    await using two = createClient()
    const refs = [one, two, one, two].map(client => [client, client.request(server.url())] as const)
    expect(new Set(refs.map(([, ref]) => ref.id)).size).toBe(4)
    await Promise.all(refs.map(([client, ref]) => client.drain(ref)))
  })

  it('is found by its id while it lives, by its own client', async () => {
    await using server = await chunkedServer()
    await using client = createClient()
    await using other = createClient()
    const ref = client.request(server.url('/long'))
    await client.recvHead(ref)
    const found = client.ref(ref.id)!
    expect(`${found}`).toBe(`${ref}`)
    expect(other.ref(ref.id)).toBeUndefined()
    expect(client.ref(`${ref.id} `)).toBeUndefined()
    server.sockets[0]!.write(Buffer.concat([chunk('all'), chunk('')]))
    expect(Buffer.from(await client.body(found)).toString()).toBe('all')
    expect(client.ref(ref.id)).toBeUndefined()
  })
})

describe('the response', () => {
  it('gives its head to any number of calls, before and after it came', async () => {
    await using server = await rawServer({ onRequest: () => answer('hello', { status: 404 }) })
    await using client = createClient()
    const ref = client.request(server.url())
    const heads = await Promise.all([client.recvHead(ref), client.recvHead(ref)])
    await client.drain(ref)
    const after = await client.recvHead(ref)
    expect(heads.every(head => head === after)).toBe(true)
    expect(after.status).toBe(404)
  })

  it('gives its body before its head was asked for, and null after the end for ever', async () => {
    await using server = await rawServer({ onRequest: () => answer('hello') })
    await using client = createClient()
    const ref = client.request(server.url())
    const first = await client.recvBody(ref)
    expect(Buffer.from(first!).toString()).toBe('hello')
    expect(first!.buffer.byteLength).toBe(5)
    for (let call = 0; call < 3; call++) expect(await client.recvBody(ref)).toBeNull()
    expect((await client.recvHead(ref)).status).toBe(200)
  })

  it.each(['body', 'drain'] as const)('has come to its end for recvBody after %s', async way => {
    await using server = await rawServer({ onRequest: () => answer('hello') })
    await using client = createClient()
    const ref = client.request(server.url())
    await client[way](ref)
    expect(await client.recvBody(ref)).toBeNull()
    await client.drain(ref)
    expect(await rejectionOf(client.body(ref))).toMatchObject({ code: 'ERR_HANSOM_BODY_USED' })
  })

  it('has one reader at a time', async () => {
    await using server = await chunkedServer()
    await using client = createClient()
    const ref = client.request(server.url())
    const outstanding = client.recvBody(ref)
    for (const second of [client.recvBody(ref), client.body(ref), client.drain(ref)]) {
      expect(await rejectionOf(second)).toMatchObject({ name: 'TypeError', code: 'ERR_HANSOM_BODY_BUSY' })
    }
    await client.recvHead(ref)
    await server.sockets[0]!.write(chunk('one'))
    expect(Buffer.from((await outstanding)!).toString()).toBe('one')
    server.sockets[0]!.write(Buffer.concat([chunk('two'), chunk('')]))
    expect(Buffer.from((await client.recvBody(ref))!).toString()).toBe('two')
    expect(await client.recvBody(ref)).toBeNull()
  })

  it('is not read whole or iterated once bytes of it were taken', async () => {
    await using server = await rawServer({ onRequest: () => answer('hello') })
    await using client = createClient()
    const ref = client.request(server.url())
    await client.recvBody(ref)
    expect(await rejectionOf(client.body(ref))).toMatchObject({ name: 'TypeError', code: 'ERR_HANSOM_BODY_USED' })
    const iterated = ref[Symbol.asyncIterator]().next()
    expect(await rejectionOf(iterated)).toMatchObject({ name: 'TypeError', code: 'ERR_HANSOM_BODY_USED' })
    expect(client.explain(ref).phase).toBe('done')
  })
})

describe('a failed ref', () => {
  it('rejects every call with the same error, every time', async () => {
    await using client = createClient()
    const ref = await failedRef(client, { method: 'POST', streamBody: true })
    const error = await rejectionOf(client.recvHead(ref))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECT', ref: ref.id, method: 'POST', phase: 'connect' })
    for (let round = 0; round < 2; round++) {
      expect(await rejectionOf(client.recvHead(ref))).toBe(error)
      expect(await rejectionOf(client.recvBody(ref))).toBe(error)
      expect(await rejectionOf(client.body(ref))).toBe(error)
      expect(await rejectionOf(client.drain(ref))).toBe(error)
      expect(await rejectionOf(client.sendBody(ref, 'x'))).toBe(error)
      expect(await rejectionOf(ref[Symbol.asyncIterator]().next())).toBe(error)
    }
    expect(await rejectionOf(client.finishBody(ref))).toBe(error)
  })

  it('rejects with its own error, not BODY_USED, also when bytes had been taken', async () => {
    await using server = await chunkedServer()
    await using client = createClient()
    const ref = client.request(server.url())
    await client.recvHead(ref)
    await server.sockets[0]!.write(chunk('one'))
    await client.recvBody(ref)
    server.sockets[0]!.end()
    const error = await rejectionOf(client.recvBody(ref))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_BODY_TRUNCATED' })
    expect(await rejectionOf(client.body(ref))).toBe(error)
    expect(await rejectionOf(ref[Symbol.asyncIterator]().next())).toBe(error)
    expect(await rejectionOf(client.recvHead(ref))).toBe(error)
  })

  it('that nobody asked about is counted and told once', async () => {
    await using client = createClient()
    const told: ClientEventMap['unobserved'][] = []
    const first = new Promise<void>(resolve => {
      client.on('unobserved', event => {
        told.push(event)
        resolve()
      })
    })
    const read = await failedRef(client)
    expect(client.stats().unobserved).toBe(0)
    const ref = client.request(read.url)
    await first
    expect(client.stats().unobserved).toBe(1)
    expect(told).toEqual([{ ref: ref.id, method: 'GET', url: ref.url, error: expect.any(Error) }])
    expect(await rejectionOf(client.recvHead(ref))).toBe(told[0]!.error)
    expect(client.stats().unobserved).toBe(1)
  })

  it('was asked about if a sendBody was told', async () => {
    await using client = createClient()
    const told: unknown[] = []
    client.on('unobserved', event => told.push(event.ref))
    const { url } = await failedRef(client)
    const sender = client.request(url, { streamBody: true })
    await rejectionOf(client.sendBody(sender, 'x'))
    const silent = client.request(url)
    await new Promise<void>(resolve => client.on('unobserved', () => resolve()))
    expect(told).toEqual([silent.id])
  })

  it('stays as it is when cancelled, as does a done one', async () => {
    await using server = await rawServer({ onRequest: () => answer('hello') })
    await using client = createClient()
    const failed = await failedRef(client)
    client.cancel(failed, new Error('too late'))
    expect(await rejectionOf(client.recvHead(failed))).toMatchObject({ code: 'ERR_HANSOM_CONNECT' })
    const done = client.request(server.url())
    await client.body(done)
    client.cancel(done)
    expect(client.explain(done).phase).toBe('done')
    expect(await client.recvBody(done)).toBeNull()
  })
})

describe('sendBody and finishBody', () => {
  it('keep the order of concurrent calls, and bring trailers', async () => {
    await using server = await rawServer({ onRequest: ({ body, trailers }) => answer(`${body} ${trailers['x-sum']}`) })
    await using client = createClient()
    const ref = client.request(server.url(), { streamBody: true })
    const sent = ['one ', new TextEncoder().encode('two '), '', 'three'].map(each => client.sendBody(ref, each))
    const finished = client.finishBody(ref, { 'x-sum': 42 })
    expect(await Promise.all(sent)).toEqual([true, true, true, true])
    await finished
    expect(Buffer.from(await client.body(ref)).toString()).toBe('one two three 42')
    expect(ref.method).toBe('POST')
  })

  it('resolve, sendBody with false, once a final answer has come early', async () => {
    await using server = await rawServer({ onHead: () => answer('no', { status: 413 }) })
    await using client = createClient()
    const ref = client.request(server.url(), { streamBody: true })
    expect((await client.recvHead(ref)).status).toBe(413)
    expect(await client.sendBody(ref, 'more')).toBe(false)
    expect(Buffer.from(await client.body(ref)).toString()).toBe('no')
    expect(await client.sendBody(ref, 'more')).toBe(false)
    await client.finishBody(ref)
  })

  it('throw a TypeError after finishBody, whether or not the answer has come', async () => {
    await using server = await chunkedServer()
    await using client = createClient()
    const ref = client.request(server.url(), { streamBody: true })
    await client.finishBody(ref)
    const wrong = { name: 'TypeError', code: 'ERR_HANSOM_INVALID_ARGUMENT', argument: 'ref' }
    expect(thrownBy(() => client.sendBody(ref, 'x'))).toMatchObject(wrong)
    await client.recvHead(ref)
    expect(thrownBy(() => client.sendBody(ref, 'x'))).toMatchObject(wrong)
    server.sockets[0]!.write(chunk(''))
    await client.drain(ref)
    expect(thrownBy(() => client.sendBody(ref, 'x'))).toMatchObject(wrong)
    expect(thrownBy(() => client.finishBody(ref))).toMatchObject(wrong)
  })

  it('throw a TypeError without streamBody, and for what is no bytes', async () => {
    await using server = await rawServer({ onRequest: () => answer() })
    await using client = createClient()
    const plain = client.request(server.url())
    expect(thrownBy(() => client.sendBody(plain, 'x'))).toMatchObject({ name: 'TypeError', argument: 'ref' })
    const ref = client.request(server.url(), { streamBody: true })
    expect(thrownBy(() => client.sendBody(ref, 5 as never))).toMatchObject({ name: 'TypeError', argument: 'chunk' })
    await client.finishBody(ref)
    await Promise.all([client.drain(plain), client.drain(ref)])
  })
})

describe('leaving a body', () => {
  it('cancels the request when the loop over it is left early', async () => {
    await using server = await chunkedServer()
    await using client = createClient()
    const ref = client.request(server.url())
    await client.recvHead(ref)
    const connection = server.sockets[0]!
    connection.write(chunk('one'))
    for await (const bytes of ref) {
      expect(Buffer.from(bytes).toString()).toBe('one')
      break
    }
    expect(client.explain(ref).phase).toBe('cancelled')
    expect(await rejectionOf(client.recvBody(ref))).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    await connection.closed
  })

  it('drains it, so that the connection serves again', async () => {
    await using server = await httpServer((_request, response) => response.end('x'.repeat(1_000_000)))
    await using client = createClient()
    for (let round = 0; round < 3; round++) {
      const ref = client.request(server.url())
      await client.recvHead(ref)
      await client.drain(ref)
    }
    expect(server.connections.total).toBe(1)
  })

  it('cancels what is not settled at the end of `await using`', async () => {
    await using server = await chunkedServer()
    await using client = createClient()
    let kept: RequestRef
    {
      await using ref = client.request(server.url())
      kept = ref
      await client.recvHead(ref)
    }
    expect(client.explain(kept).phase).toBe('cancelled')
    await server.sockets[0]?.closed
  })
})

it('a settled ref costs less than 1 KB', { timeout: 60_000 }, async () => {
  await using server = await httpServer((_request, response) => response.end('hello'))
  const script = `
    import { createClient } from 'hansom'
    const client = createClient({ pool: { maxConnections: 32 } })
    const used = () => { gc(); gc(); const { heapUsed, external } = process.memoryUsage(); return heapUsed + external }
    const run = async (refs, count) => {
      for (let left = count; left > 0; left--) {
        const ref = client.request(process.argv[1])
        await client.body(ref)
        refs.push(ref)
      }
    }
    await run([], 2_000)
    const refs = []
    const before = used()
    await Promise.all(Array.from({ length: 32 }, () => run(refs, 625)))
    console.log(Math.round((used() - before) / refs.length), client.explain(refs[0]).phase)
  `
  const options = { nodeOptions: ['--expose-gc'], args: [server.url()], timeoutMs: 50_000 }
  const { code, stdout, stderr } = await runChild(script, options)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [bytes, phase] = stdout.trim().split(' ')
  expect(phase).toBe('done')
  expect(Number(bytes)).toBeLessThan(1_024)
})
