import { describe, expect, it } from 'vitest'
import { endOfText, isFieldValue, isToken } from '../../../src/wire/http1/char-class.ts'

const allBytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))

describe('isToken (RFC 9110 §5.6.2)', () => {
  it('accepts letters, digits and fifteen marks, nothing else', () => {
    const accepted = allBytes.filter(isToken).join('')
    expect(accepted).toBe("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~")
  })

  it.each(['', 'a b', 'a\r\n', 'é', '\u0141', 'a:', '\u010a'])('refuses %j', text => {
    expect(isToken(text)).toBe(false)
  })
})

describe('isFieldValue (RFC 9110 §5.5)', () => {
  it('refuses the control characters but the tab', () => {
    const refused = allBytes.filter(char => !isFieldValue(char)).map(char => char.charCodeAt(0))
    expect(refused).toEqual([...Array.from({ length: 32 }, (_, code) => code).filter(code => code !== 9), 127])
  })

  it.each(['', 'a b', '\ta', 'caf\xe9'])('accepts %j', text => {
    expect(isFieldValue(text)).toBe(true)
  })

  it.each(['a\r\nb: c', 'a\nb', 'a\0', '\u010d\u010a', '\u{1f600}'])('refuses %j', text => {
    expect(isFieldValue(text)).toBe(false)
  })
})

describe('endOfText', () => {
  it('finds the same end by words of four bytes as byte by byte, at every alignment', () => {
    const memory = Buffer.from(new ArrayBuffer(64))
    const words = new Int32Array(memory.buffer)
    for (let code = 0; code < 256; code++) {
      for (let base = 0; base < 4; base++) {
        const bytes = memory.subarray(base)
        for (let at = 0; at < 24; at++) {
          memory.fill(at % 2 === 0 ? 0xff : 0x61)
          bytes[at] = code
          const byByte = endOfText(bytes, 1, 24, null, 0)
          expect(endOfText(bytes, 1, 24, words, base)).toBe(byByte)
          expect(byByte).toBe(at > 0 && !isFieldValue(String.fromCharCode(code)) ? at : 24)
        }
      }
    }
  })
})
