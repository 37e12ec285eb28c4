import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFieldValue } from '../../../src/wire/http1/char-class.ts'
import { chunkHead, fieldLine, lastChunk } from '../../../src/wire/http1/serializer.ts'
import { readResponse } from '../../unit/wire/record.ts'

const tokenChars = [..."!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]
const textChars = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))
  .filter(isFieldValue)
  .filter(char => char !== '\t')
const framingNames = /^(connection|keep-alive|content-length|transfer-encoding)$/i

const name = fc.string({ unit: fc.constantFrom(...tokenChars), minLength: 1, maxLength: 20 })
const value = fc
  .string({ unit: fc.constantFrom(...textChars), maxLength: 40 })
  .map(text => text.replace(/^ +| +$/g, ''))
const fields = fc.array(fc.tuple(name, value), { maxLength: 12 }).map(all => all.filter(([n]) => !framingNames.test(n)))
const data = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes).toString('latin1'))
const reason = fc.string({ unit: fc.constantFrom(...textChars), maxLength: 20 })
const status = fc.integer({ min: 200, max: 999 }).filter(code => code !== 204 && code !== 304)

interface Sample {
  readonly wire: string
  readonly log: string[]
  readonly body: string
  readonly eof: boolean
}

const informational = fc.record({ status: fc.constantFrom(100, 102, 103, 199), reason, fields })
const valid: fc.Arbitrary<Sample> = fc
  .record({
    before: fc.array(informational, { maxLength: 3 }),
    status,
    reason,
    fields,
    chunks: fc.array(data, { maxLength: 5 }),
    framing: fc.constantFrom('length', 'chunked', 'close'),
    trailers: fields,
    extension: fc.constantFrom('', ';a', ';a="b c"', '  ; a = b'),
  })
  .map(sample => {
    const chunks = sample.chunks.filter(chunk => chunk.length > 0)
    const body = chunks.join('')
    const log: string[] = []
    let wire = ''
    const addHead = (kind: string, code: number, text: string, own: [string, string][]): void => {
      wire += `HTTP/1.1 ${code} ${text}\r\n${own.map(([n, v]) => fieldLine(n, v)).join('')}\r\n`
      log.push(`${kind} 1.1 ${code} ${text} ${JSON.stringify(own)}`)
    }
    for (const head of sample.before) addHead('informed', head.status, head.reason, head.fields)
    const framing: Record<string, [string, string][]> = {
      length: [['Content-Length', String(body.length)]],
      chunked: [['Transfer-Encoding', 'chunked']],
      close: [],
    }
    addHead('head', sample.status, sample.reason, [...sample.fields, ...framing[sample.framing]!])
    if (sample.framing === 'chunked') {
      for (const chunk of chunks) wire += `${chunkHead(chunk.length).trim()}${sample.extension}\r\n${chunk}\r\n`
      wire += lastChunk(sample.trailers.map(([n, v]) => fieldLine(n, v)).join(''))
    } else wire += body
    const hasTrailers = sample.framing === 'chunked' && sample.trailers.length > 0
    log.push(hasTrailers ? `end ${JSON.stringify(sample.trailers)}` : 'end')
    return { wire, log, body, eof: sample.framing === 'close' }
  })

function cutsOf(wire: string, places: readonly number[]): number[] {
  return places.map(place => Math.floor(place * wire.length)).sort((a, b) => a - b)
}

const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })
/** Bytes that mean something, more often than others. */
const bite = fc.oneof(
  fc.constantFrom('\r', '\n', '\r\n', '\0', ' ', ':', ',', ';', '0', 'f', '-', '\x7f', '\xff', '\r\n\r\n', 'chunked'),
  data.map(text => text.slice(0, 3)),
)
const mutations = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.integer({ min: 0, max: 3 }), put: bite }),
  { minLength: 1, maxLength: 4 },
)

describe('ResponseParser', () => {
  it('gives back every valid response as it was made, however it is cut', () => {
    fc.assert(
      fc.property(valid, places, ({ wire, log, body, eof }, at) => {
        const result = readResponse(wire, { eof, cuts: cutsOf(wire, at) })
        expect(result).toMatchObject({ log, body, done: true, reusable: !eof, stray: '', error: null })
        expect(result.bytesRead).toBe(wire.length)
      }),
      { numRuns: 400 },
    )
  })

  it('gives the same for a broken response however it is cut, and fails with a HansomError only', () => {
    fc.assert(
      fc.property(valid, mutations, places, ({ wire, eof }, bites, at) => {
        let broken = wire
        for (const { at: place, drop, put } of bites) {
          const index = Math.floor(place * broken.length)
          broken = broken.slice(0, index) + put + broken.slice(index + drop)
        }
        const whole = readResponse(broken, { eof })
        const cut = readResponse(broken, { eof, cuts: cutsOf(broken, at) })
        const outcome = ({ bytesRead, ...result }: typeof whole) =>
          // After a throw the count is not told apart by segments.
          result.error ? { ...result, error: result.error.message } : { ...result, bytesRead }
        expect(outcome(cut)).toEqual(outcome(whole))
      }),
      { numRuns: 1500 },
    )
  })

  it('survives any bytes', () => {
    const anything = fc.array(
      fc.oneof(bite, fc.constantFrom('HTTP/1.1 200 OK\r\n', 'Transfer-Encoding: chunked\r\n\r\n')),
      {
        maxLength: 30,
      },
    )
    fc.assert(
      fc.property(anything, parts => {
        const { error } = readResponse(parts.join(''), { eof: true })
        if (error?.code === 'ERR_HANSOM_PROTOCOL')
          expect(error).toMatchObject({ rfc: expect.stringMatching(/^RFC 911[02] §/) })
      }),
      { numRuns: 1000 },
    )
  })
})
