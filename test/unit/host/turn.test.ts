import { describe, expect, it } from 'vitest'
import { Turn } from '../../../src/host/turn.ts'
import { VirtualTime } from '../../support/virtual-time.ts'

describe('the turns of the loop', () => {
  it('have one number until the sockets were polled', () => {
    const time = new VirtualTime()
    const turn = new Turn(time)
    const first = turn.current()
    expect(turn.current()).toBe(first)
    expect(time.pendingImmediates).toBe(1)
    time.advance(0)
    expect(turn.current()).not.toBe(first)
  })

  it('share their immediates among all who wait for the poll', () => {
    const time = new VirtualTime()
    const turn = new Turn(time)
    const order: string[] = []
    turn.current()
    for (const name of ['a', 'b', 'c']) turn.afterPoll(() => order.push(name))
    expect(time.pendingImmediates).toBe(1)
    time.poll(() => {
      order.push('the rest of this poll')
      time.poll(() => order.push('a whole poll'))
    })
    time.advance(0)
    expect(order).toEqual(['the rest of this poll', 'a whole poll', 'a', 'b', 'c'])
    expect(time.pendingImmediates).toBe(0)
  })

  it('let one who waits again wait for the next poll', () => {
    const time = new VirtualTime()
    const turn = new Turn(time)
    const numbers: number[] = []
    turn.afterPoll(() => {
      numbers.push(turn.current())
      turn.afterPoll(() => numbers.push(turn.current()))
    })
    time.advance(0)
    expect(numbers).toHaveLength(2)
    expect(numbers[1]).toBeGreaterThan(numbers[0]!)
  })
})
