import { describe, expect, it } from 'vitest'
import { checkedFieldLine, HeadersView, hostField, isToken, trailerLine, validateMethod } from '../../src/http1.ts'
import { type ReadOptions, readResponse } from '../unit/wire/record.ts'

const ok = 'HTTP/1.1 200 OK\r\n'
const none = 'Content-Length: 0\r\n\r\n'
const broken = { code: 'ERR_HANSOM_PROTOCOL' }
const refused = expect.objectContaining({ name: 'TypeError' })

function withField(field: string, options: ReadOptions = {}) {
  return readResponse(`${ok}${field}\r\n${none}`, options)
}

describe('fields', () => {
  it('have names in any letter case (RFC 9110 §5.1)', () => {
    const view = new HeadersView('CoNtEnT-TyPe: a\r\n')
    expect([view.get('content-type'), view.get('CONTENT-TYPE'), view.has('Content-type')]).toEqual(['a', 'a', true])
    expect(readResponse(`${ok}cOnTeNt-LeNgTh: 1\r\n\r\nx`)).toMatchObject({ body: 'x', done: true })
  })

  it.each(['a b: c', 'a(: b', 'a/b: c', 'a\x80: b', '"a": b', 'a,: b', ': b', 'a'])(
    'have a token for a name: %j (RFC 9110 §5.1)',
    field => {
      expect(withField(field).error).toMatchObject(broken)
    },
  )

  it('of one name are joined by a comma and a space (RFC 9110 §5.2)', () => {
    expect(new HeadersView('a: b\r\nx: y\r\nA: c, d\r\n').get('a')).toBe('b, c, d')
  })

  it('of one name keep their order (RFC 9110 §5.3)', () => {
    expect(new HeadersView('a: 1\r\nb: 2\r\na: 3\r\n').getAll('a')).toEqual(['1', '3'])
  })

  it('named Set-Cookie are never joined (RFC 9110 §5.3)', () => {
    const view = new HeadersView('Set-Cookie: a=1, x\r\nset-cookie: b=2\r\n')
    expect(view.getSetCookie()).toEqual(['a=1, x', 'b=2'])
    expect([...view]).toEqual([
      ['set-cookie', 'a=1, x'],
      ['set-cookie', 'b=2'],
    ])
  })

  it.each([
    ['headerBytes', `a: ${'b'.repeat(65_536)}`],
    ['headerCount', 'a: b\r\n'.repeat(1_000).trimEnd()],
  ])('are bounded by limits.%s (RFC 9110 §5.4)', (name, field) => {
    const { error } = withField(field)
    expect(error).toMatchObject({ code: 'ERR_HANSOM_HEADERS_TOO_LARGE', rfc: 'RFC 9110 §5.4' })
    expect(error?.message).toContain(`limits.${name}`)
  })

  it.each(['\0', '\x01', '\x0b', '\x1f', '\x7f'])('have no %j in a value (RFC 9110 §5.5)', char => {
    expect(withField(`a: b${char}c`).error).toMatchObject({ ...broken, rfc: 'RFC 9110 §5.5' })
    expect(() => checkedFieldLine('a', `b${char}c`)).toThrow(refused)
  })

  it('have tabs, and bytes of other character sets, in their values as they are (RFC 9110 §5.5)', () => {
    expect(withField('a: b\tc\x80\xff').log[0]).toContain('["a","b\\tc\x80\xff"]')
  })

  it('are sent without white space at the ends of a value (RFC 9110 §5.5)', () => {
    expect(checkedFieldLine('a', ' \tb ')).toBe('a: b\r\n')
  })

  it('that are lists may have empty elements (RFC 9110 §5.6.1.2)', () => {
    expect(withField('Connection: , close,').reusable).toBe(false)
    const body = '1\r\nx\r\n0\r\n\r\n'
    expect(readResponse(`${ok}Transfer-Encoding: , chunked ,\r\n\r\n${body}`)).toMatchObject({ body: 'x', done: true })
  })

  it('have tokens of letters, digits and fifteen marks (RFC 9110 §5.6.2)', () => {
    expect(isToken("!#$%&'*+-.^_`|~09azAZ")).toBe(true)
    for (const char of '(),/:;<=>?@[\\]{}" \t\r\n\0\x7f\x80') expect(isToken(`a${char}`)).toBe(false)
  })
})

describe('trailers', () => {
  const input = `${ok}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\nConnection: close\r\nT: u\r\n\r\n`

  it('are never taken for headers (RFC 9110 §6.5.1)', () => {
    const { log, reusable, done } = readResponse(input)
    expect({ reusable, done }).toEqual({ reusable: true, done: true })
    expect(log).toEqual([
      'head 1.1 200 OK [["Transfer-Encoding","chunked"]]',
      'end [["Content-Length","5"],["Connection","close"],["T","u"]]',
    ])
  })

  it.each(['Content-Length', 'transfer-encoding', 'Host', 'Authorization', 'Set-Cookie', 'Trailer', 'Content-Type'])(
    'named %s are not announced (RFC 9110 §6.5.1)',
    name => {
      expect(() => trailerLine([name])).toThrow(refused)
    },
  )

  it('are announced by Trailer (RFC 9110 §6.6.2)', () => {
    expect(trailerLine(['digest', 'x-sum'])).toBe('trailer: digest, x-sum\r\n')
  })
})

describe('routing', () => {
  it.each([
    ['http', 'a', 80, 'a'],
    ['http', 'a', 443, 'a:443'],
    ['https', 'a', 443, 'a'],
    ['https', 'a', 80, 'a:80'],
    ['http', '::1', 80, '[::1]'],
    ['https', '::1', 1, '[::1]:1'],
  ] as const)('Host for %s, %s and port %i is %j (RFC 9110 §7.2)', (scheme, hostname, port, host) => {
    expect(hostField(scheme, hostname, port)).toBe(host)
  })

  it.each(['close', 'CLOSE', 'x, close', 'x\r\nConnection: close'])(
    'Connection: %s closes (RFC 9110 §7.6.1)',
    value => {
      expect(withField(`Connection: ${value}`).reusable).toBe(false)
    },
  )

  it('a 101 that was asked for hands the connection over behind its head (RFC 9110 §7.8)', () => {
    const input = 'HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw'
    expect(readResponse(input, { upgrade: true })).toMatchObject({ upgraded: true, done: true, stray: 'raw' })
  })

  it('an upgrade may be ignored by the server (RFC 9110 §7.8)', () => {
    expect(withField('a: b', { upgrade: true })).toMatchObject({ upgraded: false, done: true, reusable: true })
  })
})

describe('Content-Length', () => {
  it.each(['0', '2', '002', '2 ', '\t2'])('is digits: %j (RFC 9110 §8.6)', value => {
    const length = Number(value)
    const input = `${ok}Content-Length:${value}\r\n\r\n${'x'.repeat(length)}`
    expect(readResponse(input)).toMatchObject({ body: 'x'.repeat(length), done: true, reusable: true })
  })

  it.each(['+2', '-2', '2.0', '2e0', '0x2', '\xb2', '2;', '"2"', '', '2 2', '\x0b2'])(
    'is nothing but digits: %j (RFC 9110 §8.6)',
    value => {
      expect(withFieldOnly(`Content-Length: ${value}`).error).toMatchObject(broken)
    },
  )

  it('is at most 2^53-1, and is never rounded (RFC 9110 §8.6)', () => {
    expect(withFieldOnly('Content-Length: 9007199254740991').error).toBe(null)
    for (const length of ['9007199254740992', '9007199254740993', '18446744073709551616']) {
      expect(withFieldOnly(`Content-Length: ${length}`).error).toMatchObject({ ...broken, rfc: 'RFC 9110 §8.6' })
    }
  })

  it('may repeat one value, and no other (RFC 9110 §8.6)', () => {
    expect(withFieldOnly('Content-Length: 2, 2\r\nContent-Length: 2').error).toBe(null)
    expect(withFieldOnly('Content-Length: 2, 3').error).toMatchObject(broken)
  })

  function withFieldOnly(field: string) {
    return readResponse(`${ok}${field}\r\n\r\n`)
  }
})

describe('methods', () => {
  it('are tokens whose letter case counts (RFC 9110 §9.1)', () => {
    expect(validateMethod('pAtCh')).toBe('pAtCh')
    expect(() => validateMethod('PA TCH')).toThrow(refused)
  })

  it('HEAD has an answer without content, however long it says it is (RFC 9110 §9.3.2)', () => {
    const input = `${ok}Content-Length: 5\r\n\r\n`
    expect(readResponse(input, { method: 'HEAD' })).toMatchObject({ body: '', done: true, reusable: true })
  })

  it('CONNECT makes a tunnel of any 2xx, and ignores its length (RFC 9110 §9.3.6)', () => {
    for (const status of [200, 204, 299]) {
      const input = `HTTP/1.1 ${status} X\r\nContent-Length: 5\r\n\r\nraw`
      expect(readResponse(input, { method: 'CONNECT' })).toMatchObject({
        upgraded: true,
        stray: 'raw',
        reusable: false,
      })
    }
  })

  it('CONNECT that is turned down has an ordinary answer (RFC 9110 §9.3.6)', () => {
    const input = 'HTTP/1.1 407 X\r\nContent-Length: 2\r\n\r\nno'
    expect(readResponse(input, { method: 'CONNECT' })).toMatchObject({ upgraded: false, body: 'no', reusable: true })
  })
})

describe('status codes', () => {
  it.each([200, 299, 418, 599, 600, 999])('%i is read, known or not (RFC 9110 §15)', status => {
    expect(readResponse(`HTTP/1.1 ${status} X\r\n${none}`).log[0]).toMatch(new RegExp(`^head 1.1 ${status} X`))
  })

  it.each([100, 102, 103, 104, 199])(
    '%i comes before the final response, asked for or not (RFC 9110 §15.2)',
    status => {
      const { log, done } = readResponse(`HTTP/1.1 ${status} X\r\na: b\r\n\r\n${ok}${none}`)
      expect({ first: log[0], done }).toEqual({ first: `informed 1.1 ${status} X [["a","b"]]`, done: true })
    },
  )

  it('1xx may come any number of times, up to limits.informational (RFC 9110 §15.2)', () => {
    const many = (count: number) => readResponse(`${'HTTP/1.1 102 X\r\n\r\n'.repeat(count)}${ok}${none}`)
    expect(many(32)).toMatchObject({ done: true, error: null })
    expect(many(33).error).toMatchObject({ ...broken, message: expect.stringContaining('limits.informational') })
  })

  it('100 does not end the wait for the final response (RFC 9110 §15.2.1)', () => {
    expect(readResponse('HTTP/1.1 100 Continue\r\n\r\n')).toMatchObject({ done: false, headSeen: false, error: null })
  })

  it('101 is an error if no upgrade was asked for (RFC 9110 §15.2.2)', () => {
    const { error } = readResponse('HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n')
    expect(error).toMatchObject({ ...broken, rfc: 'RFC 9110 §15.2.2' })
  })

  it('101 says what it upgrades to (RFC 9110 §15.2.2)', () => {
    expect(readResponse('HTTP/1.1 101 X\r\n\r\n', { upgrade: true }).error).toMatchObject(broken)
  })

  it.each([204, 304])('%i has no content (RFC 9110 §15.3.5, §15.4.5)', status => {
    const input = `HTTP/1.1 ${status} X\r\nContent-Length: 5\r\n\r\n`
    expect(readResponse(input)).toMatchObject({ body: '', done: true, reusable: true })
  })

  it('205 is framed like any other (RFC 9110 §15.3.6)', () => {
    expect(readResponse(`HTTP/1.1 205 X\r\n${none}`)).toMatchObject({ body: '', done: true, reusable: true })
  })
})
