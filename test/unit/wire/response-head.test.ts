import { describe, expect, it } from 'vitest'
import { ResponseParser } from '../../../src/wire/http1/response-parser.ts'
import { defaultWireLimits } from '../../../src/wire/message.ts'
import { everyByte, readResponse } from './record.ts'

const simple = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: y\r\n\r\n'

function statusLine(line: string) {
  return readResponse(`${line}\r\nContent-Length: 0\r\n\r\n`)
}

describe('status line (RFC 9112 §4)', () => {
  it.each([
    ['HTTP/1.1 200 OK', '1.1 200 OK'],
    ['HTTP/1.0 404 Not Found', '1.0 404 Not Found'],
    ['HTTP/1.1 200 ', '1.1 200 '],
    ['HTTP/1.1 200', '1.1 200 '],
    ['HTTP/1.1 999 caf\xe9\tx', '1.1 999 caf\xe9\tx'],
  ])('reads %j', (line, head) => {
    expect(statusLine(line).log).toEqual([`head ${head} [["Content-Length","0"]]`, 'end'])
  })

  it.each([
    ['HTTP/2.0 200 OK', 5],
    ['HTTP/1.2 200 OK', 7],
    ['HTTP/1.10 200 OK', 8],
    ['http/1.1 200 OK', 0],
    ['ICY 200 OK', 0],
    ['\r\nHTTP/1.1 200 OK', 0],
    [' HTTP/1.1 200 OK', 0],
    ['HTTP/1.1  200 OK', 9],
    ['HTTP/1.1\t200 OK', 8],
    ['HTTP/1.1 099 OK', 9],
    ['HTTP/1.1 20 OK', 11],
    ['HTTP/1.1 2000 OK', 12],
    ['HTTP/1.1 +20 OK', 9],
    ['HTTP/1.1 200\tOK', 12],
    ['HTTP/1.1 200 O\0K', 14],
    ['HTTP/1.1 200 O\nK', 14],
    ['HTTP/1.1 200 O\rK', 15],
    ['HTTP/1.1 200\rX', 13],
    ['\x15\x03\x01\0\x02\x02', 0],
  ])('refuses %j at byte %i', (line, offset) => {
    expect(statusLine(line).error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', offset, rfc: 'RFC 9112 §4' })
  })

  it('fails at the first wrong byte, without waiting for more', () => {
    expect(readResponse('SSH').error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', offset: 0 })
    expect(readResponse('HTTP/1.1 200 \x01').error).toMatchObject({ offset: 13 })
  })
})

describe('header section (RFC 9112 §5)', () => {
  it('is the same wherever it is cut into two', () => {
    const whole = readResponse(simple)
    expect(whole.log).toEqual(['head 1.1 200 OK [["Content-Length","0"],["X","y"]]', 'end'])
    for (const cut of everyByte(simple)) expect(readResponse(simple, { cuts: [cut] })).toEqual(whole)
  })

  it('is the same byte by byte', () => {
    expect(readResponse(simple, { cuts: everyByte(simple) })).toEqual(readResponse(simple))
  })

  it('may be empty', () => {
    expect(readResponse('HTTP/1.1 204 \r\n\r\n').log).toEqual(['head 1.1 204  []', 'end'])
  })

  it('trims white space around values and keeps it inside', () => {
    expect(readResponse('HTTP/1.1 204 \r\na: \t b \t c \t\r\nd:\r\ne: \r\n\r\n').log[0]).toBe(
      'head 1.1 204  [["a","b \\t c"],["d",""],["e",""]]',
    )
  })

  it.each([
    ['a NUL', 'a: b\0c', 'RFC 9110 §5.5', 21],
    ['a control character', 'a: b\x1bc', 'RFC 9110 §5.5', 21],
    ['a DEL', 'a: b\x7fc', 'RFC 9110 §5.5', 21],
    ['a bare CR', 'a: b\rc', 'RFC 9112 §2.2', 22],
    ['a bare LF', 'a: b\nc: d', 'RFC 9112 §2.2', 21],
    ['two CRs', 'a: b\r', 'RFC 9112 §2.2', 22],
    ['white space before the first field', ' a: b', 'RFC 9112 §2.2', 17],
    ['a space before the colon', 'a : b', 'RFC 9112 §5.1', 18],
    ['a name with a space', 'a b: c', 'RFC 9112 §5.1', 18],
    ['a line without colon', 'abc', 'RFC 9110 §5.1', 20],
    ['a line without name', ': b', 'RFC 9112 §5', 17],
    ['a name with obs-text', '\xe9: b', 'RFC 9110 §5.1', 17],
    ['a name with a NUL', 'a\0: b', 'RFC 9110 §5.1', 18],
    ['a name with a bracket', 'a[]: b', 'RFC 9110 §5.1', 18],
    ['an LF as empty line', 'a: b\r\n\nx', 'RFC 9112 §2.2', 23],
    ['a CR without LF as empty line', 'a: b\r\n\rx', 'RFC 9112 §2.2', 24],
  ])('refuses %s, however it is cut', (_, fields, rfc, offset) => {
    const input = `HTTP/1.1 200 OK\r\n${fields}\r\nContent-Length: 0\r\n\r\n`
    const refused = { code: 'ERR_HANSOM_PROTOCOL', rfc, offset }
    expect(readResponse(input).error).toMatchObject(refused)
    expect(readResponse(input, { cuts: everyByte(input) }).error).toMatchObject(refused)
  })

  it.each([
    ['a: b\r\n c', '["a","b c"]'],
    ['a: b \t\r\n\t c', '["a","b c"]'],
    ['a:\r\n b', '["a","b"]'],
    ['a: b\r\n \r\n c', '["a","b  c"]'],
    ['a: b\r\n ', '["a","b"]'],
    ['a: b\r\n c: d\r\ne: f', '["a","b c: d"],["e","f"]'],
  ])('unfolds %j, however it is cut (RFC 9112 §5.2)', (lines, pairs) => {
    const input = `HTTP/1.1 200 OK\r\n${lines}\r\nContent-Length: 0\r\n\r\n`
    const whole = readResponse(input)
    expect(whole).toMatchObject({ log: [`head 1.1 200 OK [${pairs},["Content-Length","0"]]`, 'end'], reusable: true })
    for (const cut of everyByte(input)) expect(readResponse(input, { cuts: [cut] })).toEqual(whole)
    expect(readResponse(input, { cuts: everyByte(input) })).toEqual(whole)
  })

  it.each([
    ['Content-Length:\r\n 5', 'hello', 'hello'],
    ['Transfer-Encoding:\r\n\tchunked', '5\r\nhello\r\n0\r\n\r\n', 'hello'],
    ['Content-Length: 5,\r\n 5', 'hello', 'hello'],
  ])('follows the framing of %j, but does not keep the connection', (line, bytes, body) => {
    const input = `HTTP/1.1 200 OK\r\n${line}\r\n\r\n${bytes}`
    expect(readResponse(input)).toMatchObject({ body, done: true, reusable: false, error: null })
  })

  it.each(['Content-Length: 5\r\n 5', 'Transfer-Encoding: chun\r\n ked', 'Content-Length: 5\r\n , 6'])(
    'refuses %j, whose parts make no sense together',
    line => {
      expect(readResponse(`HTTP/1.1 200 OK\r\n${line}\r\n\r\nhello`).error?.code).toBe('ERR_HANSOM_PROTOCOL')
    },
  )

  it('unfolds a line in time that grows with its length only', () => {
    const lines = `a:${`${' '.repeat(30)}\r\n`.repeat(1_500)}`
    const input = `HTTP/1.1 204 \r\n${lines}${' '.repeat(10_000)}b\r\n\r\n`
    const started = performance.now()
    expect(readResponse(input)).toMatchObject({ done: true, error: null })
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('refuses the byte itself, without waiting for the line end', () => {
    expect(readResponse('HTTP/1.1 200 OK\r\na: \0').error).toMatchObject({ offset: 20 })
  })
})

describe('limits of the head (RFC 9110 §5.4)', () => {
  const head = 'HTTP/1.1 204 \r\na: b\r\nc: d\r\n\r\n'

  it.each([[[]], [everyByte(head)]])('a head of exactly limits.headerBytes is read', cuts => {
    expect(readResponse(head, { limits: { headerBytes: head.length }, cuts }).done).toBe(true)
  })

  it.each([[[]], [everyByte(head)]])('one byte more is refused, naming the option', cuts => {
    const { error } = readResponse(head, { limits: { headerBytes: head.length - 1 }, cuts })
    expect(error).toMatchObject({ code: 'ERR_HANSOM_HEADERS_TOO_LARGE', offset: head.length - 1 })
    expect(error!.message).toContain('limits.headerBytes')
  })

  it('a head that does not end is refused as soon as the limit is reached', () => {
    const endless = `HTTP/1.1 200 ${'a'.repeat(100)}`
    expect(readResponse(endless, { limits: { headerBytes: 50 } }).error).toMatchObject({ offset: 50 })
  })

  it.each([[[]], [everyByte(head)]])('one field over limits.headerCount is refused, naming the option', cuts => {
    expect(readResponse(head, { limits: { headerCount: 2 }, cuts }).done).toBe(true)
    const { error } = readResponse(head, { limits: { headerCount: 1 }, cuts })
    expect(error).toMatchObject({ code: 'ERR_HANSOM_HEADERS_TOO_LARGE' })
    expect(error!.message).toContain('limits.headerCount')
  })
})

describe('informational responses (RFC 9110 §15.2)', () => {
  const input =
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 9\r\n\r\n' +
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP'

  it('come before the final one, and their fields do not change its body', () => {
    expect(readResponse(input)).toMatchObject({
      log: [
        'informed 1.1 100 Continue []',
        'informed 1.1 103 Early Hints [["Link","</a>"],["Content-Length","9"]]',
        'head 1.1 200 OK [["Content-Length","1"]]',
        'end',
      ],
      body: 'x',
      stray: 'HTTP',
      reusable: true,
      bytesRead: input.length - 4,
    })
  })

  it('are the same wherever they are cut', () => {
    const whole = readResponse(input)
    for (const cut of everyByte(input)) expect(readResponse(input, { cuts: [cut] })).toEqual(whole)
    expect(readResponse(input, { cuts: everyByte(input) })).toEqual(whole)
  })

  it('are counted against limits.informational', () => {
    expect(readResponse(input, { limits: { informational: 2 } }).done).toBe(true)
    const { error } = readResponse(input, { limits: { informational: 1 } })
    expect(error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9110 §15.2' })
    expect(error!.message).toContain('limits.informational')
  })

  it('leave the final head outstanding', () => {
    expect(readResponse('HTTP/1.1 100 Continue\r\n\r\n', { eof: true })).toMatchObject({
      headSeen: false,
      error: { code: 'ERR_HANSOM_CONNECTION_CLOSED', bytesRead: 25 },
    })
  })

  it('101 is refused if nothing asked for an upgrade (RFC 9110 §15.2.2)', () => {
    const { error } = readResponse('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n')
    expect(error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9110 §15.2.2' })
  })
})

describe('upgrades (RFC 9110 §7.8)', () => {
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 3\r\n\r\n'
  const accepted = { done: true, upgraded: true, reusable: false, headSeen: true, body: '', error: null }

  it('end with the head of a 101 that was asked for; what follows is the new protocol', () => {
    const log = [
      'head 1.1 101 Switching Protocols [["Connection","upgrade"],["Upgrade","x"],["Content-Length","3"]]',
      'end',
    ]
    const whole = readResponse(`${switching}raw`, { upgrade: true })
    expect(whole).toMatchObject({ ...accepted, log, stray: 'raw', bytesRead: switching.length })
    for (const cut of everyByte(`${switching}raw`)) {
      const cutOnce = readResponse(`${switching}raw`, { upgrade: true, cuts: [cut] })
      expect(cutOnce).toEqual(whole)
    }
  })

  it('may follow other informational responses', () => {
    const { log, upgraded } = readResponse(`HTTP/1.1 100 Continue\r\n\r\n${switching}`, { upgrade: true })
    expect([log[0], log[2], upgraded]).toEqual(['informed 1.1 100 Continue []', 'end', true])
  })

  it('may be turned down by any other response', () => {
    const input = 'HTTP/1.1 200 OK\r\nUpgrade: x\r\nConnection: upgrade\r\nContent-Length: 2\r\n\r\nab'
    expect(readResponse(input, { upgrade: true })).toMatchObject({ body: 'ab', upgraded: false, reusable: true })
  })

  it('are refused if the 101 does not say to what (RFC 9110 §15.2.2)', () => {
    const { error } = readResponse('HTTP/1.1 101 X\r\n\r\n', { upgrade: true })
    expect(error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9110 §15.2.2' })
  })

  it('are forgotten by the next response', () => {
    const parser = new ResponseParser(defaultWireLimits)
    readResponse(switching, { parser, upgrade: true })
    expect(readResponse('HTTP/1.1 204 \r\n\r\n', { parser })).toMatchObject({ upgraded: false, reusable: true })
  })

  it('by CONNECT end with the head of any 2xx (RFC 9110 §9.3.6)', () => {
    const input = 'HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect(readResponse(`${input}raw`, { method: 'CONNECT' })).toMatchObject({ ...accepted, stray: 'raw' })
    expect(readResponse('HTTP/1.1 407 X\r\nContent-Length: 0\r\n\r\n', { method: 'CONNECT' }).upgraded).toBe(false)
  })
})
