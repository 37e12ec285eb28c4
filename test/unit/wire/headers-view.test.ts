import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { HeadersView } from '../../../src/wire/headers-view.ts'

const block =
  'Content-Type: text/html\r\nX-List:a \r\nSet-Cookie: a=1; Path=/\r\nx-list: \t b\t\r\nset-cookie: b=2\r\nEmpty:\r\n'
const pairs = [
  ['Content-Type', 'text/html'],
  ['X-List', 'a'],
  ['Set-Cookie', 'a=1; Path=/'],
  ['x-list', 'b'],
  ['set-cookie', 'b=2'],
  ['Empty', ''],
] as const

describe.each([
  ['of a field block', () => new HeadersView(block)],
  ['of pairs', () => HeadersView.of(pairs)],
])('HeadersView %s', (_, make) => {
  it('finds names in any letter case', () => {
    expect(make().get('content-TYPE')).toBe('text/html')
    expect(make().has('SET-cookie')).toBe(true)
  })

  it('joins the values of repeated fields with a comma (RFC 9110 §5.3)', () => {
    expect(make().get('x-list')).toBe('a, b')
  })

  it('gives null for what is absent and an empty string for what is empty', () => {
    expect(make().get('absent')).toBe(null)
    expect(make().has('absent')).toBe(false)
    expect(make().getAll('absent')).toEqual([])
    expect(make().get('empty')).toBe('')
    expect(make().has('empty')).toBe(true)
  })

  it.each([
    '',
    'x-list: \t b\t\r\nset-cookie',
    'Content-Type: text/html\r\nX-List',
    'content type',
    'content-typ\xe9',
    '\u0141',
  ])('finds nothing under %j, which is no name', name => {
    expect([make().get(name), make().has(name)]).toEqual([null, false])
  })

  it('gives each value of a repeated field', () => {
    expect(make().getAll('X-list')).toEqual(['a', 'b'])
    expect(make().getSetCookie()).toEqual(['a=1; Path=/', 'b=2'])
  })

  it('keeps order, letter case and repetitions in raw, without white space around the values', () => {
    expect(make().raw).toEqual(pairs)
    expect(make().size).toBe(6)
  })

  it('cannot be changed through raw', () => {
    const view = make()
    expect(() => (view.raw as unknown[]).push(['x', 'y'])).toThrow(TypeError)
    expect(() => {
      ;(view.raw[0] as unknown as string[])[1] = 'y'
    }).toThrow(TypeError)
  })

  it("iterates as Fetch's Headers does", () => {
    const fetchHeaders = new Headers(pairs.map(([name, value]): [string, string] => [name, value]))
    const view = make()
    expect([...view]).toEqual([...fetchHeaders])
    expect([...view.entries()]).toEqual([...fetchHeaders.entries()])
    expect([...view.keys()]).toEqual([...fetchHeaders.keys()])
    expect([...view.values()]).toEqual([...fetchHeaders.values()])
  })

  it('calls back with value, name and itself', () => {
    const view = make()
    const calls: unknown[] = []
    view.forEach(function (this: unknown, ...args) {
      calls.push([this, ...args])
    }, 'self')
    expect(calls).toContainEqual(['self', 'a, b', 'x-list', view])
    expect(calls).toHaveLength(5)
  })

  it('becomes a plain record in JSON, with the cookies as an array', () => {
    expect(JSON.parse(JSON.stringify(make()))).toEqual({
      'content-type': 'text/html',
      empty: '',
      'set-cookie': ['a=1; Path=/', 'b=2'],
      'x-list': 'a, b',
    })
  })

  it('shows its fields when inspected', () => {
    expect(inspect(make())).toMatch(/^HeadersView \{.*'x-list': 'a, b'/s)
  })
})

describe('HeadersView', () => {
  it('has an empty one', () => {
    expect(HeadersView.empty.size).toBe(0)
    expect([...HeadersView.empty]).toEqual([])
    expect(HeadersView.empty.get('x')).toBe(null)
    expect(inspect(HeadersView.empty)).toBe('HeadersView {}')
  })

  it.each(['__proto__', 'constructor', 'toString'])('takes %s for a header name like any other', name => {
    const view = new HeadersView(`${name}: x\r\n`)
    expect(view.get(name)).toBe('x')
    expect(Object.entries(view.toJSON())).toEqual([[name.toLowerCase(), 'x']])
    expect(HeadersView.empty.get(name)).toBe(null)
  })

  it('keeps obs-text as latin1 (RFC 9110 §5.5)', () => {
    expect(new HeadersView('x: caf\xe9\r\n').get('x')).toBe('caf\xe9')
  })

  it('gives the same at the first look-up as after many', () => {
    const view = new HeadersView(block)
    for (let i = 0; i < 8; i++) {
      expect(view.get('X-LIST')).toBe('a, b')
      expect(view.get('list')).toBe(null)
      expect(view.has('empty')).toBe(true)
    }
  })

  it('takes only letters for equal in another case', () => {
    expect(new HeadersView('^x: a\r\n').get('~x')).toBe(null)
    expect(new HeadersView('~X: a\r\n').get('^x')).toBe(null)
  })

  it('refuses a block that is none, instead of looping', () => {
    expect(() => new HeadersView('a: b').get('a')).toThrow(RangeError)
    expect(() => new HeadersView('a: b').raw).toThrow(RangeError)
  })

  it('splits at the first colon only', () => {
    expect(new HeadersView('location: http://a:80/\r\n').get('location')).toBe('http://a:80/')
  })
})
