import { describe, expect, it } from 'vitest'
import { everyByte, readResponse } from '../unit/wire/record.ts'
import { coding, hidden, inChunks, inFields, inFraming, inLine, inOrder, ok } from './smuggling-cases.ts'

describe('a response that hides another one', () => {
  describe.each([
    ['in its status line', inLine],
    ['in its fields', inFields],
    ['in its framing', inFraming],
    ['in its chunks', inChunks],
    ['in the order of responses', inOrder],
  ])('%s', (_, table) => {
    it.each(table)(
      'is refused with $what ($rfc)',
      ({ input, offset, rfc, code = 'ERR_HANSOM_PROTOCOL', body = '' }) => {
        const whole = readResponse(input, { eof: true })
        expect(whole).toMatchObject({ error: { code, offset, rfc }, body, done: false, reusable: false, stray: '' })
        expect(whole.log.filter(line => !line.startsWith('informed')).length).toBeLessThanOrEqual(1)
        expect(whole.log).not.toContain('end')
        const byByte = readResponse(input, { cuts: everyByte(input) })
        expect(byByte).toMatchObject({
          error: { code, offset, rfc },
          log: whole.log,
          body,
          done: false,
          reusable: false,
        })
      },
    )
  })
})

describe('a response with two readings that RFC 9112 decides between', () => {
  it.each([
    ['chunks before a length (§6.3)', 'Transfer-Encoding: chunked\r\nContent-Length: 4', '2\r\nab\r\n0\r\n\r\n'],
    ['a length before chunks (§6.3)', 'Content-Length: 4\r\nTransfer-Encoding: chunked', '2\r\nab\r\n0\r\n\r\n'],
    ['codings below chunked (§6.1)', 'Transfer-Encoding: x, chunked', '2\r\nab\r\n0\r\n\r\n'],
    ['a folded length (§5.2)', 'Content-Length:\r\n 2', 'ab'],
    ['a folded coding (§5.2)', 'Transfer-Encoding:\r\n chunked', '2\r\nab\r\n0\r\n\r\n'],
    ['a folded Connection (§5.2)', 'Connection: x,\r\n y\r\nContent-Length: 2', 'ab'],
  ])('is read the one way, and its connection is not used again: %s', (_, fields, body) => {
    const result = readResponse(`${ok}${fields}\r\n\r\n${body}${hidden}`)
    expect(result).toMatchObject({ body: 'ab', done: true, reusable: false, stray: hidden, error: null })
  })

  it.each(['xchunked', 'chunkedx', 'chunked-x', 'gzip', 'identity', 'chunked, identity'])(
    'lasts until the connection closes with the coding %s, which is not chunked (§6.3)',
    value => {
      const body = `0\r\n\r\n${hidden}`
      const result = readResponse(`${coding}${value}\r\nContent-Length: 0\r\n\r\n${body}`, { eof: true })
      expect(result).toMatchObject({ body, done: true, reusable: false, error: null })
    },
  )
})
