import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../../src/wire/http1/words.ts'

describe('wordsOf', () => {
  it('gives the memory of a buffer that comes again, or of which much is read', () => {
    const shared = Buffer.alloc(2_048)
    const once = Buffer.alloc(2_048)
    expect(wordsOf(shared, 100)).toBe(null)
    expect(wordsOf(shared, 100)!.buffer).toBe(shared.buffer)
    expect(wordsOf(once, 100)).toBe(null)
    expect(wordsOf(shared, 100)!.buffer).toBe(shared.buffer)
    expect(wordsOf(once, 1_024)!.buffer).toBe(once.buffer)
    expect(wordsOf(shared, 2_048)!.buffer).toBe(shared.buffer)
    expect(wordsOf(once, 2_048)!.buffer).toBe(once.buffer)
  })

  it('never gives words that lie partly outside of the memory', () => {
    const odd = Buffer.from(new ArrayBuffer(1_027))
    expect(wordsOf(odd, 1_027)!.length).toBe(256)
  })
})
