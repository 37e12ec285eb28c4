import { describe, expect, it } from 'vitest'
import type { Leniency } from '../../../src/wire/leniency.ts'
import { everyByte, readResponse } from './record.ts'

const length = 'Content-Length: 2\r\n'

interface Case {
  readonly name: keyof Leniency
  readonly what: string
  readonly input: string
  readonly fields?: readonly (readonly [string, string])[]
  readonly reusable?: boolean
}

const fields = [['Content-Length', '2']] as const
const accepted: readonly Case[] = [
  { name: 'bareLf', what: 'in every line', input: 'HTTP/1.1 200 OK\nContent-Length: 2\n\nab' },
  { name: 'bareLf', what: 'behind the status line', input: `HTTP/1.1 200 OK\n${length}\r\nab` },
  { name: 'bareLf', what: 'behind a status without reason', input: `HTTP/1.1 200\n${length}\r\nab` },
  { name: 'bareLf', what: 'behind a field', input: 'HTTP/1.1 200 OK\r\nContent-Length: 2\n\r\nab' },
  { name: 'bareLf', what: 'as the empty line', input: `HTTP/1.1 200 OK\r\n${length}\nab` },
  {
    name: 'bareLf',
    what: 'in a folded line',
    input: `HTTP/1.1 200 OK\r\na: b\n c\r\n${length}\r\nab`,
    fields: [['a', 'b c'], ...fields],
  },
  { name: 'leadingCrlf', what: 'before the status line', input: `\r\nHTTP/1.1 200 OK\r\n${length}\r\nab` },
  {
    name: 'spaceBeforeColon',
    what: 'in a field of no concern',
    input: `HTTP/1.1 200 OK\r\na \t: b\r\n${length}\r\nab`,
    fields: [['a', 'b'], ...fields],
  },
  {
    name: 'spaceBeforeColon',
    what: 'in a field that frames the message',
    input: 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nab',
    reusable: false,
  },
  {
    name: 'controlCharacters',
    what: 'in a value',
    input: `HTTP/1.1 200 OK\r\na: b\x01\x7fc\x1b\r\n${length}\r\nab`,
    fields: [['a', 'b\x01\x7fc\x1b'], ...fields],
  },
]

describe('a leniency', () => {
  it.each(accepted)(
    '$name lets pass what it names, $what',
    ({ name, input, fields: pairs = fields, reusable = true }) => {
      const options = { lenient: { [name]: true } }
      const whole = readResponse(input, options)
      const log = [expect.stringMatching(/^head 1.1 200/), 'end']
      expect(whole).toMatchObject({ log, body: 'ab', done: true, reusable, stray: '', error: null })
      expect(whole.log[0]).toContain(JSON.stringify(pairs))
      for (const cut of everyByte(input)) expect(readResponse(input, { ...options, cuts: [cut] })).toEqual(whole)
      expect(readResponse(input, { ...options, cuts: everyByte(input) })).toEqual(whole)
    },
  )

  it.each(accepted)('$name is off by default and with every other one on, $what', ({ name, input }) => {
    const all: Leniency = {
      bareLf: true,
      leadingCrlf: true,
      spaceBeforeColon: true,
      controlCharacters: true,
      chunkSizeBlanks: true,
    }
    for (const lenient of [undefined, {}, { [name]: false }, { ...all, [name]: false }]) {
      expect(readResponse(input, { ...(lenient && { lenient }) }).error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL' })
    }
  })

  it('chunkSizeBlanks passes over blanks behind a chunk size', () => {
    const input = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2  \r\nab\r\n0 \t\r\n\r\n'
    expect(readResponse(input).error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', rfc: 'RFC 9112 §7.1' })
    for (const cuts of [[], everyByte(input)]) {
      expect(readResponse(input, { cuts, lenient: { chunkSizeBlanks: true } })).toMatchObject({
        body: 'ab',
        done: true,
      })
    }
  })

  it.each([
    ['leadingCrlf passes over one line only', 'leadingCrlf', '\r\n\r\nHTTP/1.1 204 \r\n\r\n'],
    ['leadingCrlf passes over no blank line', 'leadingCrlf', ' \r\nHTTP/1.1 204 \r\n\r\n'],
    ['bareLf lets no CR pass alone', 'bareLf', 'HTTP/1.1 204 \r\na: b\rc\r\n\r\n'],
    ['spaceBeforeColon lets no second word pass', 'spaceBeforeColon', 'HTTP/1.1 204 \r\na b: c\r\n\r\n'],
    ['spaceBeforeColon lets no line without colon pass', 'spaceBeforeColon', 'HTTP/1.1 204 \r\na \r\n\r\n'],
    ['controlCharacters lets no NUL pass', 'controlCharacters', 'HTTP/1.1 204 \r\na: b\0\r\n\r\n'],
    ['controlCharacters lets no LF pass', 'controlCharacters', 'HTTP/1.1 204 \r\na: b\nc: d\r\n\r\n'],
    ['controlCharacters lets no CR pass', 'controlCharacters', 'HTTP/1.1 204 \r\na: b\rc\r\n\r\n'],
    ['chunkSizeBlanks lets none pass before the size', 'chunkSizeBlanks', chunked(' 2\r\nab\r\n0\r\n\r\n')],
  ])('%s', (_, name, input) => {
    expect(readResponse(input, { lenient: { [name]: true } }).error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL' })
  })

  it.each([
    '2\nab\r\n0\r\n\r\n',
    '2\r\nab\n0\r\n\r\n',
    '2\r\nab\r\n0\n\r\n',
    '2\r\nab\r\n0\r\n\n',
    '2;a\nab\r\n0\r\n\r\n',
  ])('none lets a LF alone pass in chunked framing: %j (RFC 9112 §11.2)', body => {
    const lenient = { bareLf: true, leadingCrlf: true, chunkSizeBlanks: true, controlCharacters: true }
    expect(readResponse(chunked(body), { lenient }).error).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL' })
  })

  it('none lets a trailer section be irregular', () => {
    const lenient = { bareLf: true, spaceBeforeColon: true, controlCharacters: true }
    for (const line of ['a: b\n', 'a : b\r\n', 'a: \x01\r\n']) {
      expect(readResponse(chunked(`0\r\n${line}\r\n`), { lenient }).error?.code).toBe('ERR_HANSOM_PROTOCOL')
    }
  })
})

function chunked(body: string): string {
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`
}
