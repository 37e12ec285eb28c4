import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BoundedMap } from '../../../src/actor/bounded-map.ts'

function filled(limit: number, count: number): BoundedMap<number> {
  const map = new BoundedMap<number>(limit)
  for (let i = 0; i < count; i++) map.set(`k${i}`, i)
  return map
}

function keysLeft(map: BoundedMap<number>, count: number): number[] {
  // From the youngest, because asking for an old key makes it young.
  return Array.from({ length: count }, (_, i) => count - 1 - i).filter(i => map.get(`k${i}`) !== undefined)
}

describe('a bounded map', () => {
  it('gives back what was set last', () => {
    const map = new BoundedMap<string>(4)
    map.set('a', 'one')
    map.set('a', 'two')
    expect(map.get('a')).toBe('two')
    expect(map.get('b')).toBeUndefined()
  })

  it('forgets what was deleted, young or old', () => {
    const map = filled(4, 3)
    map.delete('k0')
    map.delete('k2')
    expect(map.get('k0')).toBeUndefined()
    expect(map.get('k2')).toBeUndefined()
    expect(map.get('k1')).toBe(1)
  })

  it('never gives an old value again after a new one was set or the key was deleted', () => {
    const map = filled(4, 2)
    map.set('other', 0)
    map.set('k0', 10)
    map.set('another', 0)
    expect(map.get('k0')).toBe(10)
    map.delete('k0')
    expect(map.get('k0')).toBeUndefined()
  })

  it('keeps what is used, and forgets what is not', () => {
    const map = new BoundedMap<number>(8)
    map.set('used', 1)
    map.set('unused', 2)
    for (let i = 0; i < 100; i++) {
      map.set(`k${i}`, i)
      expect(map.get('used')).toBe(1)
    }
    expect(map.get('unused')).toBeUndefined()
  })

  it('forgets nothing when one key is set again and again', () => {
    const map = filled(2, 1)
    for (let i = 0; i < 10; i++) map.set('again', i)
    expect(map.get('k0')).toBe(0)
  })

  it.each([2, 3, 8, 100])('of limit %i holds at most so many', limit => {
    const left = keysLeft(filled(limit, 1_000), 1_000)
    expect(left.length).toBeLessThanOrEqual(limit)
    expect(left.length).toBeGreaterThanOrEqual(Math.floor(limit / 2))
    expect(left[0]).toBe(999)
  })

  it('holds the last half of its limit of different keys, with their last values', () => {
    const step = fc.record({ key: fc.nat(12).map(String), set: fc.boolean() })
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.array(step, { maxLength: 200 }), (limit, steps) => {
        const map = new BoundedMap<number>(limit)
        const values = new Map<string, number>()
        let recent: string[] = []
        for (const [i, { key, set }] of steps.entries()) {
          if (set) {
            map.set(key, i)
            values.set(key, i)
          }
          const got = map.get(key)
          if (got !== undefined || recent.includes(key)) expect(got).toBe(values.get(key))
          if (got !== undefined) recent = [key, ...recent.filter(other => other !== key)].slice(0, limit >> 1)
        }
      }),
    )
  })
})
