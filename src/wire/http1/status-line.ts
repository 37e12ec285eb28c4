import type { Leniency } from '../leniency.ts'
import { CR, LF, latin1, NINE, SP, ZERO } from './bytes.ts'
import { endOfText } from './char-class.ts'
import { printable, protocolFault } from './faults.ts'

const SECTION = 'RFC 9112 §4'
const PREFIX = Uint8Array.from('HTTP/1.', char => char.charCodeAt(0))

const MINOR = 7
const FIRST_SP = 8
const FIRST_DIGIT = 9
const LAST_DIGIT = 11
const SECOND_SP = 12
const REASON = 13
const LINE_FEED = 14
const COMPLETE = 15
/** The LF of an empty line before the status line, which a leniency lets pass. */
const LEADING_LINE_FEED = 16

/** Reasons up to this many bytes are remembered for the next response. */
const REMEMBERED_BYTES = 64

/**
 * Reads a status line, `HTTP/1.x SP 3DIGIT [ SP reason ] CRLF` (RFC 9112 §4), and fails at the first byte that does not
 * fit. HTTP/1.0 and 1.1 only. The reason may be empty, or missing with its space.
 */
export class StatusLine {
  status = 0
  /** The minor version, 0 or 1. */
  minor = 1
  reason = ''
  readonly #lenient: Leniency
  /** Below `REASON`: the index in the line. */
  #step = 0
  #reasonFrom = 0
  #skipped = false

  constructor(lenient: Leniency) {
    this.#lenient = lenient
  }

  get complete(): boolean {
    return this.#step === COMPLETE
  }

  reset(): void {
    this.#step = 0
    this.status = 0
    this.#skipped = false
  }

  /** Follows bytes that were moved by `by` places, between two calls of `scan`. */
  shift(by: number): void {
    this.#reasonFrom += by
  }

  /**
   * Reads on from `from` and returns the offset behind the line, or `to` if the line is not complete. The bytes before
   * `from` must still be there. `origin` is the place of `bytes[0]` in the response.
   */
  scan(bytes: Buffer, from: number, to: number, origin: number): number {
    let pos = from
    if (this.#step === 0 && this.#takeStart(bytes, from, to)) {
      pos += REASON
      this.#reasonFrom = pos
      this.#step = REASON
    }
    while (pos < to && this.#step !== COMPLETE) {
      if (this.#step === REASON) pos = this.#takeReason(bytes, pos, to, origin)
      else {
        this.#takeByte(bytes[pos]!, pos, origin)
        pos++
      }
    }
    return pos
  }

  /** Takes the line up to its reason at once, if all of that is there and right. */
  #takeStart(bytes: Buffer, from: number, to: number): boolean {
    if (to - from < REASON) return false
    for (let i = 0; i < MINOR; i++) if (bytes[from + i] !== PREFIX[i]) return false
    const minor = bytes[from + MINOR]! - ZERO
    if ((minor !== 1 && minor !== 0) || bytes[from + FIRST_SP] !== SP || bytes[from + SECOND_SP] !== SP) return false
    const hundreds = bytes[from + FIRST_DIGIT]! - ZERO
    const tens = bytes[from + FIRST_DIGIT + 1]! - ZERO
    const ones = bytes[from + LAST_DIGIT]! - ZERO
    if (hundreds < 1 || hundreds > 9 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return false
    this.minor = minor
    this.status = hundreds * 100 + tens * 10 + ones
    return true
  }

  #takeReason(bytes: Buffer, from: number, to: number, origin: number): number {
    const pos = endOfText(bytes, from, to, null, 0)
    if (pos === to) return pos
    const byte = bytes[pos]!
    this.reason = this.#reasonOf(bytes, this.#reasonFrom, pos)
    if (byte === CR && pos + 1 < to && bytes[pos + 1] === LF) {
      this.#step = COMPLETE
      return pos + 2
    }
    this.#step = this.#endLine(byte, 'reason phrase', origin + pos)
    return pos + 1
  }

  #takeByte(byte: number, pos: number, origin: number): void {
    const step = this.#step
    if (step < MINOR) {
      if (step === 0 && this.#skips(byte)) return
      if (byte !== PREFIX[step]) throw unexpected('protocol name HTTP/1', byte, origin + pos)
    } else if (step === MINOR) {
      this.minor = byte - ZERO
      if (this.minor !== 0 && this.minor !== 1) throw unexpected('HTTP version', byte, origin + pos)
    } else if (step === FIRST_SP) {
      if (byte !== SP) throw unexpected('HTTP version', byte, origin + pos)
    } else if (step <= LAST_DIGIT) {
      if (byte < ZERO || byte > NINE || (step === FIRST_DIGIT && byte === ZERO)) {
        throw unexpected('status code', byte, origin + pos)
      }
      this.status = this.status * 10 + byte - ZERO
    } else if (step === SECOND_SP) {
      if (byte !== SP) {
        this.reason = ''
        this.#step = this.#endLine(byte, 'status code', origin + pos)
        return
      }
      this.#reasonFrom = pos + 1
    } else if (byte !== LF) throw unexpected('line end', byte, origin + pos)
    else if (step === LEADING_LINE_FEED) {
      this.#step = 0
      return
    }
    this.#step = step + 1
  }

  #endLine(byte: number, place: string, offset: number): number {
    if (byte === CR) return LINE_FEED
    if (byte === LF && this.#lenient.bareLf === true) return COMPLETE
    throw unexpected(place, byte, offset)
  }

  /** One empty line before the status line, by leniency. */
  #skips(byte: number): boolean {
    if (this.#skipped || this.#lenient.leadingCrlf !== true) return false
    if (byte !== CR && !(byte === LF && this.#lenient.bareLf === true)) return false
    this.#skipped = true
    if (byte === CR) this.#step = LEADING_LINE_FEED
    return true
  }

  /** A connection's answers mostly have one reason, so the last one is compared before a string is made. */
  #reasonOf(bytes: Buffer, from: number, to: number): string {
    const last = this.reason
    const length = to - from
    if (length === last.length && length <= REMEMBERED_BYTES) {
      let i = 0
      while (i < length && bytes[from + i] === last.charCodeAt(i)) i++
      if (i === length) return last
    }
    return latin1(bytes, from, to)
  }
}

function unexpected(place: string, byte: number, offset: number): Error {
  return protocolFault(`unexpected ${printable(byte)} in the ${place} of a status line`, offset, SECTION)
}
