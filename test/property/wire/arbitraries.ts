import fc from 'fast-check'
import { isFieldValue } from '../../../src/wire/http1/char-class.ts'
import { chunkHead, fieldLine, lastChunk } from '../../../src/wire/http1/serializer.ts'

type Pairs = readonly (readonly [name: string, value: string])[]

/** A response as it is on the wire, and what a parser must make of it. */
export interface Sample {
  readonly wire: string
  readonly method: string
  readonly upgrade: boolean
  readonly log: readonly string[]
  readonly body: string
  /** Whether the connection must end behind it. */
  readonly eof: boolean
  readonly reusable: boolean
  readonly upgraded: boolean
}

const tokenChars = [..."!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]
const textChars = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter(isFieldValue)
const framingNames = /^(connection|keep-alive|content-length|transfer-encoding|upgrade)$/i

const name = fc.string({ unit: fc.constantFrom(...tokenChars), minLength: 1, maxLength: 20 })
/** Names that have the length of those that frame a message. */
const nearName = fc.constantFrom(
  'Content-Lengti',
  'content_length',
  'transfer-encodinG-',
  'connectioN-',
  'Keep_Alive',
  'upgrada',
)
const plainValue = fc.string({ unit: fc.constantFrom(...textChars), maxLength: 40 }).map(trimmed)
/** Long ones are scanned by machine words. */
const longValue = fc
  .tuple(fc.nat({ max: 300 }), plainValue, fc.nat({ max: 60 }))
  .map(([before, middle, behind]) => trimmed(`${'v'.repeat(before)}${middle}${'w'.repeat(behind)}`))
export const fieldName = fc.oneof({ weight: 8, arbitrary: name }, nearName)
export const fieldValue = fc.oneof({ weight: 5, arbitrary: plainValue }, longValue)

/** A field: its line without the line end, and what it means. */
interface Field {
  readonly line: string
  readonly pair: readonly [string, string]
}

const blanks = fc.constantFrom('', ' ', '  ', '\t', ' \t ')
const fold = fc.tuple(blanks, fc.constantFrom(' ', '\t', ' \t')).map(([before, behind]) => `${before}\r\n${behind}`)
const word = fc.string({ unit: fc.constantFrom(...textChars.filter(char => char > ' ')), minLength: 1, maxLength: 10 })

const plainField: fc.Arbitrary<Field> = fc
  .tuple(fieldName, blanks, fieldValue, blanks)
  .map(([n, before, v, behind]) => ({ line: `${n}:${before}${v}${behind}`, pair: [n, v] as const }))
const foldedField: fc.Arbitrary<Field> = fc
  .tuple(fieldName, fc.array(word, { minLength: 2, maxLength: 4 }), fc.array(fold, { minLength: 3, maxLength: 3 }))
  .map(([n, words, folds]) => ({
    line: `${n}:${words.map((each, i) => (i === 0 ? each : folds[i - 1] + each)).join('')}`,
    pair: [n, words.join(' ')] as const,
  }))
const fields = fc
  .array(fc.oneof({ weight: 9, arbitrary: plainField }, foldedField), { maxLength: 10 })
  .map(all => all.filter(({ pair }) => !framingNames.test(pair[0])))

export const data = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes).toString('latin1'))
const reason = fc.string({ unit: fc.constantFrom(...textChars), maxLength: 20 })
const informational = fc.record({ status: fc.constantFrom(100, 102, 103, 199), reason, fields })
const framing = fc.constantFrom('length', 'chunked', 'close', 'HEAD', '204', '304', '101', 'CONNECT', 'both', 'list')

/** Valid responses of every kind. */
export const validResponse: fc.Arbitrary<Sample> = fc
  .record({
    before: fc.array(informational, { maxLength: 3 }),
    status: fc.integer({ min: 200, max: 999 }).filter(code => code !== 204 && code !== 304),
    minor: fc.constantFrom(1, 1, 1, 0),
    keep: fc.constantFrom('', '', 'close', 'keep-alive'),
    reason,
    fields,
    chunks: fc.array(data, { maxLength: 5 }),
    framing,
    trailers: fields,
    extension: fc.constantFrom('', ';a', ';a="b;c"', '  ; a = b', ';a;b=c'),
  })
  .map(sample => {
    const chunks = sample.chunks.filter(chunk => chunk.length > 0)
    const log: string[] = []
    let wire = ''
    const addHead = (kind: string, minor: number, code: number, text: string, own: readonly Field[]): void => {
      wire += `HTTP/1.${minor} ${code} ${text}\r\n${own.map(({ line }) => `${line}\r\n`).join('')}\r\n`
      log.push(`${kind} 1.${minor} ${code} ${text} ${JSON.stringify(own.map(({ pair }) => pair))}`)
    }
    for (const head of sample.before) addHead('informed', 1, head.status, head.reason, head.fields)
    const kind = sample.framing
    const status =
      kind === '204' || kind === '304' || kind === '101' ? Number(kind) : kind === 'CONNECT' ? 200 : sample.status
    const upgraded = kind === '101' || kind === 'CONNECT'
    const inChunks = kind === 'chunked' || kind === 'both' || kind === 'list'
    const whole = chunks.join('')
    const body = inChunks || kind === 'length' || kind === 'close' ? whole : ''
    const length: Pairs = [['Content-Length', String(whole.length)]]
    const coding: Pairs = [['Transfer-Encoding', kind === 'list' ? 'gzip, chunked' : 'chunked']]
    const own: Field[] = [...sample.fields]
    if (sample.keep !== '') own.push(regular(['Connection', sample.keep]))
    if (kind === '101') own.push(regular(['Upgrade', 'x']))
    if (inChunks) own.push(...coding.map(regular))
    if (!inChunks && kind !== 'close') own.push(...length.map(regular))
    if (kind === 'both') own.unshift(...length.map(regular))
    addHead('head', sample.minor, status, sample.reason, own)
    if (inChunks) {
      for (const chunk of chunks) wire += `${chunkHead(chunk.length).trim()}${sample.extension}\r\n${chunk}\r\n`
      wire += lastChunk(sample.trailers.map(({ line }) => `${line}\r\n`).join(''))
    } else wire += body
    const hasTrailers = inChunks && sample.trailers.length > 0
    log.push(hasTrailers ? `end ${JSON.stringify(sample.trailers.map(({ pair }) => pair))}` : 'end')
    const persists = sample.keep !== 'close' && (sample.minor === 1 || (sample.keep === 'keep-alive' && !inChunks))
    const plain = kind !== 'close' && kind !== 'both' && kind !== 'list' && !upgraded
    return {
      wire,
      method: kind === 'HEAD' || kind === 'CONNECT' ? kind : 'GET',
      upgrade: kind === '101',
      log,
      body,
      eof: kind === 'close',
      reusable: persists && plain,
      upgraded,
    }
  })

/** Where to cut, as fractions of the whole. */
export const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 })

export function cutsOf(wire: string, fractions: readonly number[]): number[] {
  return fractions.map(place => Math.floor(place * wire.length)).sort((a, b) => a - b)
}

/** Bytes that mean something, more often than others. */
export const bite = fc.oneof(
  fc.constantFrom('\r', '\n', '\r\n', '\0', ' ', ':', ',', ';', '0', 'f', '-', '\x7f', '\xff', '\r\n\r\n', 'chunked'),
  fc.constantFrom('\r\n ', '\r\n\t', '\n\n', '"', '\\', 'Content-Length: 1\r\n', 'HTTP/1.1 100 \r\n\r\n', '\x0b'),
  data.map(text => text.slice(0, 3)),
)

/** Changes to a text: what is taken out at a place, and what is put in. */
export const mutations = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.integer({ min: 0, max: 3 }), put: bite }),
  { minLength: 1, maxLength: 4 },
)

export function mutated(wire: string, changes: readonly { at: number; drop: number; put: string }[]): string {
  let broken = wire
  for (const { at, drop, put } of changes) {
    const index = Math.floor(at * broken.length)
    broken = broken.slice(0, index) + put + broken.slice(index + drop)
  }
  return broken
}

function regular(pair: readonly [string, string]): Field {
  return { line: fieldLine(...pair).slice(0, -2), pair }
}

function trimmed(text: string): string {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}
