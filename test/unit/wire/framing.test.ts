import { describe, expect, it } from 'vitest'
import { readResponse } from './record.ts'

function read(fields: string[], body = '', options = {}) {
  return readResponse(`HTTP/1.1 200 OK\r\n${fields.map(field => `${field}\r\n`).join('')}\r\n${body}`, options)
}

describe('Content-Length (RFC 9110 §8.6)', () => {
  it.each([
    ['Content-Length: 5'],
    ['content-length:5'],
    ['CONTENT-LENGTH: \t5 '],
    ['Content-Length: 005'],
    ['Content-Length: 5, 5'],
    ['Content-Length: 5 ,5,\t5'],
  ])('%j delimits a body of 5 bytes', field => {
    expect(read([field], 'helloX')).toMatchObject({ body: 'hello', stray: 'X', done: true, reusable: true })
  })

  it('may be repeated with the same value', () => {
    expect(read(['Content-Length: 5', 'Content-Length: 5'], 'hello')).toMatchObject({ body: 'hello', reusable: true })
  })

  it.each([
    '+5',
    '-5',
    '',
    ' ',
    '5 5',
    '5,',
    ',5',
    '5,,5',
    '0x5',
    '5.0',
    '5e1',
    '5;',
    '"5"',
    '\xb5',
    '9007199254740992',
    '99999999999999999999999999',
  ])('%j is refused', value => {
    const { error } = read([`Content-Length: ${value}`])
    expect(error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9110 §8.6' })
  })

  it.each([[['Content-Length: 5, 6']], [['Content-Length: 5', 'content-length: 6']]])(
    'different values are refused: %j (RFC 9112 §6.3)',
    fields => {
      expect(read(fields).error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9112 §6.3' })
    },
  )

  it('goes up to the largest safe integer', () => {
    expect(read(['Content-Length: 9007199254740991'], 'x')).toMatchObject({ body: 'x', done: false, error: null })
  })

  it('0 completes the response with its head', () => {
    expect(read(['Content-Length: 0'], 'X')).toMatchObject({ body: '', stray: 'X', done: true, reusable: true })
  })
})

describe('Transfer-Encoding (RFC 9112 §6.1)', () => {
  const chunks = '5\r\nhello\r\n0\r\n\r\n'

  it.each(['chunked', 'Chunked', ' \tCHUNKED\t', 'chunked,', ', chunked'])('%j means chunks', value => {
    expect(read([`Transfer-Encoding: ${value}`], `${chunks}X`)).toMatchObject({
      body: 'hello',
      stray: 'X',
      reusable: true,
    })
  })

  it.each([
    [['Transfer-Encoding: chunked', 'Content-Length: 3']],
    [['Content-Length: 3', 'Transfer-Encoding: chunked']],
  ])('chunked overrules Content-Length, and the connection is not kept: %j (RFC 9112 §6.3)', fields => {
    expect(read(fields, chunks)).toMatchObject({ body: 'hello', done: true, reusable: false, error: null })
  })

  it.each([[['Transfer-Encoding: gzip']], [['Transfer-Encoding: chunked, gzip']], [['Transfer-Encoding: chunkedx']]])(
    'without chunked as the last coding the body lasts until the connection closes: %j (RFC 9112 §6.3)',
    fields => {
      expect(read([...fields, 'Content-Length: 3'], 'abcdef')).toMatchObject({ body: 'abcdef', done: false })
      expect(read(fields, 'abcdef', { eof: true })).toMatchObject({ body: 'abcdef', done: true, reusable: false })
    },
  )

  it.each([
    [['Transfer-Encoding: gzip, chunked']],
    [['Transfer-Encoding: gzip', 'Transfer-Encoding: chunked']],
    [['Transfer-Encoding: identity, chunked']],
    [['Transfer-Encoding: x;a=b, chunked']],
  ])('other codings below chunked are left to the reader, and the connection is not kept: %j', fields => {
    expect(read(fields, `${chunks}X`)).toMatchObject({ body: 'hello', stray: 'X', done: true, reusable: false })
  })

  it.each([
    [['Transfer-Encoding: chunked, chunked']],
    [['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked']],
    [['Transfer-Encoding: chunked, gzip, chunked']],
    [['Transfer-Encoding: chunked;q=1']],
    [['Transfer-Encoding: chunked foo']],
    [['Transfer-Encoding: "chunked"']],
    [['Transfer-Encoding:']],
    [['Transfer-Encoding: ,']],
  ])('%j is refused', fields => {
    expect(read(fields, chunks).error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9112 §6.1' })
  })

  it('in an HTTP/1.0 response is followed, but the connection is not kept', () => {
    const head = 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect(readResponse(head + chunks)).toMatchObject({ body: 'hello', done: true, reusable: false })
  })
})

describe('responses without a body (RFC 9112 §6.3)', () => {
  it.each([
    ['HEAD', 200, 'Content-Length: 5'],
    ['HEAD', 200, 'Transfer-Encoding: chunked'],
    ['HEAD', 200, 'X: y'],
    ['GET', 204, 'Content-Length: 5'],
    ['GET', 304, 'Content-Length: 5'],
    ['GET', 304, 'Transfer-Encoding: chunked'],
  ])('%s, status %i, with %j', (method, status, field) => {
    const input = `HTTP/1.1 ${status} X\r\n${field}\r\n\r\nstray`
    expect(readResponse(input, { method })).toMatchObject({ body: '', stray: 'stray', done: true, reusable: true })
  })

  it('a successful CONNECT opens a tunnel right behind the head (RFC 9110 §9.3.6)', () => {
    const input = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntunnel'
    expect(readResponse(input, { method: 'CONNECT' })).toMatchObject({ body: '', stray: 'tunnel', reusable: false })
  })

  it('a refused CONNECT has a body', () => {
    const input = 'HTTP/1.1 407 No\r\nContent-Length: 5\r\n\r\nhello'
    expect(readResponse(input, { method: 'CONNECT' })).toMatchObject({ body: 'hello', done: true, reusable: true })
  })
})

describe('persistence (RFC 9112 §9.3)', () => {
  const length = 'Content-Length: 0'

  it.each([
    ['1.1', [], true],
    ['1.1', ['Connection: close'], false],
    ['1.1', ['Connection: Upgrade, CLOSE'], false],
    ['1.1', ['Connection: x', 'connection: close'], false],
    ['1.1', ['Connection: keep-alive, close'], false],
    ['1.1', ['Connection: closed'], true],
    ['1.1', ['Connection: close-x, x'], true],
    ['1.1', ['Proxy-Connection: close'], true],
    ['1.0', [], false],
    ['1.0', ['Connection: Keep-Alive'], true],
    ['1.0', ['Connection: keep-alive, close'], false],
  ])('HTTP/%s with %j: %j', (version, fields, reusable) => {
    const head = `HTTP/${version} 200 OK\r\n${[...fields, length].join('\r\n')}\r\n\r\n`
    expect(readResponse(head)).toMatchObject({ done: true, reusable })
  })

  it('is given up when an informational response says close', () => {
    const input = `HTTP/1.1 103 X\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\n${length}\r\n\r\n`
    expect(readResponse(input).reusable).toBe(false)
  })

  it('is not told before the response is complete', () => {
    expect(read(['Content-Length: 5'], 'hell').reusable).toBe(false)
  })
})

describe('Keep-Alive', () => {
  it.each([
    ['timeout=5', 5000],
    ['TimeOut=5, max=100', 5000],
    ['max=100,timeout=0', 0],
    ['timeout=5, timeout=3', 3000],
    ['timeout=999999999', 999_999_999_000],
    ['timeout=9999999999', undefined],
    ['timeout=', undefined],
    ['timeout', undefined],
    ['timeout=-1', undefined],
    ['timeout=5s', undefined],
    ['timeout="5"', undefined],
    ['xtimeout=5', undefined],
    ['max=5', undefined],
    ['', undefined],
  ])('%j hints at %j ms', (value, hint) => {
    const result = read([`Keep-Alive: ${value}`, 'Content-Length: 0'])
    expect(result).toMatchObject({ error: null, reusable: true })
    expect(result.keepAliveHintMs).toBe(hint)
  })
})
