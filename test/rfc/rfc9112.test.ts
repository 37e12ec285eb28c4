import { describe, expect, it } from 'vitest'
import {
  absoluteForm,
  asteriskForm,
  authorityForm,
  checkedRequestHead,
  chunkHead,
  hostField,
  lastChunk,
  originForm,
  type RequestHeadInit,
  ResponseParser,
  validateMethod,
} from '../../src/http1.ts'
import { defaultWireLimits } from '../../src/wire/message.ts'
import { everyByte, type ReadOptions, readResponse } from '../unit/wire/record.ts'

const ok = 'HTTP/1.1 200 OK\r\n'
const broken = { code: 'ERR_HANSOM_PROTOCOL' }
const refused = expect.objectContaining({ name: 'TypeError' })
const chunks = '2\r\nab\r\n0\r\n\r\n'

function withFields(fields: string, body = '', options: ReadOptions = {}) {
  return readResponse(`${ok}${fields}\r\n\r\n${body}`, options)
}

function chunked(body: string, options: ReadOptions = {}) {
  return withFields('Transfer-Encoding: chunked', body, options)
}

function head(init: Partial<RequestHeadInit> = {}): string {
  return checkedRequestHead({ method: 'GET', target: '/', host: 'a', ...init })
}

describe('message format', () => {
  it('is read as octets, not as characters of Unicode (RFC 9112 §2.2)', () => {
    expect(withFields('a: \xc3\xa9\r\nContent-Length: 0').log[0]).toContain('["a","\xc3\xa9"]')
  })

  it('has CRLF line ends; a LF alone is refused unless a leniency allows it (RFC 9112 §2.2)', () => {
    const input = 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'
    expect(readResponse(input).error).toMatchObject(broken)
    expect(readResponse(input, { lenient: { bareLf: true } })).toMatchObject({ done: true, error: null })
  })

  it.each(['HTTP/1.1 200 O\rK\r\n\r\n', `${ok}a: b\rc\r\n\r\n`, `${ok}a: b\r\n\rc: d\r\n\r\n`])(
    'with a bare CR is invalid: %j (RFC 9112 §2.2)',
    input => {
      expect(readResponse(input).error).toMatchObject(broken)
    },
  )

  it('has no white space between status line and first field (RFC 9112 §2.2)', () => {
    expect(withFields(' a: b').error).toMatchObject({ ...broken, rfc: 'RFC 9112 §2.2', offset: ok.length })
  })

  it('of a request has no CRLF before its line, nor one too many behind its fields (RFC 9112 §2.2)', () => {
    expect(head()).toMatch(/^GET (?!.*\r\n\r\n\r\n).*\r\n\r\n$/s)
  })

  it.each(['http/1.1', 'HTTP/1.1.', 'HTTP/11', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTPS/1.1', 'HTTP /1.1'])(
    'names HTTP/1.0 or HTTP/1.1, not %j (RFC 9112 §2.3)',
    version => {
      expect(readResponse(`${version} 200 OK\r\n\r\n`).error).toMatchObject({ ...broken, rfc: 'RFC 9112 §4' })
    },
  )
})

describe('request line', () => {
  it('is method, target and version, with single spaces (RFC 9112 §3)', () => {
    expect(head({ target: '/a?b' })).toMatch(/^GET \/a\?b HTTP\/1\.1\r\n/)
  })

  it('keeps the letter case of the method (RFC 9112 §3.1)', () => {
    expect(head({ method: 'get' })).toMatch(/^get /)
  })

  it.each(['G ET', 'GET\r\n', 'GET\t', '', 'GET\0'])('does not take %j for a method (RFC 9112 §3.1)', method => {
    expect(() => validateMethod(method)).toThrow(refused)
  })

  it.each(['/a b', '/a\tb', '/a\r\nb', '/a\0'])('does not take %j for a target (RFC 9112 §3.2)', target => {
    expect(() => head({ target })).toThrow(refused)
  })

  it('is followed by exactly one Host (RFC 9112 §3.2)', () => {
    expect(head().match(/^host: /gim)).toHaveLength(1)
    expect(() => head({ fields: [['HOST', 'b']] })).toThrow(refused)
  })

  it('is followed by a Host without user information (RFC 9112 §3.2)', () => {
    expect(() => hostField('http', 'user:secret@a', 80)).toThrow(refused)
    expect(() => head({ host: 'user@a' })).toThrow(refused)
  })

  it('has a path that begins with / in origin-form (RFC 9112 §3.2.1)', () => {
    expect(originForm('/')).toBe('/')
    expect(() => originForm('')).toThrow(refused)
    expect(() => originForm('a')).toThrow(refused)
  })

  it('has scheme, host and path in absolute-form, and Host besides (RFC 9112 §3.2.2)', () => {
    const host = hostField('http', 'a', 8080)
    expect(head({ host, target: absoluteForm('http', host, '/b?c') })).toBe(
      'GET http://a:8080/b?c HTTP/1.1\r\nhost: a:8080\r\n\r\n',
    )
  })

  it('has host and port in authority-form, for CONNECT only (RFC 9112 §3.2.3)', () => {
    const target = authorityForm('::1', 443)
    expect(head({ method: 'CONNECT', target, host: target })).toMatch(/^CONNECT \[::1\]:443 HTTP\/1\.1\r\n/)
    expect(() => head({ target })).toThrow(refused)
    expect(() => head({ method: 'CONNECT', target: '/' })).toThrow(refused)
  })

  it('has asterisk-form for OPTIONS only (RFC 9112 §3.2.4)', () => {
    expect(head({ method: 'OPTIONS', target: asteriskForm })).toMatch(/^OPTIONS \* /)
    expect(() => head({ target: asteriskForm })).toThrow(refused)
  })
})

describe('status line', () => {
  it.each([
    ['HTTP/1.1 200 OK', 'OK'],
    ['HTTP/1.1 200 ', ''],
    ['HTTP/1.1 200', ''],
    ['HTTP/1.1 200 caf\xe9 \t(x)', 'caf\xe9 \t(x)'],
  ])('%j has the reason %j (RFC 9112 §4)', (line, reason) => {
    const { log } = readResponse(`${line}\r\nContent-Length: 0\r\n\r\n`)
    expect(log[0]).toBe(`head 1.1 200 ${reason} [["Content-Length","0"]]`)
  })

  it('may be of HTTP/1.0 (RFC 9112 §4)', () => {
    expect(readResponse('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n').log[0]).toMatch(/^head 1\.0 200/)
  })

  it.each(['20', '2000', '2x0', '', '-20', '099'])('does not take %j for a status (RFC 9112 §4)', status => {
    expect(readResponse(`HTTP/1.1 ${status} X\r\n\r\n`).error).toMatchObject({ ...broken, rfc: 'RFC 9112 §4' })
  })
})

describe('field lines', () => {
  it('have optional white space around their values (RFC 9112 §5)', () => {
    expect(withFields('a:b\r\nc: \t d e\t \r\nf:\r\nContent-Length: 0').log[0]).toContain(
      '[["a","b"],["c","d e"],["f",""]',
    )
  })

  it.each(['a : b', 'a\t: b', 'Content-Length : 5', 'Transfer-Encoding : chunked'])(
    'have no white space before the colon: %j (RFC 9112 §5.1)',
    line => {
      expect(withFields(line).error).toMatchObject({ ...broken, rfc: 'RFC 9112 §5.1' })
    },
  )

  it('that are folded become one line with a space for each fold (RFC 9112 §5.2)', () => {
    expect(withFields('a: b\t\r\n \tc\r\n d\r\nContent-Length: 0').log[0]).toContain('[["a","b c d"],')
  })

  it('are not folded by the sender (RFC 9112 §5.2)', () => {
    expect(() => head({ fields: [['a', 'b\r\n c']] })).toThrow(refused)
  })
})

describe('message body', () => {
  it('is there if and only if a field says so, or the connection closes (RFC 9112 §6)', () => {
    expect(withFields('Content-Length: 2', 'ab')).toMatchObject({ body: 'ab', done: true })
    expect(chunked(chunks)).toMatchObject({ body: 'ab', done: true })
    expect(readResponse(`${ok}\r\nab`, { eof: true })).toMatchObject({ body: 'ab', done: true })
  })

  it.each(['chunked', 'CHUNKED', 'Chunked'])('is in chunks with %j (RFC 9112 §6.1)', coding => {
    expect(withFields(`Transfer-Encoding: ${coding}`, chunks)).toMatchObject({ body: 'ab', reusable: true })
  })

  it('may have codings below the chunks, on one line or several (RFC 9112 §6.1)', () => {
    for (const fields of [
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: gzip\r\ntransfer-encoding: chunked',
    ]) {
      expect(withFields(fields, chunks)).toMatchObject({ body: 'ab', done: true, reusable: false })
    }
  })

  it('is not chunked twice (RFC 9112 §6.1)', () => {
    for (const fields of ['Transfer-Encoding: chunked, chunked', 'Transfer-Encoding: chunked, x, chunked']) {
      expect(withFields(fields, chunks).error).toMatchObject({ ...broken, rfc: 'RFC 9112 §6.1' })
    }
  })

  it('in chunks from HTTP/1.0 is read, and the connection closes (RFC 9112 §6.1)', () => {
    const input = `HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`
    expect(readResponse(input)).toMatchObject({ body: 'ab', done: true, reusable: false })
  })

  it('is not announced by both fields in a request (RFC 9112 §6.2)', () => {
    const fields = [['content-length', 2] as const, ['transfer-encoding', 'chunked'] as const]
    expect(() => head({ fields })).toThrow(refused)
    expect(() => head({ fields: fields.toReversed() })).toThrow(refused)
  })

  it.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])(
    'of an answer to %s with status %i is empty, whatever the fields say: rule 1 (RFC 9112 §6.3)',
    (method, status) => {
      for (const field of ['Content-Length: 5', 'Transfer-Encoding: chunked', 'a: b']) {
        const result = readResponse(`HTTP/1.1 ${status} X\r\n${field}\r\n\r\nX`, { method })
        expect(result).toMatchObject({ body: '', done: true, stray: 'X' })
      }
    },
  )

  it('of a 1xx is empty, whatever its fields say: rule 1 (RFC 9112 §6.3)', () => {
    for (const field of ['Content-Length: 5', 'Transfer-Encoding: chunked']) {
      const input = `HTTP/1.1 103 X\r\n${field}\r\n\r\n${ok}Content-Length: 1\r\n\r\nx`
      expect(readResponse(input)).toMatchObject({ body: 'x', done: true, stray: '' })
    }
  })

  it('of a 2xx to CONNECT is a tunnel: rule 2 (RFC 9112 §6.3)', () => {
    const input = `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\ntunnel`
    expect(readResponse(input, { method: 'CONNECT' })).toMatchObject({ body: '', upgraded: true, stray: 'tunnel' })
  })

  it.each(['Transfer-Encoding: chunked\r\nContent-Length: 3', 'Content-Length: 3\r\nTransfer-Encoding: chunked'])(
    'with %j is in chunks, and the connection closes: rule 3 (RFC 9112 §6.3)',
    fields => {
      expect(withFields(fields, chunks)).toMatchObject({ body: 'ab', done: true, reusable: false })
    },
  )

  it('in chunks has the length that the chunks say: rule 4 (RFC 9112 §6.3)', () => {
    expect(chunked(`${chunks}X`)).toMatchObject({ body: 'ab', done: true, stray: 'X' })
  })

  it('whose last coding is not chunked lasts until the connection closes: rule 4 (RFC 9112 §6.3)', () => {
    for (const coding of ['gzip', 'chunked, gzip', 'identity']) {
      const fields = `Transfer-Encoding: ${coding}\r\nContent-Length: 1`
      expect(withFields(fields, chunks, { eof: true })).toMatchObject({ body: chunks, done: true, reusable: false })
    }
  })

  it.each(['5x', '-1', '+1', '', '1 1', '0x1', '1, 2', '1\r\nContent-Length: 2'])(
    'of length %j is an error that nothing mends: rule 5 (RFC 9112 §6.3)',
    length => {
      expect(withFields(`Content-Length: ${length}`, 'x').error).toMatchObject(broken)
    },
  )

  it.each(['2, 2', '2\r\nContent-Length: 2'])('of length %j has the one length: rule 5 (RFC 9112 §6.3)', length => {
    expect(withFields(`Content-Length: ${length}`, 'ab')).toMatchObject({ body: 'ab', done: true })
  })

  it('shorter than its Content-Length is incomplete: rule 6 (RFC 9112 §6.3)', () => {
    const { error, log } = withFields('Content-Length: 3', 'ab', { eof: true })
    expect(error).toMatchObject({ code: 'ERR_HANSOM_BODY_TRUNCATED' })
    expect(log).not.toContain('end')
  })

  it('without length lasts until the connection closes: rule 8 (RFC 9112 §6.3)', () => {
    expect(readResponse(`${ok}\r\nab`)).toMatchObject({ body: 'ab', done: false })
    expect(readResponse(`${ok}\r\nab`, { eof: true })).toMatchObject({ body: 'ab', done: true, reusable: false })
  })

  it('is not followed by what is left in the segment: that is no second response (RFC 9112 §6.3)', () => {
    const second = `${ok}Content-Length: 6\r\n\r\nsecond`
    const result = withFields('Content-Length: 2', `ab${second}`)
    expect(result).toMatchObject({ body: 'ab', stray: second })
    expect(result.log.filter(line => line.startsWith('head'))).toHaveLength(1)
  })
})

describe('chunked coding', () => {
  it.each(['A\r\n0123456789\r\n0\r\n\r\n', 'a\r\n0123456789\r\n00\r\n\r\n', '000a\r\n0123456789\r\n0\r\n\r\n'])(
    'has sizes in hexadecimal: %j (RFC 9112 §7.1)',
    body => {
      expect(chunked(body)).toMatchObject({ body: '0123456789', done: true })
    },
  )

  it.each(['10000000000000\r\n', 'fffffffffffffffff\r\n'])('has no size that overflows: %j (RFC 9112 §7.1)', line => {
    expect(chunked(line).error).toMatchObject({ ...broken, rfc: 'RFC 9112 §7.1' })
  })

  it('has CRLF behind size, data and trailers, at every cut of the bytes (RFC 9112 §7.1)', () => {
    const body = '2;x\r\nab\r\n0\r\na: b\r\n\r\n'
    const input = `${ok}Transfer-Encoding: chunked\r\n\r\n${body}`
    for (const cut of everyByte(input)) {
      expect(readResponse(input, { cuts: [cut] })).toMatchObject({ body: 'ab', done: true })
    }
    for (const wrong of [body.replace('x\r\n', 'x\n'), body.replace('ab\r\n', 'ab\n'), body.replace('0\r\n', '0\n')]) {
      expect(chunked(wrong).error).toMatchObject(broken)
    }
  })

  it('of a request ends with a chunk of size 0 (RFC 9112 §7.1)', () => {
    expect(`${chunkHead(10)}0123456789\r\n${lastChunk('')}`).toBe('a\r\n0123456789\r\n0\r\n\r\n')
  })

  it('has extensions, which are ignored (RFC 9112 §7.1.1)', () => {
    expect(chunked('2;a=b;c="d;e"\r\nab\r\n0;x\r\n\r\n')).toMatchObject({ body: 'ab', done: true })
  })

  it('has extensions of bounded length (RFC 9112 §7.1.1)', () => {
    const { error } = chunked(`2;${'x'.repeat(5_000)}\r\nab\r\n0\r\n\r\n`)
    expect(error).toMatchObject({ ...broken, message: expect.stringContaining('limits.chunkExtensionBytes') })
  })

  it('has trailers, which are kept apart from the header section (RFC 9112 §7.1.2)', () => {
    expect(chunked('0\r\nDigest: x\r\n\r\n').log).toEqual([
      'head 1.1 200 OK [["Transfer-Encoding","chunked"]]',
      'end [["Digest","x"]]',
    ])
  })
})

describe('incomplete messages', () => {
  it('without the end of the head are no responses (RFC 9112 §8)', () => {
    const { error, headSeen } = readResponse(`${ok}a: b\r\n`, { eof: true })
    expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECTION_CLOSED' })
    expect(headSeen).toBe(false)
  })

  it.each(['', '2\r\nab\r\n', '2\r\nab\r\n0\r\n', '2\r\nab\r\n0\r\na: b\r\n'])(
    'in chunks without the last one, %j, are errors (RFC 9112 §8)',
    body => {
      expect(chunked(body, { eof: true }).error).toMatchObject({ code: 'ERR_HANSOM_BODY_TRUNCATED' })
    },
  )
})

describe('connections', () => {
  it('carry 1xx responses before the final one to the same request (RFC 9112 §9.2)', () => {
    const input = `HTTP/1.1 100 A\r\n\r\nHTTP/1.1 103 B\r\nLink: x\r\n\r\n${ok}Content-Length: 0\r\n\r\n`
    expect(readResponse(input).log.map(line => line.slice(0, 16))).toEqual([
      'informed 1.1 100',
      'informed 1.1 103',
      'head 1.1 200 OK ',
      'end',
    ])
  })

  it('whose server speaks unasked give no response (RFC 9112 §9.2)', () => {
    const parser = new ResponseParser(defaultWireLimits)
    const bytes = Buffer.from(`${ok}\r\n`)
    expect(parser.read(bytes, 0, bytes.length)).toBe(0)
  })

  it.each([
    ['1.1', '', true],
    ['1.1', 'Connection: close\r\n', false],
    ['1.1', 'Connection: x, Close\r\n', false],
    ['1.0', '', false],
    ['1.0', 'Connection: keep-alive\r\n', true],
    ['1.0', 'Connection: keep-alive, close\r\n', false],
  ])('of HTTP/%s with %j persist: %j (RFC 9112 §9.3)', (version, field, reusable) => {
    expect(readResponse(`HTTP/${version} 200 OK\r\n${field}Content-Length: 0\r\n\r\n`).reusable).toBe(reusable)
  })

  it('persist only if each message told its own length (RFC 9112 §9.3)', () => {
    expect(readResponse(`${ok}Connection: keep-alive\r\n\r\nab`, { eof: true }).reusable).toBe(false)
  })
})

describe('security', () => {
  it.each(['b\r\nc: d', 'b\nc: d', 'b\rc: d', 'b\0'])(
    'a value of %j cannot split a request (RFC 9112 §11.1)',
    value => {
      expect(() => head({ fields: [['a', value]] })).toThrow(refused)
    },
  )

  it('an object whose string changes between check and use is not coerced (RFC 9112 §11.1)', () => {
    let calls = 0
    const value = { toString: () => (calls++ === 0 ? 'b' : 'b\r\nc: d') }
    expect(() => head({ fields: [['a', value as unknown as string]] })).toThrow(refused)
    expect(calls).toBe(0)
  })
})
