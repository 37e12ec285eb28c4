/** A header field: its name and its value. */
export type HeaderPair = readonly [name: string, value: string]
type Inspect = (value: unknown, options: unknown) => string

/** Never written to. */
const NO_STRINGS: string[] = []

/** Look-ups before the fields are told apart. */
const MAX_SCANS = 4

/**
 * The headers of a response: the read half of Fetch's `Headers`, plus `getAll` and `raw`. Immutable. Names are looked up
 * in any letter case. The fields are told apart at the first access, so headers that nobody reads cost one string.
 */
export class HeadersView implements Iterable<[string, string]> {
  /** A view without fields. */
  static readonly empty: HeadersView = new HeadersView('')

  /** Valid field lines; '' once they are parsed. */
  #block: string
  #scans = 0
  #names: string[] = NO_STRINGS
  #lowerNames: string[] = NO_STRINGS
  #values: string[] = NO_STRINGS
  #raw: readonly HeaderPair[] | null = null
  #combined: readonly HeaderPair[] | null = null

  /** `block` is a valid field block as latin1, `name: value` lines each with its CRLF. It is not checked. */
  constructor(block: string) {
    this.#block = block
  }

  /** Makes a view of names and values that are valid already; nothing is checked. */
  static of(pairs: Iterable<readonly [string, string]>): HeadersView {
    const view = new HeadersView('')
    view.#names = []
    view.#lowerNames = []
    view.#values = []
    for (const [name, value] of pairs) view.#add(name, value)
    return view
  }

  /** How many fields came, each line counted. */
  get size(): number {
    this.#parse()
    return this.#names.length
  }

  /** The fields as they came: order, letter case and repetitions kept. */
  get raw(): readonly HeaderPair[] {
    this.#parse()
    this.#raw ??= Object.freeze(this.#names.map((name, i) => Object.freeze([name, this.#values[i]!] as const)))
    return this.#raw
  }

  /** All values of a field joined with `, `, or `null` if it did not come. For Set-Cookie use `getSetCookie`. */
  get(name: string): string | null {
    const wanted = name.toLowerCase()
    if (this.#mayScan()) return scan(this.#block, wanted)
    const lowerNames = this.#lowerNames
    let joined: string | null = null
    for (let i = 0; i < lowerNames.length; i++) {
      if (lowerNames[i] === wanted) joined = join(joined, this.#values[i]!)
    }
    return joined
  }

  /** True if the field came, even with an empty value. */
  has(name: string): boolean {
    return this.get(name) !== null
  }

  /** The values of a field, one for each line in which it came. */
  getAll(name: string): string[] {
    this.#parse()
    const wanted = name.toLowerCase()
    return this.#values.filter((_, i) => this.#lowerNames[i] === wanted)
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
    this.#parse()
    const joined = new Map<string, string>()
    const cookies: HeaderPair[] = []
    for (const [i, name] of this.#lowerNames.entries()) {
      const value = this.#values[i]!
      const before = joined.get(name)
      if (name === 'set-cookie') cookies.push([name, value])
      else joined.set(name, before === undefined ? value : `${before}, ${value}`)
    }
    // Sorting is stable, so cookies stay in the order in which they came.
    this.#combined = [...joined, ...cookies].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    return this.#combined
  }

  /** The first few look-ups read the block itself: most users want one or two headers of an answer. */
  #mayScan(): boolean {
    if (this.#block === '') return false
    if (this.#scans++ < MAX_SCANS) return true
    this.#parse()
    return false
  }

  #parse(): void {
    const block = this.#block
    if (block === '') return
    this.#block = ''
    this.#names = []
    this.#lowerNames = []
    this.#values = []
    let start = 0
    for (let colon = block.indexOf(':'); colon !== -1; colon = block.indexOf(':', start)) {
      const end = lineEnd(block, colon)
      this.#add(block.slice(start, colon), trimmed(block, colon + 1, end))
      start = end + 2
    }
  }

  #add(name: string, value: string): void {
    this.#names.push(name)
    this.#lowerNames.push(name.toLowerCase())
    this.#values.push(value)
  }
}

/** Finds the values of the field `lower` in a valid field block. */
function scan(block: string, lower: string): string | null {
  let joined: string | null = null
  let start = 0
  for (let colon = block.indexOf(':'); colon !== -1; colon = block.indexOf(':', start)) {
    const end = lineEnd(block, colon)
    if (colon - start === lower.length && isNamed(block, start, lower))
      joined = join(joined, trimmed(block, colon + 1, end))
    start = end + 2
  }
  return joined
}

function lineEnd(block: string, from: number): number {
  const end = block.indexOf('\r\n', from)
  if (end === -1) throw new RangeError('a field block has a line without CRLF')
  return end
}

function isNamed(block: string, start: number, lower: string): boolean {
  for (let i = 0; i < lower.length; i++) {
    const code = block.charCodeAt(start + i)
    const isUpper = code >= 0x41 && code <= 0x5a
    if ((isUpper ? code + 32 : code) !== lower.charCodeAt(i)) return false
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
