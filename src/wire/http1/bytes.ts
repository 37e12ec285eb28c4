/** The bytes that HTTP/1 syntax gives a meaning. */
export const HTAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SP = 0x20
export const COMMA = 0x2c
export const ZERO = 0x30
export const NINE = 0x39
export const COLON = 0x3a
export const SEMICOLON = 0x3b
export const DEL = 0x7f

/** Makes what `spells` compares with. `text` is lower case and made of letters, `-` and `=`. */
export function word(text: string): Uint8Array {
  return Uint8Array.from(text, char => char.charCodeAt(0))
}

/** Tells whether a byte is optional white space, SP or HTAB (RFC 9110 §5.6.3). */
export function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB
}

/** Tells whether `bytes` from `from` on spell `lower`, letters in either case. The bytes hold no control characters. */
export function spells(bytes: Buffer, from: number, lower: Uint8Array): boolean {
  for (let i = 0; i < lower.length; i++) if ((bytes[from + i]! | 0x20) !== lower[i]) return false
  return true
}

/** Makes a string of `bytes[from, to)`. */
export function latin1(bytes: Buffer, from: number, to: number): string {
  return bytes.toString('latin1', from, to)
}
