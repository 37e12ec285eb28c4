import { COLON, COMMA, isBlank, latin1, NINE, SEMICOLON, SP, spells, word, ZERO } from './bytes.ts'
import { endOfToken } from './char-class.ts'
import { protocolFault } from './faults.ts'
import { mendedBlock } from './mended-block.ts'

/** What `bodyLength` gives for a body in chunks. */
export const CHUNKED = -1
/** What `bodyLength` gives for a body that lasts until the connection closes. */
export const UNTIL_CLOSE = -2

const CONNECTION = 0
const KEEP_ALIVE = 1
const CONTENT_LENGTH = 2
const TRANSFER_ENCODING = 3

/**
 * A bit for each length of a name that `take` looks at; what else has such a length, or one 32 bytes longer, it
 * ignores.
 */
export const lengthsOfConcern: number = (1 << 7) | (1 << 10) | (1 << 14) | (1 << 17)

const words = {
  upgrade: word('upgrade'),
  connection: word('connection'),
  keepAlive: word('keep-alive'),
  contentLength: word('content-length'),
  transferEncoding: word('transfer-encoding'),
  close: word('close'),
  chunked: word('chunked'),
  timeout: word('timeout='),
}

/** A longer `Keep-Alive: timeout` is more than a process lives. */
const MAX_TIMEOUT_DIGITS = 9

/** What the fields of one response head say about the end of its body and of its connection. */
export class Framing {
  /** -1 without Content-Length. */
  contentLength = -1
  /** The codings in Transfer-Encoding, in all its lines. */
  codings = 0
  /** Whether one of them is `chunked`. */
  chunked = false
  /** Whether the last coding is `chunked`. */
  chunkedLast = false
  /** `Connection: close`. */
  close = false
  /** `Connection: keep-alive`. */
  keepAlive = false
  /** The least `timeout` of Keep-Alive, in milliseconds; -1 without one. */
  keepAliveMs = -1
  /** Whether Upgrade came. */
  upgrade = false
  /**
   * Whether a field of concern is folded or has blanks before its colon: others on the way may have read it
   * differently.
   */
  doubtful = false

  reset(): void {
    this.contentLength = -1
    this.codings = 0
    this.chunked = false
    this.chunkedLast = false
    this.close = false
    this.keepAlive = false
    this.keepAliveMs = -1
    this.upgrade = false
    this.doubtful = false
  }

  /**
   * Takes a field: its name is `bytes[nameFrom, nameTo)`, its value `bytes[valueFrom, to)`. False: it is of no concern.
   * Offsets of errors count from `origin`, the place of `bytes[0]` in the response.
   */
  take(bytes: Buffer, nameFrom: number, nameTo: number, valueFrom: number, to: number, origin: number): boolean {
    switch (nameTo - nameFrom) {
      case 7:
        if (!spells(bytes, nameFrom, words.upgrade)) return false
        this.upgrade = true
        return true
      case 10:
        if (spells(bytes, nameFrom, words.connection)) this.#takeList(CONNECTION, bytes, valueFrom, to, origin)
        else if (spells(bytes, nameFrom, words.keepAlive)) this.#takeList(KEEP_ALIVE, bytes, valueFrom, to, origin)
        else return false
        return true
      case 14:
        if (!spells(bytes, nameFrom, words.contentLength)) return false
        this.#takeLengths(bytes, valueFrom, to, origin)
        return true
      case 17:
        if (!spells(bytes, nameFrom, words.transferEncoding)) return false
        this.#takeList(TRANSFER_ENCODING, bytes, valueFrom, to, origin)
        if (this.codings === 0) throw protocolFault('an empty Transfer-Encoding', origin + nameTo, 'RFC 9112 §6.1')
        return true
      default:
        return false
    }
  }

  /** Takes the irregular field `bytes[nameFrom, to)`, as it is once it is mended. */
  takeOdd(bytes: Buffer, nameFrom: number, to: number, origin: number): void {
    const line = Buffer.from(mendedBlock(latin1(bytes, nameFrom, to)), 'latin1')
    const colon = line.indexOf(COLON)
    // What fails is in this field; where, is lost.
    if (this.take(line, 0, colon, colon + 1, line.length - 2, origin + nameFrom)) this.doubtful = true
  }

  #takeLengths(bytes: Buffer, from: number, to: number, origin: number): void {
    let start = from
    if (start < to && bytes[start] === SP) start++
    let length = 0
    let pos = start
    // Fifteen digits are exact, whatever they are.
    const end = Math.min(to, start + 15)
    while (pos < end) {
      const byte = bytes[pos]!
      if (byte < ZERO || byte > NINE) break
      length = length * 10 + (byte - ZERO)
      pos++
    }
    if (pos === to && pos > start && this.contentLength === -1) this.contentLength = length
    else this.#takeList(CONTENT_LENGTH, bytes, from, to, origin)
  }

  #takeList(field: number, bytes: Buffer, from: number, to: number, origin: number): void {
    let start = from
    do {
      let comma = start
      while (comma < to && bytes[comma] !== COMMA) comma++
      let stop = comma
      while (start < stop && isBlank(bytes[start]!)) start++
      while (stop > start && isBlank(bytes[stop - 1]!)) stop--
      if (field === CONTENT_LENGTH) this.#takeLength(bytes, start, stop, origin)
      else if (start < stop) this.#takeElement(field, bytes, start, stop, origin)
      start = comma + 1
    } while (start <= to)
  }

  #takeElement(field: number, bytes: Buffer, from: number, to: number, origin: number): void {
    if (field === TRANSFER_ENCODING) this.#takeCoding(bytes, from, to, origin)
    else if (field === KEEP_ALIVE) this.#takeTimeout(bytes, from, to)
    else if (to - from === 5 && spells(bytes, from, words.close)) this.close = true
    else if (to - from === 10 && spells(bytes, from, words.keepAlive)) this.keepAlive = true
  }

  /** Strictly 1*DIGIT: whatever else two parsers could read differently (RFC 9110 §8.6). */
  #takeLength(bytes: Buffer, from: number, to: number, origin: number): void {
    let length = from < to ? 0 : Number.NaN
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!
      length = byte < ZERO || byte > NINE ? Number.NaN : length * 10 + (byte - ZERO)
    }
    if (!(length <= Number.MAX_SAFE_INTEGER)) {
      throw protocolFault('an invalid Content-Length', origin + from, 'RFC 9110 §8.6')
    }
    if (this.contentLength !== -1 && this.contentLength !== length) {
      throw protocolFault('two different values of Content-Length', origin + from, 'RFC 9112 §6.3')
    }
    this.contentLength = length
  }

  #takeCoding(bytes: Buffer, from: number, to: number, origin: number): void {
    const stop = endOfToken(bytes, from, to)
    let rest = stop
    while (rest < to && isBlank(bytes[rest]!)) rest++
    const chunked = stop - from === 7 && spells(bytes, from, words.chunked)
    // Parameters are legal behind other codings only; `chunked` has none (RFC 9112 §7.1).
    if (rest < to && (chunked || stop === from || bytes[rest] !== SEMICOLON)) {
      throw protocolFault('an invalid Transfer-Encoding', origin + rest, 'RFC 9112 §6.1')
    }
    if (chunked && this.chunked) throw protocolFault('chunked twice', origin + from, 'RFC 9112 §6.1')
    if (chunked) this.chunked = true
    this.codings++
    this.chunkedLast = chunked
  }

  /** A hint only: what is malformed is ignored. */
  #takeTimeout(bytes: Buffer, from: number, to: number): void {
    const digits = from + words.timeout.length
    if (digits >= to || to - digits > MAX_TIMEOUT_DIGITS || !spells(bytes, from, words.timeout)) return
    let seconds = 0
    for (let i = digits; i < to; i++) {
      const byte = bytes[i]!
      if (byte < ZERO || byte > NINE) return
      seconds = seconds * 10 + byte - ZERO
    }
    if (this.keepAliveMs === -1 || seconds * 1000 < this.keepAliveMs) this.keepAliveMs = seconds * 1000
  }
}

/** Tells whether a response has no body, whatever its fields say (RFC 9112 §6.3, rules 1 and 2). */
export function isBodiless(method: string, status: number): boolean {
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return true
  return method === 'CONNECT' && status < 300
}

/**
 * Gives the length in bytes of the body of a response that has one, or `CHUNKED` or `UNTIL_CLOSE` (RFC 9112 §6.3, rules
 * 3 to 8). Transfer-Encoding overrules Content-Length. Codings below `chunked` are not undone: the body comes as they
 * left it.
 */
export function bodyLength(framing: Framing): number {
  if (framing.codings > 0) return framing.chunkedLast ? CHUNKED : UNTIL_CLOSE
  return framing.contentLength === -1 ? UNTIL_CLOSE : framing.contentLength
}
