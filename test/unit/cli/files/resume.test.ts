import { describe, expect, it } from 'vitest'
import {
  isValidator,
  keepable,
  type Part,
  rangeHeaders,
  resumeAction,
  totalOf,
  validatorOf,
} from '../../../../src/cli/files/resume.ts'
import { HeadersView, type ResponseHead } from '../../../../src/index.ts'

type Fields = Readonly<Record<string, string>>

function headOf(status: number, fields: Fields = {}): ResponseHead {
  return { status, statusText: '', httpVersion: '1.1', headers: HeadersView.of(Object.entries(fields)) }
}

const part: Part = { bytes: 40, total: 100, validator: '"v1"' }
const monday = 'Mon, 02 Nov 2026 10:00:00 GMT'
const tuesday = 'Tue, 03 Nov 2026 10:00:00 GMT'

describe('a request for the rest (RFC 9110 §13.1.5)', () => {
  it('has the first byte that is missing, and the validator', () => {
    expect(rangeHeaders(part)).toEqual([
      ['Range', 'bytes=40-'],
      ['If-Range', '"v1"'],
    ])
  })
})

describe('an answer to it', () => {
  const cases: [what: string, status: number, fields: Fields, action: string, part?: Part][] = [
    ['is the rest', 206, { 'content-range': 'bytes 40-99/100', etag: '"v1"' }, 'append'],
    ['is the rest without a tag', 206, { 'content-range': 'bytes 40-99/100' }, 'append'],
    ['is the rest of an unknown length', 206, { 'content-range': 'bytes 40-99/*' }, 'append'],
    [
      'tells the length that was unknown',
      206,
      { 'content-range': 'bytes 40-99/100' },
      'append',
      { ...part, total: null },
    ],
    ['has a length nobody knows', 206, { 'content-range': 'bytes 40-99/*' }, 'again', { ...part, total: null }],
    ['begins too early', 206, { 'content-range': 'bytes 39-99/100' }, 'again'],
    ['begins too late', 206, { 'content-range': 'bytes 41-99/100' }, 'again'],
    ['ends too early', 206, { 'content-range': 'bytes 40-98/100' }, 'again'],
    ['ends behind its end', 206, { 'content-range': 'bytes 40-100/100' }, 'again'],
    ['has another total', 206, { 'content-range': 'bytes 40-109/110' }, 'again'],
    ['has another tag', 206, { 'content-range': 'bytes 40-99/100', etag: '"v2"' }, 'again'],
    ['has a weak tag', 206, { 'content-range': 'bytes 40-99/100', etag: 'W/"v1"' }, 'again'],
    ['has no range', 206, {}, 'again'],
    ['has a broken range', 206, { 'content-range': 'bytes 40-/100' }, 'again'],
    ['has two ranges', 206, { 'content-range': 'bytes 40-99/100, bytes 40-99/100' }, 'again'],
    ['has another unit', 206, { 'content-range': 'lines 40-99/100' }, 'again'],
    ['has a number beyond counting', 206, { 'content-range': `bytes 40-${'9'.repeat(16)}/100` }, 'again'],
    ['is in several parts', 206, { 'content-type': 'multipart/byteranges; boundary=x' }, 'again'],
    [
      'is in several parts all the same',
      206,
      { 'content-type': 'Multipart/Byteranges; boundary=x', 'content-range': 'bytes 40-99/100' },
      'again',
    ],
    ['is shorter than its range', 206, { 'content-range': 'bytes 40-99/100', 'content-length': '59' }, 'again'],
    ['is as long as its range', 206, { 'content-range': 'bytes 40-99/100', 'content-length': '60' }, 'append'],
    ['is the whole', 200, { etag: '"v2"' }, 'whole'],
    ['is the whole, and claims a range', 200, { 'content-range': 'bytes 40-99/100' }, 'whole'],
    ['says that there is no such range', 416, { 'content-range': 'bytes */40' }, 'again'],
    ['says that nothing has changed', 304, { etag: '"v1"' }, 'again'],
    ['is a redirect', 302, { location: '/' }, 'whole'],
    ['is a failure', 404, {}, 'whole'],
  ]
  it.each(cases)('that %s', (...[, status, fields, action, of]) => {
    expect(resumeAction(of ?? part, headOf(status, fields))).toBe(action)
  })

  it('must have the date that was asked for', () => {
    const dated = { ...part, validator: monday }
    const range = { 'content-range': 'bytes 40-99/100' }
    expect(resumeAction(dated, headOf(206, { ...range, 'last-modified': monday }))).toBe('append')
    expect(resumeAction(dated, headOf(206, { ...range, 'last-modified': tuesday }))).toBe('again')
  })

  it('tells how long the whole is', () => {
    expect(totalOf(part, headOf(206, { 'content-range': 'bytes 40-99/*' }))).toBe(100)
    expect(totalOf({ ...part, total: null }, headOf(206, { 'content-range': 'bytes 40-99/100' }))).toBe(100)
  })
})

describe('a strong validator (RFC 9110 §8.8)', () => {
  it.each<[what: string, fields: Fields, validator: string | null]>([
    ['is a strong tag', { etag: '"a!#/é"' }, '"a!#/é"'],
    ['is no weak tag', { etag: 'W/"a"' }, null],
    ['is no date beside a weak tag', { etag: 'W/"a"', 'last-modified': monday, date: tuesday }, null],
    ['is no tag without quotes', { etag: 'a' }, null],
    ['is no tag with a quote inside', { etag: '"a"b"' }, null],
    ['is none of two tags', { etag: '"a", "b"' }, null],
    ['is no endless tag', { etag: `"${'a'.repeat(1_025)}"` }, null],
    ['is a date that is older than the answer', { 'last-modified': monday, date: tuesday }, monday],
    ['is no date of the same minute', { 'last-modified': monday, date: 'Mon, 02 Nov 2026 10:00:59 GMT' }, null],
    ['is no date in the future', { 'last-modified': tuesday, date: monday }, null],
    ['is no date without that of the answer', { 'last-modified': monday }, null],
    ['is no text', { 'last-modified': 'yesterday', date: tuesday }, null],
    ['may be missing', {}, null],
  ])('%s', (_what, fields, validator) => {
    expect(validatorOf(headOf(200, fields))).toBe(validator)
  })

  it('can be told from anything else', () => {
    expect(['"a"', monday].map(isValidator)).toEqual([true, true])
    const wrong = [null, 1, '', 'W/"a"', '"a"\r\nx: y', 'Mon, 99 Nov 2026 10:00:00 GMT', '2026-11-02']
    expect(wrong.map(isValidator)).toEqual(wrong.map(() => false))
  })
})

describe('a body that breaks off', () => {
  it.each<[what: string, status: number, fields: Fields, kept: object | null]>([
    ['is kept', 200, { etag: '"a"', 'content-length': '7' }, { validator: '"a"', total: 7 }],
    ['is kept if its length is unknown', 200, { etag: '"a"' }, { validator: '"a"', total: null }],
    [
      'is kept if ranges are promised',
      200,
      { etag: '"a"', 'accept-ranges': 'bytes' },
      { validator: '"a"', total: null },
    ],
    ['is not kept if ranges are refused', 200, { etag: '"a"', 'accept-ranges': 'None' }, null],
    ['is not kept without a validator', 200, { 'content-length': '7' }, null],
    ['is not kept if it is no 200', 203, { etag: '"a"' }, null],
  ])('%s', (_what, status, fields, kept) => {
    expect(keepable(headOf(status, fields))).toEqual(kept)
  })
})
