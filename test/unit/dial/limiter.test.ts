import { describe, expect, it } from 'vitest'
import { DialLimiter, type Place } from '../../../src/dial/limiter.ts'

const settle = () => new Promise(setImmediate)

/** Enters for each of these hosts; tells who was admitted, in order. */
function crowd(limiter: DialLimiter, hosts: readonly string[]): { admitted: string[]; places: Place[] } {
  const admitted: string[] = []
  const places = hosts.map((host, index) => limiter.enter(host, () => void admitted.push(`${host}${index}`)))
  return { admitted, places }
}

describe('the dial limiter', () => {
  it('admits as many as it has places, and the next when one leaves', async () => {
    const limiter = new DialLimiter(2)
    const { admitted, places } = crowd(limiter, ['a', 'b', 'c', 'd'])
    await settle()
    expect(admitted).toEqual(['a0', 'b1'])
    expect({ running: limiter.running, waiting: limiter.waiting }).toEqual({ running: 2, waiting: 2 })
    places[1]!.leave()
    places[1]!.leave()
    await settle()
    expect(admitted).toEqual(['a0', 'b1', 'c2'])
  })

  it('gives one host half of the places, and one at least', async () => {
    const limiter = new DialLimiter(5)
    const { admitted, places } = crowd(limiter, ['a', 'a', 'a', 'a', 'b', 'c'])
    await settle()
    expect(admitted).toEqual(['a0', 'a1', 'b4', 'c5'])
    places[0]!.leave()
    await settle()
    expect(admitted.at(-1)).toBe('a2')

    const narrow = crowd(new DialLimiter(1), ['a', 'b'])
    await settle()
    expect(narrow.admitted).toEqual(['a0'])
  })

  it('passes by who left before its turn', async () => {
    const limiter = new DialLimiter(1)
    const { admitted, places } = crowd(limiter, ['a', 'b', 'a', 'c'])
    places[1]!.leave()
    places[2]!.leave()
    await settle()
    places[0]!.leave()
    await settle()
    expect(admitted).toEqual(['a0', 'c3'])
    places[3]!.leave()
    await settle()
    expect({ running: limiter.running, waiting: limiter.waiting }).toEqual({ running: 0, waiting: 0 })
  })
})
