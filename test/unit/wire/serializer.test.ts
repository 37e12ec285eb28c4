import { describe, expect, it } from 'vitest'
import {
  checkedFieldLine,
  checkedRequestHead,
  chunkHead,
  fieldLine,
  isTrailerName,
  lastChunk,
  type RequestHeadInit,
  requestHead,
  trailerLine,
  validateMethod,
} from '../../../src/wire/http1/serializer.ts'

describe('request head (RFC 9112 §3)', () => {
  it('consists of request line, host, own fields and an empty line', () => {
    expect(requestHead('GET', '/a?b', 'example.com:8080', fieldLine('accept', '*/*'))).toBe(
      'GET /a?b HTTP/1.1\r\nhost: example.com:8080\r\naccept: */*\r\n\r\n',
    )
  })

  it('may have no fields of its own', () => {
    expect(requestHead('GET', '/', 'a', '')).toBe('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
  })
})

describe('method (RFC 9110 §9.1)', () => {
  it.each(['GET', 'M-SEARCH', 'get', "!#$%&'*+-.^_`|~1"])('%s is valid', method => {
    expect(validateMethod(method)).toBe(method)
  })

  it.each(['', 'GET ', 'G\r\nET', 'G\0', 'GÉT', 'A/B', undefined, 7])('%j is refused', method => {
    const refused = { name: 'TypeError', code: 'ERR_HANSOM_INVALID_ARGUMENT', argument: 'method' }
    expect(() => validateMethod(method as string)).toThrow(expect.objectContaining(refused))
  })
})

describe('chunks (RFC 9112 §7.1)', () => {
  it.each([
    [1, '1\r\n'],
    [255, 'ff\r\n'],
    [65_536, '10000\r\n'],
  ])('a chunk of %i bytes begins with %j', (length, head) => {
    expect(chunkHead(length)).toBe(head)
  })

  it('the last chunk carries the trailers', () => {
    expect(lastChunk('')).toBe('0\r\n\r\n')
    expect(lastChunk(fieldLine('digest', 'x'))).toBe('0\r\ndigest: x\r\n\r\n')
  })
})

describe('checked field lines (RFC 9110 §5.5)', () => {
  it.each([
    ['a', 'b', 'a: b\r\n'],
    ['A-b', '', 'A-b: \r\n'],
    ['a', 5, 'a: 5\r\n'],
    ['a', ' \t b c\t ', 'a: b c\r\n'],
    ['a', 'caf\xe9\tx', 'a: caf\xe9\tx\r\n'],
  ])('%j with %j is written', (name, value, line) => {
    expect(checkedFieldLine(name, value)).toBe(line)
  })

  it.each([
    ['', 'b'],
    ['a b', 'b'],
    ['a:', 'b'],
    ['a\r\nb', 'c'],
    ['\u0161', 'c'],
    ['a', 'b\r\nc: d'],
    ['a', 'b\n'],
    ['a', 'b\r'],
    ['a', '\0'],
    ['a', '\u010d\u010a'],
    ['a', Number.NaN],
    ['a', Infinity],
    ['a', { toString: (): string => 'b' }],
    ['a', ['b']],
    ['a', null],
    ['a', undefined],
    [{ toString: (): string => 'a' }, 'b'],
  ])('%j with %j is refused', (name, value) => {
    const refused = expect.objectContaining({ name: 'TypeError', code: 'ERR_HANSOM_INVALID_HEADER' })
    expect(() => checkedFieldLine(name as string, value as string)).toThrow(refused)
  })

  it('does not repeat a refused value, which may be a secret', () => {
    expect(() => checkedFieldLine('authorization', 'hunter2\n')).toThrow(/^((?!hunter2).)*$/s)
  })
})

describe('checked request head', () => {
  const plain: RequestHeadInit = { method: 'GET', target: '/', host: 'a' }

  it('is the same as an unchecked one', () => {
    const fields = [['accept', '*/*'] as const, ['content-length', 5] as const]
    expect(checkedRequestHead({ method: 'POST', target: '/a?b', host: '[::1]:80', fields })).toBe(
      'POST /a?b HTTP/1.1\r\nhost: [::1]:80\r\naccept: */*\r\ncontent-length: 5\r\n\r\n',
    )
    expect(checkedRequestHead(plain)).toBe(requestHead('GET', '/', 'a', ''))
  })

  it.each<[string, Partial<RequestHeadInit>]>([
    ['a method that is no token', { method: 'GET /x HTTP/1.1\r\nx:' }],
    ['a target of the wrong form', { target: 'a:1' }],
    ['a host with a line end', { host: 'a\r\nb: c' }],
    ['a host with a path', { host: 'a/b' }],
    ['a host with a user', { host: 'u@a' }],
    ['a host of blanks', { host: ' ' }],
    ['no host', { host: '' }],
    ['a second host', { fields: [['Host', 'b']] }],
    [
      'two lengths',
      {
        fields: [
          ['content-length', 5],
          ['Content-Length', 5],
        ],
      },
    ],
    [
      'a length and chunks',
      {
        fields: [
          ['content-length', 5],
          ['transfer-encoding', 'chunked'],
        ],
      },
    ],
    [
      'chunks and a length',
      {
        fields: [
          ['transfer-encoding', 'chunked'],
          ['content-length', 5],
        ],
      },
    ],
    ['a signed length', { fields: [['content-length', '+5']] }],
    ['a length that is no whole number', { fields: [['content-length', 1.5]] }],
    ['a length beyond the safe integers', { fields: [['content-length', '9007199254740992']] }],
    ['another coding', { fields: [['transfer-encoding', 'gzip, chunked']] }],
    ['a field with a line end', { fields: [['a', 'b\r\nc: d']] }],
  ])('is not made with %s', (_, change) => {
    const refused = expect.objectContaining({ code: expect.stringMatching(/^ERR_HANSOM_INVALID_(ARGUMENT|HEADER)$/) })
    expect(() => checkedRequestHead({ ...plain, ...change })).toThrow(refused)
  })
})

describe('Trailer (RFC 9110 §6.6.2)', () => {
  it('names the fields of the trailer section', () => {
    expect(trailerLine(['digest', 'X-Sum'])).toBe('trailer: digest, X-Sum\r\n')
  })

  it.each([[[]], [['a b']], [['']], [['Content-Length']], [['digest', 'TRANSFER-ENCODING']], [[7]]])(
    'does not name %j',
    names => {
      const refused = expect.objectContaining({ code: 'ERR_HANSOM_INVALID_HEADER' })
      expect(() => trailerLine(names as string[])).toThrow(refused)
    },
  )

  it.each(['Host', 'authorization', 'Set-Cookie', 'content-type', 'trailer'])('%s is not allowed (§6.5.1)', name => {
    expect(isTrailerName(name)).toBe(false)
  })
})
