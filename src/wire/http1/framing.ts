import { COMMA, isBlank, NINE, SEMICOLON, spells, word, ZERO } from './bytes.ts'
import { endOfToken } from './char-class.ts'
import { protocolFault } from './faults.ts'

/** What `bodyLength` gives for a body in chunks. */
export const CHUNKED = -1
/** What `bodyLength` gives for a body that lasts until the connection closes. */
export const UNTIL_CLOSE = -2

const CONNECTION = 0
const KEEP_ALIVE = 1
const CONTENT_LENGTH = 2
const TRANSFER_ENCODING = 3

const words = {
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
  /** Whether the last coding is `chunked`. */
  chunkedLast = false
  /** `Connection: close`. */
  close = false
  /** `Connection: keep-alive`. */
  keepAlive = false
  /** The least `timeout` of Keep-Alive, in milliseconds; -1 without one. */
  keepAliveMs = -1

  reset(): void {
    this.contentLength = -1
    this.codings = 0
    this.chunkedLast = false
    this.close = false
    this.keepAlive = false
    this.keepAliveMs = -1
  }

  /** Takes a field: its name is `bytes[nameFrom, colon)`, its value `bytes(colon, to)`. Fields of no concern are ignored. */
  take(bytes: Buffer, nameFrom: number, colon: number, to: number, origin: number): void {
    switch (colon - nameFrom) {
      case 10:
        if (spells(bytes, nameFrom, words.connection)) this.#takeList(CONNECTION, bytes, colon + 1, to, origin)
        else if (spells(bytes, nameFrom, words.keepAlive)) this.#takeList(KEEP_ALIVE, bytes, colon + 1, to, origin)
        return
      case 14:
        if (spells(bytes, nameFrom, words.contentLength)) this.#takeList(CONTENT_LENGTH, bytes, colon + 1, to, origin)
        return
      case 17:
        if (!spells(bytes, nameFrom, words.transferEncoding)) return
        this.#takeList(TRANSFER_ENCODING, bytes, colon + 1, to, origin)
        if (this.codings === 0) throw protocolFault('an empty Transfer-Encoding', origin + colon, 'RFC 9112 §6.1')
    }
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
 * 3 to 8). `chunked` overrules Content-Length. Throws a `ProtocolError` for codings below `chunked`, which hansom does
 * not ask for and cannot undo; `offset` is that of the error.
 */
export function bodyLength(framing: Framing, offset: number): number {
  if (framing.codings === 0) return framing.contentLength === -1 ? UNTIL_CLOSE : framing.contentLength
  if (!framing.chunkedLast) return UNTIL_CLOSE
  if (framing.codings > 1) throw protocolFault('a transfer coding besides chunked', offset, 'RFC 9112 §6.1')
  return CHUNKED
}
