import { DEL, HTAB, SP } from './bytes.ts'

/** 1 for each `tchar`, the bytes of a token (RFC 9110 §5.6.2). */
export const tokenBytes: Uint8Array = makeTokenBytes()

/** 1 for VCHAR, SP, HTAB and obs-text, what a field value or a reason phrase is made of (RFC 9110 §5.5). */
export const textBytes: Uint8Array = makeTextBytes()

/** The value of each hexadecimal digit byte; 255 for all other bytes. */
export const hexValue: Uint8Array = makeHexValues()

/** Tells whether `s` is a token, thus a legal method or header name (RFC 9110 §5.6.2). An empty string is none. */
export function isToken(s: string): boolean {
  for (let i = 0; i < s.length; i++) {
    const code = s.charCodeAt(i)
    if (code > 127 || tokenBytes[code] === 0) return false
  }
  return s.length > 0
}

/** Returns the offset of the first byte of `bytes[from, to)` that is no `tchar`, or `to`. */
export function endOfToken(bytes: Buffer, from: number, to: number): number {
  const tokens = tokenBytes
  let pos = from
  while (pos < to && tokens[bytes[pos]!] !== 0) pos++
  return pos
}

/**
 * Returns the offset of the first byte of `bytes[from, to)` that cannot be in a field value or reason phrase, or `to`.
 * `words` is the memory of `bytes` as 32-bit words, its first byte `base` bytes before `bytes[0]`; or `null`.
 */
export function endOfText(bytes: Buffer, from: number, to: number, words: Int32Array | null, base: number): number {
  let pos = from
  let byte = 0
  if (words !== null && to - from >= 8) {
    while (((pos + base) & 3) !== 0 && (byte = bytes[pos]!) >= SP && byte !== DEL) pos++
    if (((pos + base) & 3) === 0) {
      const end = (to + base) >> 2
      let at = (pos + base) >> 2
      while (at < end && allText(words[at]!)) at++
      pos = (at << 2) - base
    }
  }
  // By comparison, not by table: most bytes of a head are read here, and this is measurably faster.
  while (pos < to && (((byte = bytes[pos]!) >= SP && byte !== DEL) || byte === HTAB)) pos++
  return pos
}

/** Tells whether none of four bytes is below SP or DEL: none borrows from, or carries into, its highest bit. */
function allText(word: number): boolean {
  return (((word - 0x20202020) | ((word & 0x7f7f7f7f) + 0x01010101)) & ~word & 0x80808080) === 0
}

/**
 * Tells whether `s` may be sent as a field value: VCHAR, SP, HTAB and obs-text only (RFC 9110 §5.5). An empty string
 * may; white space at the ends is not looked at.
 */
export function isFieldValue(s: string): boolean {
  return !noText.test(s)
}

/** A loop over a table takes three times as long for a value of 200 characters. */
const noText = /[^\t\x20-\x7e\x80-\xff]/

function makeTokenBytes(): Uint8Array {
  const bytes = new Uint8Array(256)
  const alphanumerics = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  for (const char of `!#$%&'*+-.^_\`|~${alphanumerics}`) bytes[char.charCodeAt(0)] = 1
  return bytes
}

function makeTextBytes(): Uint8Array {
  const bytes = new Uint8Array(256).fill(1, SP)
  bytes[DEL] = 0
  bytes[HTAB] = 1
  return bytes
}

function makeHexValues(): Uint8Array {
  const values = new Uint8Array(256).fill(255)
  for (let digit = 0; digit < 16; digit++) {
    const char = digit.toString(16)
    values[char.charCodeAt(0)] = digit
    values[char.toUpperCase().charCodeAt(0)] = digit
  }
  return values
}
