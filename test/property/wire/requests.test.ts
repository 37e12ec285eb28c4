import { createServer, type IncomingMessage, METHODS, type Server } from 'node:http'
import { type Duplex, duplexPair } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  absoluteForm,
  authorityForm,
  checkedFieldLine,
  checkedRequestHead,
  chunkHead,
  hostField,
  lastChunk,
} from '../../../src/http1.ts'
import { data, fieldName, fieldValue } from './arbitraries.ts'

/** What node:http's server made of a request. */
interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly rawHeaders: readonly string[]
  readonly body: string
  readonly rawTrailers: readonly string[]
}

/** Fields that the server acts upon. */
const special =
  /^(host|connection|upgrade|expect|content-length|transfer-encoding|keep-alive|proxy-connection|trailer)$/i

const field = fc.tuple(fieldName, fieldValue).filter(([name]) => !special.test(name))
const fields = fc.array(field, { maxLength: 10 })
const path = fc.stringMatching(/^\/[!-~]{0,30}$/).map(text => text.replaceAll('#', ''))
const hostname = fc.oneof(
  fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]{1,5})?$/),
  fc.ipV4(),
  fc.ipV6().filter(address => !address.includes('%')),
)
const request = fc.record({
  method: fc.constantFrom(...METHODS.filter(method => method !== 'CONNECT')),
  path,
  scheme: fc.constantFrom('http' as const, 'https' as const),
  hostname,
  port: fc.constantFrom(80, 443, 1, 8080, 65_535),
  absolute: fc.boolean(),
  fields,
  body: fc.option(fc.array(data, { maxLength: 4 }), { nil: null }),
  chunked: fc.boolean(),
  trailers: fields,
})

/** A server without a socket: what is written to `end` is read by it, one request after another. */
class RequestReader implements AsyncDisposable {
  readonly #server: Server
  readonly #end: Duplex
  #take: (seen: Seen) => void = () => {}
  #refuse: (error: Error) => void = () => {}

  constructor() {
    const [end, theirs] = duplexPair()
    this.#end = end
    this.#server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 })
    this.#server.on('request', (incoming, answer) => {
      void readAll(incoming).then(seen => {
        answer.end()
        this.#take(seen)
      }, this.#refuse)
    })
    this.#server.on('connect', (incoming: IncomingMessage) => this.#take({ ...shown(incoming), body: '' }))
    this.#server.on('clientError', error => this.#refuse(error))
    this.#server.emit('connection', theirs)
    end.resume()
  }

  read(wire: string): Promise<Seen> {
    return new Promise((resolve, reject) => {
      this.#take = resolve
      this.#refuse = reject
      this.#end.write(wire, 'latin1')
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.destroy()
    this.#server.close()
  }
}

describe('what the serializer writes', () => {
  it("is read back as it was meant by node:http's server", { timeout: 30_000 }, async () => {
    await using server = new RequestReader()
    await fc.assert(
      fc.asyncProperty(request, async ({ method, scheme, port, absolute, chunked, ...given }) => {
        const host = hostField(scheme, given.hostname, port)
        const target = absolute ? absoluteForm(scheme, host, given.path) : given.path
        const chunks = (given.body ?? []).filter(chunk => chunk !== '')
        const whole = chunks.join('')
        const framing: [string, string | number][] = []
        if (given.body !== null)
          framing.push(chunked ? ['transfer-encoding', 'chunked'] : ['content-length', whole.length])
        const trailers = given.body !== null && chunked ? given.trailers : []
        let wire = checkedRequestHead({ method, target, host, fields: [...given.fields, ...framing] })
        if (given.body === null || !chunked) wire += whole
        else {
          for (const chunk of chunks) wire += `${chunkHead(chunk.length)}${chunk}\r\n`
          wire += lastChunk(trailers.map(([name, value]) => checkedFieldLine(name, value)).join(''))
        }
        expect(await server.read(wire)).toEqual({
          method,
          url: target,
          rawHeaders: ['host', host, ...[...given.fields, ...framing].flat().map(String)],
          body: whole,
          rawTrailers: trailers.flat(),
        })
      }),
      { numRuns: 1_500 },
    )
  })

  it('is one CONNECT for one authority', async () => {
    await fc.assert(
      fc.asyncProperty(hostname, fc.integer({ min: 1, max: 65_535 }), async (name, port) => {
        await using server = new RequestReader()
        const target = authorityForm(name, port)
        const seen = await server.read(checkedRequestHead({ method: 'CONNECT', target, host: target }))
        expect(seen).toMatchObject({ method: 'CONNECT', url: target, rawHeaders: ['host', target] })
      }),
      { numRuns: 50 },
    )
  })

  it('is refused or harmless, whatever is put into it', async () => {
    const any = fc.string({
      unit: fc.constantFrom('\r', '\n', '\r\n', '\0', ' ', ':', 'a', '/', '\u010a', '\u{1f600}'),
    })
    await using server = new RequestReader()
    await fc.assert(
      fc.asyncProperty(any, any, any, any, async (target, host, name, value) => {
        let wire: string
        try {
          wire = checkedRequestHead({
            method: 'GET',
            target: `/${target}`,
            host: `a${host}`,
            fields: [[`a${name}`, value]],
          })
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          return
        }
        expect(await server.read(wire)).toMatchObject({ url: `/${target}`, rawHeaders: { length: 4 }, body: '' })
      }),
      { numRuns: 1_000 },
    )
  })
})

async function readAll(incoming: IncomingMessage): Promise<Seen> {
  let body = ''
  for await (const chunk of incoming.setEncoding('latin1')) body += chunk
  return { ...shown(incoming), body }
}

function shown({ method, url, rawHeaders, rawTrailers }: IncomingMessage): Omit<Seen, 'body'> {
  return { method, url, rawHeaders, rawTrailers }
}
