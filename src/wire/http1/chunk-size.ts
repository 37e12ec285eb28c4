import type { Leniency } from '../leniency.ts'
import { CR, isBlank, LF, SEMICOLON } from './bytes.ts'
import { hexValue, textBytes, tokenBytes } from './char-class.ts'
import { printable, protocolFault } from './faults.ts'

const SIZE = 0
const BLANKS = 1
const EXTENSION_START = 2
const EXTENSION = 3
const QUOTED = 4
const QUOTED_PAIR = 5
const LINE_FEED = 6
const COMPLETE = 7

const SECTION = 'RFC 9112 §7.1'
const EXTENSION_SECTION = 'RFC 9112 §7.1.1'
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Digits of a size, leading zeros included: as many as curl and Go read. */
const MAX_DIGITS = 16
/** Sizes stay below: 13 digits, so that sums of them are exact as well. */
const SIZE_BOUND = 2 ** 52
/** Digits that are certainly below the bound. */
const SAFE_DIGITS = 7

/**
 * Reads one `chunk-size [ chunk-ext ] CRLF` line (RFC 9112 §7.1), in as many pieces as the socket delivers. Sizes have
 * up to 16 digits, of which 13 count. Extensions are checked and passed over, up to a bound. A bare LF is an error
 * whatever the leniency: it is request smuggling (§11.2).
 */
export class ChunkSizeReader {
  size = 0
  readonly #maxExtensionBytes: number
  readonly #lenient: Leniency
  #state = SIZE
  #digits = 0
  /** In excess of the data so far: a body of tiny chunks with long extensions keeps a reader busy for nothing. */
  #extensionBytes = 0

  constructor(maxExtensionBytes: number, lenient: Leniency) {
    this.#maxExtensionBytes = maxExtensionBytes
    this.#lenient = lenient
  }

  get complete(): boolean {
    return this.#state === COMPLETE
  }

  /** Makes ready for the first line of a body. */
  reset(): void {
    this.#extensionBytes = 0
    this.next()
  }

  /** Makes ready for the next line of a body. */
  next(): void {
    if (this.#extensionBytes > 0) this.#extensionBytes = Math.max(0, this.#extensionBytes - this.size)
    this.size = 0
    this.#state = SIZE
    this.#digits = 0
  }

  /**
   * Reads on from `from` and returns the offset behind the line, or `to` if it is not complete. `origin` is the place
   * of `bytes[0]` in the response.
   */
  read(bytes: Buffer, from: number, to: number, origin: number): number {
    let pos = from
    if (this.#state === SIZE && this.#digits === 0) {
      pos = this.#readPlain(bytes, from, to)
    }
    while (pos < to && !this.complete) {
      if (this.#state === EXTENSION) pos = this.#skipExtension(bytes, pos, to)
      if (pos === to) break
      this.#take(bytes[pos]!, origin + pos)
      pos++
    }
    return pos
  }

  /** Passes over what means nothing in an extension, as far as the bound allows. */
  #skipExtension(bytes: Buffer, from: number, to: number): number {
    const end = Math.min(to, from + this.#maxExtensionBytes - this.#extensionBytes)
    let pos = from
    let byte = 0
    while (pos < end && textBytes[(byte = bytes[pos]!)] !== 0 && byte !== SEMICOLON && byte !== QUOTE) pos++
    this.#extensionBytes += pos - from
    return pos
  }

  /** Takes the digits that are certainly in bounds, and the line end if it is right behind them. */
  #readPlain(bytes: Buffer, from: number, to: number): number {
    const values = hexValue
    const bound = to - from > SAFE_DIGITS ? from + SAFE_DIGITS : to
    let pos = from
    let size = 0
    let digit = 0
    while (pos < bound && (digit = values[bytes[pos]!]!) < 16) {
      size = size * 16 + digit
      pos++
    }
    this.size = size
    this.#digits = pos - from
    if (pos === from || pos + 1 >= to || bytes[pos] !== CR || bytes[pos + 1] !== LF) return pos
    this.#state = COMPLETE
    return pos + 2
  }

  #take(byte: number, offset: number): void {
    switch (this.#state) {
      case SIZE: {
        const digit = hexValue[byte]!
        if (digit < 16) this.#addDigit(digit, offset)
        else if (this.#digits === 0) throw unexpected(byte, 'chunk size', offset)
        else this.#leaveSize(byte, offset)
        return
      }
      case LINE_FEED:
        if (byte !== LF) throw unexpected(byte, 'line end of a chunk size', offset)
        this.#state = COMPLETE
        return
      case BLANKS:
        this.#leaveSize(byte, offset)
        return
      default:
        this.#takeExtension(byte, offset)
    }
  }

  #addDigit(digit: number, offset: number): void {
    this.size = this.size * 16 + digit
    if (this.size >= SIZE_BOUND || ++this.#digits > MAX_DIGITS) {
      throw protocolFault('a chunk size that is too large', offset, SECTION)
    }
  }

  #leaveSize(byte: number, offset: number): void {
    if (byte === CR) {
      // White space is legal before an extension only (RFC 9112 §7.1.1).
      if (this.#state === BLANKS && this.#lenient.chunkSizeBlanks !== true) throw unexpected(byte, 'chunk size', offset)
      this.#state = LINE_FEED
      return
    }
    if (byte === SEMICOLON) this.#state = EXTENSION_START
    else if (isBlank(byte)) this.#state = BLANKS
    else throw unexpected(byte, 'chunk size', offset)
    this.#countExtension(offset)
  }

  /** `*( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )`; of a value only the quotes are minded. */
  #takeExtension(byte: number, offset: number): void {
    if (this.#state === EXTENSION && byte === CR) {
      this.#state = LINE_FEED
      return
    }
    if (textBytes[byte] === 0) throw unexpected(byte, 'chunk extension', offset, EXTENSION_SECTION)
    if (this.#state === EXTENSION_START) {
      if (tokenBytes[byte] !== 0) this.#state = EXTENSION
      else if (!isBlank(byte)) throw unexpected(byte, 'name of a chunk extension', offset, EXTENSION_SECTION)
    } else if (this.#state === EXTENSION) {
      if (byte === SEMICOLON) this.#state = EXTENSION_START
      else if (byte === QUOTE) this.#state = QUOTED
    } else if (this.#state === QUOTED_PAIR) this.#state = QUOTED
    else if (byte === QUOTE) this.#state = EXTENSION
    else if (byte === BACKSLASH) this.#state = QUOTED_PAIR
    this.#countExtension(offset)
  }

  #countExtension(offset: number): void {
    if (++this.#extensionBytes <= this.#maxExtensionBytes) return
    const bound = `${this.#maxExtensionBytes} bytes (limits.chunkExtensionBytes)`
    throw protocolFault(`chunk extensions of more than ${bound}`, offset, EXTENSION_SECTION)
  }
}

function unexpected(byte: number, place: string, offset: number, section = SECTION): Error {
  return protocolFault(`unexpected ${printable(byte)} in the ${place}`, offset, section)
}
