import { describe, expect, it } from 'vitest'
import { type Choice, UnprovenList } from '../../../src/host/unproven-list.ts'

const choice = (name: string) => ({ name }) as unknown as Choice

describe('the list of the unproven', () => {
  it('keeps the choices of each turn together, and gives out those of the earliest turn first', () => {
    const list = new UnprovenList()
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(choice)
    expect([list.add(a!, 1), list.add(b!, 1), list.add(c!, 2)]).toEqual([true, false, true])
    expect(list.take()).toEqual([a, b])
    expect([list.add(d!, 2), list.take(), list.take()]).toEqual([false, [c, d], []])
    expect(list.add(a!, 3)).toBe(true)
  })
})
