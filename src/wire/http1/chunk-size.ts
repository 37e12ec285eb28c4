import { CR, isBlank, LF, SEMICOLON } from './bytes.ts'
import { charClass, hexValue, TEXT } from './char-class.ts'
import { printable, protocolFault } from './faults.ts'

const SIZE = 0
const BLANKS = 1
const EXTENSION = 2
const LINE_FEED = 3
const COMPLETE = 4

const SECTION = 'RFC 9112 §7.1'

/** Digits of a size, leading zeros included. */
const MAX_DIGITS = 256
/** Sizes stay below: 13 digits, so that sums of them are exact as well. */
const SIZE_BOUND = 2 ** 52

/**
 * Reads one `chunk-size [ chunk-ext ] CRLF` line (RFC 9112 §7.1), in as many pieces as the socket delivers. Sizes have
 * up to 13 digits, leading zeros aside. Extensions are skipped, up to a bound. A bare LF is an error: leniency here is request
 * smuggling (§11.2).
 */
export class ChunkSizeReader {
  size = 0
  readonly #maxExtensionBytes: number
  #state = SIZE
  #digits = 0
  #extensionBytes = 0

  constructor(maxExtensionBytes: number) {
    this.#maxExtensionBytes = maxExtensionBytes
  }

  get complete(): boolean {
    return this.#state === COMPLETE
  }

  /** Makes ready for the next line. */
  reset(): void {
    this.size = 0
    this.#state = SIZE
    this.#digits = 0
    this.#extensionBytes = 0
  }

  /**
   * Reads on from `from` and returns the offset behind the line, or `to` if it is not complete. `origin` is the place of
   * `bytes[0]` in the response.
   */
  read(bytes: Buffer, from: number, to: number, origin: number): number {
    let pos = from
    while (pos < to && this.#state !== COMPLETE) {
      const byte = bytes[pos]!
      switch (this.#state) {
        case SIZE: {
          const digit = hexValue[byte]!
          if (digit < 16) this.#addDigit(digit, origin + pos)
          else if (this.#digits === 0) throw unexpected(byte, 'chunk size', origin + pos)
          else this.#leaveSize(byte, origin + pos)
          break
        }
        case BLANKS:
          // White space is legal before an extension only, so a line end here is none (RFC 9112 §7.1.1).
          if (byte === SEMICOLON) this.#state = EXTENSION
          else if (!isBlank(byte)) throw unexpected(byte, 'chunk size', origin + pos)
          this.#countExtension(origin + pos)
          break
        case EXTENSION:
          if (byte === CR) this.#state = LINE_FEED
          else if ((charClass[byte]! & TEXT) === 0) throw unexpected(byte, 'chunk extension', origin + pos)
          else this.#countExtension(origin + pos)
          break
        default:
          if (byte !== LF) throw unexpected(byte, 'line end of a chunk size', origin + pos)
          this.#state = COMPLETE
      }
      pos++
    }
    return pos
  }

  #addDigit(digit: number, offset: number): void {
    this.size = this.size * 16 + digit
    if (this.size >= SIZE_BOUND || ++this.#digits > MAX_DIGITS) {
      throw protocolFault('a chunk size that is too large', offset, SECTION)
    }
  }

  #leaveSize(byte: number, offset: number): void {
    if (byte === CR) {
      this.#state = LINE_FEED
      return
    }
    if (byte === SEMICOLON) this.#state = EXTENSION
    else if (isBlank(byte)) this.#state = BLANKS
    else throw unexpected(byte, 'chunk size', offset)
    this.#countExtension(offset)
  }

  #countExtension(offset: number): void {
    if (++this.#extensionBytes <= this.#maxExtensionBytes) return
    const bound = `${this.#maxExtensionBytes} bytes (limits.chunkExtensionBytes)`
    throw protocolFault(`chunk extensions of more than ${bound}`, offset, 'RFC 9112 §7.1.1')
  }
}

function unexpected(byte: number, place: string, offset: number): Error {
  return protocolFault(`unexpected ${printable(byte)} in the ${place}`, offset, SECTION)
}
