import { tokenBytes } from './http1/char-class.ts'

/** A header field: its name and its value. */
export type HeaderPair = readonly [name: string, value: string]
type Inspect = (value: unknown, options: unknown) => string

/** Look-ups before the fields are told apart. */
const MAX_SCANS = 4

const COLON = 0x3a
const CR = 0x0d

/** The code of each `tchar` in lower case, 0 for all other codes: those are in no name. */
const lowerCodes = makeLowerCodes()

/** Fields that were told apart: three lists of one length. */
interface Fields {
  readonly names: string[]
  readonly lowerNames: string[]
  readonly values: string[]
}

/**
 * The headers of a response: the read half of Fetch's `Headers`, plus `getAll` and `raw`. Immutable. Names are looked
 * up in any letter case. The fields are told apart at the first access, so headers that nobody reads cost one string.
 */
export class HeadersView implements Iterable<[string, string]> {
  /** A view without fields. */
  static readonly empty: HeadersView = new HeadersView('')

  /** Valid field lines; '' once they are parsed. */
  #block: string
  #scans = 0
  #fields: Fields | null = null
  #raw: readonly HeaderPair[] | null = null
  #combined: readonly HeaderPair[] | null = null

  /** `block` is a valid field block as latin1, `name: value` lines each with its CRLF. It is not checked. */
  constructor(block: string) {
    this.#block = block
  }

  /** Makes a view of names and values that are valid already; nothing is checked. */
  static of(pairs: Iterable<readonly [string, string]>): HeadersView {
    const view = new HeadersView('')
    const fields: Fields = { names: [], lowerNames: [], values: [] }
    for (const [name, value] of pairs) add(fields, name, value)
    view.#fields = fields
    return view
  }

  /** How many fields came, each line counted. */
  get size(): number {
    return this.#parsed().names.length
  }

  /** The fields as they came: order, letter case and repetitions kept. */
  get raw(): readonly HeaderPair[] {
    if (this.#raw !== null) return this.#raw
    const { names, values } = this.#parsed()
    this.#raw = Object.freeze(names.map((name, i) => Object.freeze([name, values[i]!] as const)))
    return this.#raw
  }

  /** All values of a field joined with `, `, or `null` if it did not come. For Set-Cookie use `getSetCookie`. */
  get(name: string): string | null {
    // Most users want one or two headers of an answer: the first few look-ups read the block itself.
    if (this.#fields === null && this.#scans++ < MAX_SCANS) return scan(this.#block, name)
    const { lowerNames, values } = this.#parsed()
    const wanted = name.toLowerCase()
    let joined: string | null = null
    for (let i = 0; i < lowerNames.length; i++) {
      if (lowerNames[i] === wanted) joined = join(joined, values[i]!)
    }
    return joined
  }

  /** True if the field came, even with an empty value. */
  has(name: string): boolean {
    return this.get(name) !== null
  }

  /** The values of a field, one for each line in which it came. */
  getAll(name: string): string[] {
    const { lowerNames, values } = this.#parsed()
    const wanted = name.toLowerCase()
    return values.filter((_, i) => lowerNames[i] === wanted)
  }

  /** The values of Set-Cookie, which cannot be joined. */
  getSetCookie(): string[] {
    return this.getAll('set-cookie')
  }

  /** Names in lower case and sorted, values joined; each Set-Cookie is an entry of its own. */
  *entries(): IterableIterator<[string, string]> {
    for (const [name, value] of this.#combine()) yield [name, value]
  }

  /** The names of `entries`. */
  *keys(): IterableIterator<string> {
    for (const [name] of this.#combine()) yield name
  }

  /** The values of `entries`. */
  *values(): IterableIterator<string> {
    for (const [, value] of this.#combine()) yield value
  }

  /** The same as `entries`. */
  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }

  /** Calls back for each of `entries`, with the value first, as in Fetch. */
  forEach(callback: (value: string, name: string, headers: HeadersView) => void, thisArg?: unknown): void {
    for (const [name, value] of this.#combine()) callback.call(thisArg, value, name, this)
  }

  /** A plain record from lower-case names to joined values; `set-cookie` is an array. */
  toJSON(): Record<string, string | string[]> {
    const cookies = this.getSetCookie()
    const record: [string, string | string[]][] = this.#combine()
      .filter(([name]) => name !== 'set-cookie')
      .map(copy)
    if (cookies.length > 0) record.push(['set-cookie', cookies])
    // Not by assignment: `__proto__` is a legal header name.
    return Object.fromEntries(record)
  }

  [Symbol.for('nodejs.util.inspect.custom')](_depth: number, options: unknown, inspect: Inspect): string {
    return `HeadersView ${inspect(this.toJSON(), options)}`
  }

  #combine(): readonly HeaderPair[] {
    if (this.#combined) return this.#combined
    const { lowerNames, values } = this.#parsed()
    const joined = new Map<string, string>()
    const cookies: HeaderPair[] = []
    for (let i = 0; i < lowerNames.length; i++) {
      const name = lowerNames[i]!
      const value = values[i]!
      const before = joined.get(name)
      if (name === 'set-cookie') cookies.push([name, value])
      joined.set(name, before === undefined ? value : `${before}, ${value}`)
    }
    const combined: HeaderPair[] = []
    for (const name of [...joined.keys()].sort()) {
      if (name === 'set-cookie') combined.push(...cookies)
      else combined.push([name, joined.get(name)!])
    }
    this.#combined = combined
    return this.#combined
  }

  #parsed(): Fields {
    if (this.#fields !== null) return this.#fields
    const block = this.#block
    const fields: Fields = { names: [], lowerNames: [], values: [] }
    let start = 0
    while (start < block.length) {
      const colon = block.indexOf(':', start)
      const end = endOfLine(block, start)
      add(fields, block.slice(start, colon), trimmed(block, colon + 1, end))
      start = end + 2
    }
    this.#block = ''
    this.#fields = fields
    return fields
  }
}

function add(fields: Fields, name: string, value: string): void {
  fields.names.push(name)
  fields.lowerNames.push(name.toLowerCase())
  fields.values.push(value)
}

/** Finds the values of the field `name`, in any letter case, in a valid field block. */
function scan(block: string, name: string): string | null {
  const length = name.length
  let joined: string | null = null
  let start = 0
  while (start < block.length) {
    const end = endOfLine(block, start)
    if (block.charCodeAt(start + length) === COLON && isNamed(block, start, name)) {
      joined = join(joined, trimmed(block, start + length + 1, end))
    }
    start = end + 2
  }
  return joined
}

/** The offset of the CR of the line that begins at `from`. */
function endOfLine(block: string, from: number): number {
  // For one character, `indexOf` is a search by machine words.
  const end = block.indexOf('\n', from) - 1
  if (end < from || block.charCodeAt(end) !== CR) throw new RangeError('a field block has a line without CRLF')
  return end
}

/** Tells whether the text of `block` from `start` on is `name`, letters in either case, and could be a name at all. */
function isNamed(block: string, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code > 127 || lowerCodes[code] === 0) return false
    if (lowerCodes[code] !== lowerCodes[block.charCodeAt(start + i)]) return false
  }
  return true
}

function join(before: string | null, value: string): string {
  return before === null ? value : `${before}, ${value}`
}

function trimmed(block: string, from: number, to: number): string {
  while (from < to && isBlank(block.charCodeAt(from))) from++
  while (to > from && isBlank(block.charCodeAt(to - 1))) to--
  return block.slice(from, to)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

function copy([name, value]: HeaderPair): [string, string] {
  return [name, value]
}

function makeLowerCodes(): Uint8Array {
  const codes = new Uint8Array(256)
  for (let code = 0; code < 256; code++) {
    if (tokenBytes[code] !== 0) codes[code] = String.fromCharCode(code).toLowerCase().charCodeAt(0)
  }
  return codes
}
