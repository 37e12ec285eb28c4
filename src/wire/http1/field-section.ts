import { COLON, CR, isBlank, LF } from './bytes.ts'
import { endOfText, endOfToken } from './char-class.ts'
import { printable, protocolFault, tooLarge } from './faults.ts'
import type { Framing } from './framing.ts'

const LINE_START = 0
const NAME = 1
const VALUE = 2
const LINE_FEED = 3
const LAST_LINE_FEED = 4
const COMPLETE = 5

/**
 * Checks a header or trailer section up to its empty line (RFC 9112 §5) and shows each field to a `Framing`. Nothing is
 * copied and no field is stored: a valid block is cut from the bytes as one piece. White space before the colon, folded
 * lines, bare CR, bare LF and control characters are errors: leniency here is request smuggling (RFC 9112 §11.1).
 */
export class FieldSection {
  /** Fields so far. */
  count = 0
  /** Where the first field begins, and, once complete, where the empty line begins. */
  blockFrom = 0
  blockTo = 0
  readonly #maxCount: number
  readonly #framing: Framing | null
  #state = LINE_START
  #nameFrom = 0
  #colon = 0

  /** `maxCount` is the limit of fields. `framing` takes the fields, none for a trailer section. */
  constructor(maxCount: number, framing: Framing | null) {
    this.#maxCount = maxCount
    this.#framing = framing
  }

  get complete(): boolean {
    return this.#state === COMPLETE
  }

  /** Makes ready for a section that begins at offset `from`. */
  begin(from: number): void {
    this.#state = LINE_START
    this.count = 0
    this.blockFrom = from
  }

  /** Follows bytes that were moved by `by` places, between two calls of `scan`. */
  shift(by: number): void {
    this.blockFrom += by
    this.blockTo += by
    this.#nameFrom += by
    this.#colon += by
  }

  /**
   * Reads on from `from` and returns the offset behind the empty line, or `to` if the section is not complete. The bytes
   * of the section before `from` must still be there. `origin` is the place of `bytes[0]` in the response.
   */
  scan(bytes: Buffer, from: number, to: number, origin: number): number {
    let state = this.#state
    let nameFrom = this.#nameFrom
    let colon = this.#colon
    let pos = from
    while (pos < to) {
      if (state === LINE_START) {
        nameFrom = pos
        if (bytes[pos] === CR) {
          this.blockTo = pos
          pos++
          state = LAST_LINE_FEED
          continue
        }
        this.#countField(bytes[pos]!, origin + pos)
        state = NAME
      }
      if (state === NAME) {
        pos = endOfToken(bytes, pos, to)
        if (pos === to) break
        if (bytes[pos] !== COLON || pos === nameFrom) throw badName(bytes[pos]!, pos === nameFrom, origin + pos)
        colon = pos++
        state = VALUE
      }
      if (state === VALUE) {
        pos = endOfText(bytes, pos, to)
        if (pos === to) break
        if (bytes[pos] !== CR) throw badValue(bytes[pos]!, origin + pos)
        pos++
        state = LINE_FEED
        continue
      }
      if (bytes[pos] !== LF) throw protocolFault('a CR without LF in a field line', origin + pos, 'RFC 9112 §2.2')
      pos++
      if (state === LAST_LINE_FEED) {
        state = COMPLETE
        break
      }
      this.#framing?.take(bytes, nameFrom, colon, pos - 2, origin)
      state = LINE_START
    }
    this.#state = state
    this.#nameFrom = nameFrom
    this.#colon = colon
    return pos
  }

  #countField(byte: number, offset: number): void {
    if (isBlank(byte)) {
      if (this.count === 0) throw protocolFault('white space before the first field', offset, 'RFC 9112 §2.2')
      throw protocolFault('a folded field line', offset, 'RFC 9112 §5.2')
    }
    if (this.count === this.#maxCount) {
      const section = this.#framing ? 'a response head' : 'a trailer section'
      throw tooLarge(section, this.#maxCount, 'fields', 'limits.headerCount', offset)
    }
    this.count++
  }
}

function badName(byte: number, atStart: boolean, offset: number): Error {
  if (byte === LF) return protocolFault('a LF without CR in a field line', offset, 'RFC 9112 §2.2')
  if (atStart && byte === COLON) return protocolFault('a field without a name', offset, 'RFC 9112 §5')
  if (isBlank(byte)) return protocolFault('white space in or behind a field name', offset, 'RFC 9112 §5.1')
  return protocolFault(`unexpected ${printable(byte)} in a field name`, offset, 'RFC 9110 §5.1')
}

function badValue(byte: number, offset: number): Error {
  if (byte === LF) return protocolFault('a LF without CR in a field line', offset, 'RFC 9112 §2.2')
  return protocolFault(`control character ${printable(byte)} in a field value`, offset, 'RFC 9110 §5.5')
}
