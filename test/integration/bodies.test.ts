import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type BodyInput, createClient, type RequestInit } from '../../src/index.ts'
import { answer, answerHead, chunk } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

const bytes = new TextEncoder().encode('grüße')
const large = Buffer.alloc(300_000, 'abcdefg')

async function* slowly(...chunks: (string | Uint8Array)[]) {
  for (const each of chunks) {
    await new Promise(resolve => setImmediate(resolve))
    yield each
  }
}

function webStream(...chunks: (string | Uint8Array)[]): ReadableStream<string | Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const each of chunks) controller.enqueue(each)
      controller.close()
    },
  })
}

interface Kind {
  readonly body: () => BodyInput
  readonly type?: string
  /** Undefined: chunked. */
  readonly length?: number
  readonly text?: string
}

const text = 'text/plain;charset=UTF-8'
const form = 'application/x-www-form-urlencoded;charset=UTF-8'

const kinds: Readonly<Record<string, Kind>> = {
  'a string': { body: () => 'grüße', type: text, length: 7 },
  'an empty string': { body: () => '', type: text, length: 0, text: '' },
  'a Uint8Array': { body: () => bytes, length: 7 },
  'a part of a buffer': { body: () => Buffer.from('-grüße-').subarray(1, 8), length: 7 },
  'an ArrayBuffer': { body: () => bytes.slice().buffer, length: 7 },
  'a large Uint8Array': { body: () => large, length: 300_000, text: large.toString() },
  URLSearchParams: { body: () => new URLSearchParams({ a: 'ü b' }), type: form, length: 10, text: 'a=%C3%BC+b' },
  'a Blob': { body: () => new Blob(['grü', 'ße'], { type: 'text/x' }), type: 'text/x', length: 7 },
  'a Blob without a type': { body: () => new Blob(['grüße']), length: 7 },
  'an array of chunks': { body: () => ['grü', Buffer.from('ße')] },
  'an empty array': { body: () => [], text: '' },
  'a generator': { body: () => slowly('grü', '', Buffer.from('ße')) },
  'a ReadableStream': { body: () => webStream('grü', Buffer.from('ße')) },
  'a Node stream': { body: () => Readable.from([Buffer.from('grü'), Buffer.from('ße')]) },
  'a chunk larger than the socket takes': { body: () => [large, large], text: `${large}${large}` },
}

/** Answers with what it got. */
function echo() {
  return rawServer({
    onRequest({ headers, body }) {
      const { 'content-type': type, 'content-length': length, 'transfer-encoding': coding } = headers
      return answer(JSON.stringify({ type, length, coding, body: body.toString() }))
    },
  })
}

describe('a body to send', () => {
  it.each(Object.entries(kinds))('is %s', async (_name, { body, type, length, text = 'grüße' }) => {
    await using server = await echo()
    await using client = createClient()
    const got = (await client.post(server.url(), { body: body() })).json()
    const framing = length === undefined ? { coding: 'chunked' } : { length: `${length}` }
    expect(got).toEqual({ ...(type === undefined ? {} : { type }), ...framing, body: text })
  })

  it('is a FormData, as multipart', async () => {
    await using server = await echo()
    await using client = createClient()
    const body = new FormData()
    body.append('field', 'grüße')
    body.append('file', new Blob(['content'], { type: 'text/x' }), 'a.txt')
    const got = (await client.put(server.url(), { body })).json<{ type: string; coding: string; body: string }>()
    expect(got.type).toMatch(/^multipart\/form-data; boundary=/)
    expect(got.coding).toBe('chunked')
    expect(got.body).toContain('filename="a.txt"\r\nContent-Type: text/x\r\n\r\ncontent\r\n')
    expect(got.body.startsWith(`--${got.type.split('=')[1]}`)).toBe(true)
  })

  it.each([
    ['POST', '0'],
    ['PUT', '0'],
    ['PATCH', '0'],
    ['GET', undefined],
    ['DELETE', undefined],
    ['OPTIONS', undefined],
  ])('is announced as empty where there is none: %s content-length %s', async (method, length) => {
    await using server = await rawServer({ onRequest: () => answer() })
    await using client = createClient()
    await client.body(client.request(server.url(), { method }))
    const { headers } = await server.nextRequest()
    expect(headers['content-length']).toBe(length)
    expect(headers['transfer-encoding']).toBeUndefined()
  })

  it('keeps the content-type that was given, and makes the method POST', async () => {
    await using server = await rawServer({ onRequest: () => answer() })
    await using client = createClient()
    await client.body(client.request(server.url(), { body: '{}', headers: { 'Content-Type': 'application/json' } }))
    const { method, rawHeaders } = await server.nextRequest()
    expect(method).toBe('POST')
    expect(rawHeaders.filter(([name]) => /^content-type$/i.test(name))).toEqual([['Content-Type', 'application/json']])
  })

  it('has the length that the header says, and is not chunked then', async () => {
    await using server = await echo()
    await using client = createClient()
    const headers = { 'content-length': 7 }
    const sent = await client.post(server.url(), { headers, body: slowly('grü', 'ße') })
    expect(sent.json()).toEqual({ length: '7', body: 'grüße' })
    const ref = client.request(server.url(), { headers, streamBody: true })
    await client.sendBody(ref, 'grüße')
    await client.finishBody(ref)
    expect(JSON.parse(Buffer.from(await client.body(ref)).toString())).toEqual({ length: '7', body: 'grüße' })
  })

  it.each([
    ['longer', ['12345', '678']],
    ['shorter', ['12345']],
  ])('that is %s than its content-length fails the request, and only that', async (how, chunks) => {
    await using server = await echo()
    await using client = createClient()
    const headers = { 'content-length': '7' }
    const pumped = await rejectionOf(client.post(server.url(), { headers, body: slowly(...chunks) }))
    expect(pumped).toMatchObject({ code: 'ERR_HANSOM_BODY_LENGTH', message: expect.stringContaining(how) })
    const ref = client.request(server.url(), { headers, streamBody: true })
    const sent = chunks.map(each => client.sendBody(ref, each))
    const last = how === 'longer' ? sent.pop()! : client.finishBody(ref)
    const error = await rejectionOf(last)
    expect(error).toMatchObject({ name: 'ProtocolError', code: 'ERR_HANSOM_BODY_LENGTH', ref: ref.id })
    await Promise.allSettled(sent)
    expect(await rejectionOf(client.recvHead(ref))).toBe(error)
    expect((await client.post(server.url(), { body: 'ok' })).json()).toMatchObject({ body: 'ok' })
    expect(server.requestTotal).toBeLessThanOrEqual(3)
  })

  it('is cancelled when its request ended before it was read at all', async () => {
    await using server = await echo()
    await using client = createClient()
    for (const init of [{ signal: AbortSignal.abort() }, {}]) {
      const body = Readable.from(['never read'])
      const closed = new Promise(resolve => body.once('close', resolve))
      const ref = client.request(server.url(), { ...init, body })
      client.cancel(ref)
      await closed
      expect(body.destroyed).toBe(true)
    }
  })

  it('that is a Node stream may fail before its turn comes', async () => {
    await using server = await rawServer({ onRequest: ({ target }) => (target === '/silent' ? undefined : answer()) })
    await using client = createClient({ pool: { maxConnections: 1 } })
    const ahead = client.request(server.url('/silent'))
    const body = new Readable({ read() {} })
    const ref = client.request(server.url('/'), { body })
    const failed = new Promise(resolve => body.once('error', resolve))
    body.destroy(new Error('no such file'))
    await failed
    client.cancel(ahead)
    expect(await rejectionOf(client.recvHead(ref))).toMatchObject({ code: 'ERR_HANSOM_BODY_SOURCE' })
  })
})

/** A source that tells when it was given up, whatever its kind. */
function endless(kind: string): { readonly body: BodyInput; readonly cancelled: Promise<unknown> } {
  let tell = (_value?: unknown): void => {}
  const cancelled = new Promise(resolve => {
    tell = resolve
  })
  const chunk = Buffer.alloc(1_000, 'x')
  if (kind === 'a ReadableStream') {
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      await new Promise(resolve => setImmediate(resolve))
      controller.enqueue(chunk)
    }
    return { body: new ReadableStream({ pull, cancel: tell }), cancelled }
  }
  if (kind === 'a Node stream') {
    const read = function (this: Readable): void {
      setImmediate(() => this.push(chunk))
    }
    const stream = new Readable({ read })
    stream.once('close', tell)
    return { body: stream, cancelled }
  }
  async function* generate() {
    try {
      for (;;) yield* slowly(chunk)
    } finally {
      tell()
    }
  }
  return { body: generate(), cancelled }
}

describe.each(['a generator', 'a ReadableStream', 'a Node stream'])('%s as a source', kind => {
  it('is cancelled by an early final answer, which is delivered', async () => {
    await using server = await rawServer({ onHead: () => answer('too much', { status: 413 }) })
    await using client = createClient()
    const { body, cancelled } = endless(kind)
    const { status, text } = await client.post(server.url(), { body }).then(got => ({ ...got, text: got.text() }))
    expect([status, text]).toEqual([413, 'too much'])
    await cancelled
  })

  it('is cancelled when its request is', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const { body, cancelled } = endless(kind)
    const ref = client.request(server.url(), { body })
    await (await server.nextConnection()).receives('xxx')
    client.cancel(ref)
    await cancelled
  })

  it('is cancelled when the server is gone', async () => {
    await using server = await rawServer({ onHead: ({ connection }) => void connection.reset() })
    await using client = createClient()
    const { body, cancelled } = endless(kind)
    const error = await rejectionOf(client.post(server.url(), { body }))
    expect(error).toMatchObject({ name: 'ConnectionError', method: 'POST' })
    await cancelled
  })
})

describe('a source that fails', () => {
  const cause = new Error('disk on fire')
  const sources: Readonly<Record<string, () => BodyInput>> = {
    'a generator that throws': () =>
      (async function* () {
        yield 'some'
        throw cause
      })(),
    'a sync iterable that throws': () => ({
      // biome-ignore lint/correctness/useYield: it fails first
      *[Symbol.iterator](): Generator<string> {
        throw cause
      },
    }),
    'an iterable without an iterator': () => ({
      [Symbol.asyncIterator]() {
        throw cause
      },
    }),
    'a ReadableStream in error': () => new ReadableStream({ start: controller => controller.error(cause) }),
    'a Node stream in error': () => new Readable({ read: () => {} }).destroy(cause),
  }

  it.each(Object.entries(sources))(
    'fails its request with it as the cause, and harms no other: %s',
    async (_, source) => {
      await using server = await echo()
      await using client = createClient()
      const other = client.post(server.url(), { body: slowly('un', 'harmed') })
      const ref = client.request(server.url(), { body: source() })
      const error = await rejectionOf(client.recvHead(ref))
      expect(error).toMatchObject({ code: 'ERR_HANSOM_BODY_SOURCE', cause, method: 'POST', ref: ref.id, phase: 'send' })
      expect(error.message).toContain('disk on fire')
      expect((await other).json()).toMatchObject({ body: 'unharmed' })
      expect((await client.post(server.url(), { body: 'next' })).json()).toMatchObject({ body: 'next' })
    },
  )

  it.each([5, null, {}, new Uint16Array(2)])('by giving %o fails its request, and is told to end', async wrong => {
    await using server = await echo()
    await using client = createClient()
    let ended = (): void => {}
    const end = new Promise<void>(resolve => {
      ended = resolve
    })
    async function* source() {
      try {
        yield wrong as never
        yield 'more'
      } finally {
        ended()
      }
    }
    const error = await rejectionOf(client.post(server.url(), { body: source() } satisfies RequestInit))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_BODY_SOURCE', cause: { argument: 'chunk' } })
    await end
  })
})

describe('the body of a response', () => {
  it('has trailers after its end, for the ref and for the answer', async () => {
    const end = '0\r\nX-Sum: 7\r\nX-Sum: 8\r\n\r\n'
    const head = answerHead(200, { 'Transfer-Encoding': 'chunked' })
    await using server = await rawServer({ onRequest: () => `${head}${chunk('hello')}${end}` })
    await using client = createClient()
    const ref = client.request(server.url())
    expect(client.recvTrailers(ref)).toBeNull()
    await client.body(ref)
    expect(client.recvTrailers(ref)?.get('x-sum')).toBe('7, 8')
    const whole = await client.get(server.url())
    expect(whole.trailers?.getAll('X-Sum')).toEqual(['7', '8'])
    expect(whole.text()).toBe('hello')
  })

  it('has no trailers where none came', async () => {
    await using server = await rawServer({ onRequest: () => answer('hello') })
    await using client = createClient()
    expect((await client.get(server.url())).trailers).toBeNull()
  })

  it.each([
    ['with a length', () => answer('0123456789')],
    ['in chunks', () => `${answerHead(200, { 'Transfer-Encoding': 'chunked' })}${chunk('01234')}${chunk('56789')}`],
  ])('that is longer than maxBytes is an error, %s', async (_, respond) => {
    await using server = await rawServer({ onRequest: respond })
    await using client = createClient({ limits: { bodyBytes: 8 } })
    const ref = client.request(server.url())
    const error = await rejectionOf(client.body(ref, { maxBytes: 9 }))
    expect(error).toMatchObject({ name: 'ProtocolError', code: 'ERR_HANSOM_BODY_TOO_LARGE' })
    expect(error.message).toBe('the body is longer than 9 bytes (maxBytes, limits.bodyBytes)')
    expect(await rejectionOf(client.get(server.url()))).toMatchObject({ code: 'ERR_HANSOM_BODY_TOO_LARGE' })
  })

  it('that is as long as maxBytes is none', async () => {
    await using server = await rawServer({ onRequest: () => answer('0123456789') })
    await using client = createClient()
    const ref = client.request(server.url())
    expect(await client.body(ref, { maxBytes: 10 })).toHaveLength(10)
  })

  it.each([
    ['a HEAD request', 'HEAD', 200],
    ['204', 'GET', 204],
    ['304', 'GET', 304],
  ])('is empty for %s, whatever its length says, and the connection serves again', async (_, method, status) => {
    const headers = { 'Content-Length': '1000', ETag: '"1"' }
    await using server = await rawServer({
      onRequest: ({ target }) =>
        target === '/next' ? answer('next') : answerHead(status, status === 204 ? {} : headers),
    })
    await using client = createClient()
    const ref = client.request(server.url(), { method })
    expect((await client.recvHead(ref)).status).toBe(status)
    expect(await client.recvBody(ref)).toBeNull()
    expect((await client.get(server.url('/next'))).text()).toBe('next')
    expect(server.connections.total).toBe(1)
  })
})
