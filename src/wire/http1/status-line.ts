import { CR, LF, latin1, NINE, SP, ZERO } from './bytes.ts'
import { endOfText } from './char-class.ts'
import { printable, protocolFault } from './faults.ts'

const SECTION = 'RFC 9112 §4'
const PREFIX = [...'HTTP/1.'].map(char => char.charCodeAt(0))

const MINOR = 7
const FIRST_SP = 8
const FIRST_DIGIT = 9
const LAST_DIGIT = 11
const SECOND_SP = 12
const REASON = 13
const LINE_FEED = 14
const COMPLETE = 15

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
  /** Below `REASON`: the index in the line. */
  #step = 0
  #reasonFrom = 0

  get complete(): boolean {
    return this.#step === COMPLETE
  }

  reset(): void {
    this.#step = 0
    this.status = 0
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
    let step = this.#step
    let pos = from
    while (pos < to) {
      if (step === REASON) {
        pos = endOfText(bytes, pos, to)
        if (pos === to) break
        this.reason = this.#reasonOf(bytes, this.#reasonFrom, pos)
        if (bytes[pos] !== CR) throw unexpected('reason phrase', bytes[pos]!, origin + pos)
        step = LINE_FEED
        pos++
        continue
      }
      const byte = bytes[pos]!
      if (step < MINOR) {
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
        this.#reasonFrom = pos + 1
        if (byte === CR) {
          this.reason = ''
          step = LINE_FEED - 1
        } else if (byte !== SP) throw unexpected('status code', byte, origin + pos)
      } else if (byte !== LF) throw unexpected('line end', byte, origin + pos)
      step++
      pos++
      if (step === COMPLETE) break
    }
    this.#step = step
    return pos
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
