import type { Leniency } from '../leniency.ts'
import { COLON, CR, isBlank, LF } from './bytes.ts'
import { endOfText, endOfToken, tokenBytes } from './char-class.ts'
import { printable, protocolFault, tooLarge } from './faults.ts'
import { type Framing, lengthsOfConcern } from './framing.ts'

const LINE_START = 0
const NAME = 1
const BEFORE_COLON = 2
const VALUE = 3
const LINE_FEED = 4
const LAST_LINE_FEED = 5
const COMPLETE = 6

/**
 * Checks a header or trailer section up to its empty line (RFC 9112 §5) and shows each field to a `Framing`. Nothing is
 * copied and no field is stored: a valid block is cut from the bytes as one piece. White space before the colon, bare
 * CR, bare LF and control characters are errors unless a leniency allows them: they are how responses are smuggled (RFC
 * 9112 §11.1). Folded lines are read (§5.2).
 */
export class FieldSection {
  /** Fields so far. */
  count = 0
  /** Where the first field begins, and, once complete, where the empty line begins. */
  blockFrom = 0
  blockTo = 0
  /** Whether a line is folded, or was let pass by a leniency, so that the block must go through `mendedBlock`. */
  irregular = false
  readonly #maxCount: number
  readonly #framing: Framing | null
  readonly #lenient: Leniency
  #state = LINE_START
  #nameFrom = 0
  #colon = 0
  /**
   * Where the last field's value ends. The field is not shown to the framing before the next line: it may be folded.
   */
  #valueTo = 0
  /** Whether the last field is irregular. */
  #odd = false

  /** `maxCount` is the limit of fields. `framing` takes the fields, none for a trailer section. */
  constructor(maxCount: number, framing: Framing | null, lenient: Leniency) {
    this.#maxCount = maxCount
    this.#framing = framing
    this.#lenient = lenient
  }

  get complete(): boolean {
    return this.#state === COMPLETE
  }

  /** Makes ready for a section that begins at offset `from`. */
  begin(from: number): void {
    this.#state = LINE_START
    this.count = 0
    this.blockFrom = from
    this.irregular = false
    this.#odd = false
  }

  /** Follows bytes that were moved by `by` places, between two calls of `scan`. */
  shift(by: number): void {
    this.blockFrom += by
    this.blockTo += by
    this.#nameFrom += by
    this.#colon += by
    this.#valueTo += by
  }

  /**
   * Reads on from `from` and returns the offset behind the empty line, or `to` if the section is not complete. The
   * bytes of the section before `from` must still be there. `origin` is the place of `bytes[0]` in the response,
   * `words` the memory of `bytes` from `wordsOf`, or `null`.
   */
  scan(bytes: Buffer, from: number, to: number, origin: number, words: Int32Array | null): number {
    let pos = from
    while (pos < to && this.#state !== COMPLETE) {
      // A line that is not whole or not regular goes through the states, so that none of its bytes is read a third time.
      if (this.#state === LINE_START) pos = this.#scanLines(bytes, pos, to, origin, words)
      pos = this.#scanLine(bytes, pos, to, origin)
    }
    return pos
  }

  /** Reads whole and regular lines, and returns the offset of the first line that is neither. */
  #scanLines(bytes: Buffer, from: number, to: number, origin: number, words: Int32Array | null): number {
    const base = bytes.byteOffset
    const maxCount = this.#maxCount
    let count = this.count
    let nameFrom = this.#nameFrom
    let colon = this.#colon
    let valueTo = this.#valueTo
    let start = from
    for (;;) {
      const nameTo = endOfToken(bytes, start, to)
      if (nameTo === to || bytes[nameTo] !== COLON || nameTo === start || count === maxCount) break
      const end = endOfText(bytes, nameTo + 1, to, words, base)
      if (end + 1 >= to || bytes[end] !== CR || bytes[end + 1] !== LF) break
      if (count > 0 && ((lengthsOfConcern >> (colon - nameFrom)) & 1) !== 0) {
        this.#show(bytes, nameFrom, colon, valueTo, origin)
      }
      // Only `#scanLine` sets it.
      if (count === this.count) this.#odd = false
      count++
      nameFrom = start
      colon = nameTo
      valueTo = end
      start = end + 2
    }
    this.count = count
    this.#nameFrom = nameFrom
    this.#colon = colon
    this.#valueTo = valueTo
    return start
  }

  /** Reads on in the line at hand, and returns the offset behind it, or `to`. */
  #scanLine(bytes: Buffer, from: number, to: number, origin: number): number {
    let pos = from
    while (pos < to) {
      const byte = bytes[pos]!
      switch (this.#state) {
        case LINE_START:
          if (this.#startLine(bytes, pos, origin)) pos++
          if (this.complete) return pos
          break
        case NAME:
          pos = endOfToken(bytes, pos, to)
          if (pos === to) return pos
          this.#colon = pos
          this.#state = this.#afterName(bytes[pos]!, origin + pos)
          pos++
          break
        case BEFORE_COLON:
          if (byte === COLON) this.#state = VALUE
          else if (!isBlank(byte)) throw badName(byte, origin + pos)
          pos++
          break
        case VALUE:
          pos = endOfText(bytes, pos, to, null, 0)
          if (pos === to) return pos
          this.#valueTo = pos
          this.#state = this.#afterValue(bytes[pos]!, origin + pos)
          pos++
          if (this.#state === LINE_START) return pos
          break
        default:
          if (byte !== LF) throw protocolFault('a CR without LF in a field line', origin + pos, 'RFC 9112 §2.2')
          this.#state = this.#state === LAST_LINE_FEED ? COMPLETE : LINE_START
          return pos + 1
      }
    }
    return pos
  }

  /** Begins a line at `pos`. True: its byte is taken. */
  #startLine(bytes: Buffer, pos: number, origin: number): boolean {
    const byte = bytes[pos]!
    if (isBlank(byte)) {
      if (this.count === 0) throw protocolFault('white space before the first field', origin + pos, 'RFC 9112 §2.2')
      this.#odd = true
      this.irregular = true
      this.#state = VALUE
      return true
    }
    if (this.count > 0) this.#show(bytes, this.#nameFrom, this.#colon, this.#valueTo, origin)
    this.#odd = false
    if (byte === CR || (byte === LF && this.#lenient.bareLf === true)) {
      this.blockTo = pos
      this.#state = byte === CR ? LAST_LINE_FEED : COMPLETE
      return true
    }
    if (tokenBytes[byte] === 0) throw byte === COLON ? noName(origin + pos) : badName(byte, origin + pos)
    if (this.count === this.#maxCount) {
      const section = this.#framing ? 'a response head' : 'a trailer section'
      throw tooLarge(section, this.#maxCount, 'fields', 'limits.headerCount', origin + pos)
    }
    this.count++
    this.#nameFrom = pos
    this.#state = NAME
    return false
  }

  #show(bytes: Buffer, nameFrom: number, colon: number, valueTo: number, origin: number): void {
    const framing = this.#framing
    if (framing === null) return
    if (this.#odd) framing.takeOdd(bytes, nameFrom, valueTo, origin)
    else framing.take(bytes, nameFrom, colon, colon + 1, valueTo, origin)
  }

  #afterName(byte: number, offset: number): number {
    if (byte === COLON) return VALUE
    if (!isBlank(byte) || this.#lenient.spaceBeforeColon !== true) throw badName(byte, offset)
    this.#odd = true
    this.irregular = true
    return BEFORE_COLON
  }

  #afterValue(byte: number, offset: number): number {
    if (byte === CR) return LINE_FEED
    if (byte === LF && this.#lenient.bareLf === true) {
      this.irregular = true
      return LINE_START
    }
    if (byte !== LF && byte !== 0 && this.#lenient.controlCharacters === true) return VALUE
    throw badValue(byte, offset)
  }
}

function noName(offset: number): Error {
  return protocolFault('a field without a name', offset, 'RFC 9112 §5')
}

function badName(byte: number, offset: number): Error {
  if (byte === LF) return protocolFault('a LF without CR in a field line', offset, 'RFC 9112 §2.2')
  if (isBlank(byte)) return protocolFault('white space in or behind a field name', offset, 'RFC 9112 §5.1')
  return protocolFault(`unexpected ${printable(byte)} in a field name`, offset, 'RFC 9110 §5.1')
}

function badValue(byte: number, offset: number): Error {
  if (byte === LF) return protocolFault('a LF without CR in a field line', offset, 'RFC 9112 §2.2')
  return protocolFault(`control character ${printable(byte)} in a field value`, offset, 'RFC 9110 §5.5')
}
