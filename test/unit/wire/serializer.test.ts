import { describe, expect, it } from 'vitest'
import { chunkHead, fieldLine, lastChunk, requestHead, validateMethod } from '../../../src/wire/http1/serializer.ts'

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
