import { DEL, HTAB, SP } from './bytes.ts'

/** Bit of `charClass`: a `tchar` of a token (RFC 9110 §5.6.2). */
export const TOKEN = 1
/** Bit of `charClass`: VCHAR, SP, HTAB or obs-text, what a field value or a reason phrase is made of (RFC 9110 §5.5). */
export const TEXT = 2

/** The classes of each byte, as bits. */
export const charClass: Uint8Array = makeClasses()

/** The value of each hexadecimal digit byte; 255 for all other bytes. */
export const hexValue: Uint8Array = makeHexValues()

/** Tells whether `s` is a token, thus a legal method or header name (RFC 9110 §5.6.2). An empty string is none. */
export function isToken(s: string): boolean {
  return s.length > 0 && consistsOf(s, TOKEN)
}

/** Returns the offset of the first byte of `bytes[from, to)` that is no `tchar`, or `to`. */
export function endOfToken(bytes: Buffer, from: number, to: number): number {
  const classes = charClass
  let pos = from
  while (pos < to && (classes[bytes[pos]!]! & TOKEN) !== 0) pos++
  return pos
}

/** Returns the offset of the first byte of `bytes[from, to)` that is not of the class `TEXT`, or `to`. */
export function endOfText(bytes: Buffer, from: number, to: number): number {
  let pos = from
  let byte = 0
  // By comparison, not by table: most bytes of a head are read here, and this is measurably faster.
  while (pos < to && (((byte = bytes[pos]!) >= SP && byte !== DEL) || byte === HTAB)) pos++
  return pos
}

/**
 * Tells whether `s` may be sent as a field value: VCHAR, SP, HTAB and obs-text only (RFC 9110 §5.5). An empty string
 * may; white space at the ends is not looked at.
 */
export function isFieldValue(s: string): boolean {
  return consistsOf(s, TEXT)
}

function consistsOf(s: string, bit: number): boolean {
  for (let i = 0; i < s.length; i++) {
    const code = s.charCodeAt(i)
    if (code > 255 || (charClass[code]! & bit) === 0) return false
  }
  return true
}

function makeClasses(): Uint8Array {
  const classes = new Uint8Array(256)
  classes[0x09] = TEXT
  for (let code = 0x20; code < 256; code++) if (code !== 0x7f) classes[code] = TEXT
  const alphanumerics = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  for (const char of `!#$%&'*+-.^_\`|~${alphanumerics}`) classes[char.charCodeAt(0)]! |= TOKEN
  return classes
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
