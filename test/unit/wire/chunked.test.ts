import { describe, expect, it } from 'vitest'
import { everyByte, readResponse } from './record.ts'

const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const headLog = 'head 1.1 200 OK [["Transfer-Encoding","chunked"]]'

function read(body: string, options = {}) {
  return readResponse(head + body, options)
}

describe('chunked body (RFC 9112 §7.1)', () => {
  const body = '5\r\nhello\r\n00B;a=b ;c="d"\r\n, big world\r\n1 ;x\r\n!\r\n000;last\r\nDigest: x\r\nExpires: 0\r\n\r\n'
  const whole = {
    body: 'hello, big world!',
    stray: 'X',
    done: true,
    reusable: true,
    bytesRead: head.length + body.length,
  }

  it('is put together from its chunks', () => {
    expect(read(`${body}X`)).toMatchObject({ ...whole, log: [headLog, 'end [["Digest","x"],["Expires","0"]]'] })
  })

  it('is the same wherever it is cut into two', () => {
    const uncut = read(`${body}X`)
    for (const cut of everyByte(head + body)) expect(read(`${body}X`, { cuts: [cut] })).toEqual(uncut)
  })

  it('is the same byte by byte', () => {
    expect(read(`${body}X`, { cuts: everyByte(head + body) })).toMatchObject(whole)
  })

  it('may be empty', () => {
    expect(read('0\r\n\r\n')).toMatchObject({ log: [headLog, 'end'], body: '', done: true, reusable: true })
  })

  it('passes a chunk on before it is complete, however large it says it is', () => {
    expect(read('fffffffffffff\r\nabc')).toMatchObject({ body: 'abc', done: false, error: null })
  })

  it.each([
    '',
    '5',
    '5\r',
    '5\r\n',
    '5\r\nhel',
    '5\r\nhello',
    '5\r\nhello\r\n',
    '5\r\nhello\r\n0\r\n',
    '5\r\nhello\r\n0\r\n\r',
    '5\r\nhello\r\n0\r\nA: b\r\n',
  ])('that ends after %j is truncated, never short', part => {
    const { error, done, log } = read(part, { eof: true })
    expect(error).toMatchObject({ code: 'ERR_HANSOM_BODY_TRUNCATED', bytesRead: head.length + part.length })
    expect({ done, log }).toEqual({ done: false, log: [headLog] })
  })
})

describe('chunk size (RFC 9112 §7.1)', () => {
  it('reads the same line however the socket splits it', () => {
    const line = '1f;x\r\n'
    const rest = `${'a'.repeat(31)}\r\n0\r\n\r\n`
    for (const cut of everyByte(line)) {
      expect(read(line + rest, { cuts: [head.length + cut] })).toMatchObject({ body: 'a'.repeat(31), done: true })
    }
  })

  it.each([
    '+5\r\n',
    '-5\r\n',
    '\r\n',
    ' 5\r\n',
    ';x\r\n',
    '5\n',
    '5 \r\n',
    '5 5\r\n',
    '5\t\n',
    '0x5\r\n',
    '5g\r\n',
    'G\r\n',
    '5,\r\n',
    '5\0\r\n',
    '\xb5\r\n',
    '10000000000000\r\n',
    'ffffffffffffffff\r\n',
    `${'0'.repeat(17)}\r\n`,
    '5\rx',
    '5\r\r\n',
    '5;a\rx',
    '5 ;a\rx',
  ])('rejects %j, however it is cut', line => {
    const refused = { code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9112 §7.1' }
    expect(read(line).error).toMatchObject(refused)
    expect(read(line, { cuts: everyByte(head + line) }).error).toMatchObject(refused)
  })

  it('accepts leading zeros', () => {
    expect(read('0000000000000005\r\nhello\r\n0\r\n\r\n')).toMatchObject({ body: 'hello', done: true })
  })
})

describe('chunk data (RFC 9112 §7.1)', () => {
  it.each(['hellox', 'hello\n', 'hello\rx', 'hello0\r\n\r\n', 'hello\n\r'])('%j has no CRLF behind 5 bytes', data => {
    expect(read(`5\r\n${data}`)).toMatchObject({
      body: 'hello',
      error: { code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9112 §7.1' },
    })
  })
})

describe('chunk extensions (RFC 9112 §7.1.1)', () => {
  it.each(['5;a', '5;a=b', '5 ; a = b', '5;a="x;y \\" z"', '5;a;b=c', '5\t;\ta'])('%j is passed over', line => {
    const body = `${line}\r\nhello\r\n0\r\n\r\n`
    expect(read(body)).toMatchObject({ body: 'hello', done: true, reusable: true })
    expect(read(body, { cuts: everyByte(head + body) })).toMatchObject({ body: 'hello', done: true })
  })

  it.each([
    '5;a\nb\r\n',
    '5;a\0\r\n',
    '5;\x1b\r\n',
    '5;a\x7f\r\n',
    '5;\r\n',
    '5; \r\n',
    '5;;a\r\n',
    '5;a;\r\n',
    '5;=b\r\n',
    '5;a="x\r\n',
    '5;a="x\\\r\n',
    '5;a="x\n"\r\n',
  ])('%j is refused, however it is cut', line => {
    const refused = { code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9112 §7.1.1' }
    expect(read(line).error).toMatchObject(refused)
    expect(read(line, { cuts: everyByte(head + line) }).error).toMatchObject(refused)
  })

  it.each([`5;${'x'.repeat(9)}\r\n`, `5${' '.repeat(8)};x\r\n`])('may have limits.chunkExtensionBytes: %j', line => {
    const rest = 'hello\r\n0\r\n\r\n'
    expect(read(line + rest, { limits: { chunkExtensionBytes: 10 } }).done).toBe(true)
    const { error } = read(line + rest, { limits: { chunkExtensionBytes: 9 } })
    expect(error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9112 §7.1.1' })
    expect(error!.message).toContain('limits.chunkExtensionBytes')
  })

  it('may be as long as the data before them, beyond the limit', () => {
    const chunk = 'a;xxxxxxxxx\r\n0123456789\r\n'
    expect(read(`${chunk.repeat(20)}0\r\n\r\n`, { limits: { chunkExtensionBytes: 10 } }).done).toBe(true)
  })

  it('are counted together, so that tiny chunks cannot bring long ones again and again', () => {
    const chunk = '1;xxxxxxxxx\r\na\r\n'
    const { error } = read(`${chunk.repeat(2)}0\r\n\r\n`, { limits: { chunkExtensionBytes: 10 } })
    expect(error!.message).toContain('limits.chunkExtensionBytes')
    expect(read(`${chunk}0\r\n\r\n`, { limits: { chunkExtensionBytes: 10 } }).done).toBe(true)
  })
})

describe('trailer section (RFC 9112 §7.1.2)', () => {
  it('never changes the framing, whatever it says', () => {
    const trailers = 'Content-Length: 99\r\ncontent-length: x\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n'
    expect(read(`0\r\n${trailers}\r\nX`)).toMatchObject({ stray: 'X', done: true, reusable: true, error: null })
  })

  it.each(['a : b', ' a: b', 'a', 'a: b\n', 'a: \0', ': b'])('refuses %j as a header section does', line => {
    expect(read(`0\r\n${line}\r\n\r\n`).error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', rfc: expect.any(String) })
  })

  it('unfolds lines as a header section does', () => {
    expect(read('0\r\na: b\r\n c\r\n\r\n').log).toEqual([headLog, 'end [["a","b c"]]'])
  })

  it.each([
    ['headerBytes', { headerBytes: 80 }, `a: ${'x'.repeat(80)}\r\n`],
    ['headerCount', { headerCount: 2 }, 'a: b\r\nc: d\r\ne: f\r\n'],
  ])('is bounded by limits.%s on its own', (name, limits, fields) => {
    for (const cuts of [[], everyByte(head + fields)]) {
      const { error } = read(`0\r\n${fields}\r\n`, { limits, cuts })
      expect(error).toMatchObject({ code: 'ERR_HANSOM_HEADERS_TOO_LARGE', rfc: 'RFC 9110 §5.4' })
      expect(error!.message).toMatch(new RegExp(`trailer section.*limits.${name}`))
    }
  })
})
