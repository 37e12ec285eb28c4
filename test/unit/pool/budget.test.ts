import { describe, expect, it } from 'vitest'
import type { ConnectionActor } from '../../../src/connection/connection-actor.ts'
import { Budget } from '../../../src/pool/budget.ts'

/** A host that wants some slots and takes them as soon as it may. */
class Host {
  slots = 0
  wanted = 0
  asked = 0
  readonly #budget: Budget

  constructor(budget: Budget) {
    this.#budget = budget
  }

  get wantsSlot(): boolean {
    return this.wanted > 0
  }

  get starves(): boolean {
    return this.wantsSlot && this.slots === 0
  }

  want(count: number): this {
    this.wanted += count
    this.#take()
    return this
  }

  slotFreed(): void {
    this.asked++
    this.#take()
  }

  giveBack(): void {
    this.slots--
    this.#budget.release()
  }

  #take(): void {
    while (this.wanted > 0 && this.#budget.take(this)) {
      this.wanted--
      this.slots++
    }
  }
}

interface FakeConnection extends ConnectionActor {
  readonly told: string[]
}

function connection(): FakeConnection {
  const told: string[] = []
  return { previous: null, next: null, told, send: ({ type }: { type: string }) => void told.push(type) } as never
}

describe('the budget', () => {
  it('gives no more than it has', () => {
    const budget = new Budget(3)
    const [a, b] = [new Host(budget).want(2), new Host(budget).want(2)]
    expect([a.slots, b.slots]).toEqual([2, 1])
    expect(budget).toMatchObject({ taken: 3, waiting: 1 })
  })

  it('serves those who wait by turns, one slot each', () => {
    const budget = new Budget(3)
    const holder = new Host(budget).want(3)
    const [a, b] = [new Host(budget).want(2), new Host(budget).want(2)]
    const taken: number[][] = []
    for (let count = 0; count < 3; count++) {
      holder.giveBack()
      taken.push([a.slots, b.slots])
    }
    expect(taken).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
    ])
  })

  it('asks nobody who has stopped wanting, and goes on to the next', () => {
    const budget = new Budget(1)
    const holder = new Host(budget).want(1)
    const [a, b] = [new Host(budget).want(1), new Host(budget).want(1)]
    a.wanted = 0
    expect(budget.waiting).toBe(1)
    holder.giveBack()
    expect([a.asked, b.slots]).toEqual([0, 1])
  })

  it('asks each once, though nobody takes', () => {
    const budget = new Budget(1)
    const holder = new Host(budget).want(1)
    const busy = { asked: 0, wantsSlot: true, starves: true, slotFreed: () => void busy.asked++ }
    expect(budget.take(busy)).toBe(false)
    holder.giveBack()
    expect(busy.asked).toBe(1)
    expect(budget.taken).toBe(0)
  })

  it('closes the connection that has idled longest, one for each host that waits', () => {
    const budget = new Budget(3)
    const holder = new Host(budget).want(3)
    const [oldest, middle, youngest] = [connection(), connection(), connection()]
    for (const each of [oldest, middle, youngest]) budget.rested(each)
    budget.woke(oldest)
    budget.rested(oldest)
    const waiting = new Host(budget).want(5)
    expect([oldest, middle, youngest].map(({ told }) => told.length)).toEqual([0, 1, 0])
    budget.closed(middle)
    holder.giveBack()
    expect(waiting.slots).toBe(1)
    expect([oldest, middle, youngest].map(({ told }) => told.length)).toEqual([0, 1, 1])
  })

  it('closes one that comes to rest while a host waits, but none that is awake', () => {
    const budget = new Budget(2)
    new Host(budget).want(2)
    const [awake, resting] = [connection(), connection()]
    budget.rested(awake)
    budget.woke(awake)
    new Host(budget).want(1)
    expect(awake.told).toEqual([])
    budget.rested(resting)
    expect(resting.told).toEqual(['connection.close'])
  })

  it('closes nothing for a host that wants none any more', () => {
    const budget = new Budget(1)
    new Host(budget).want(1)
    const late = new Host(budget).want(1)
    late.wanted = 0
    const idle = connection()
    budget.rested(idle)
    expect(idle.told).toEqual([])
  })

  it('claims a busy connection for each host that waits and has none', () => {
    const budget = new Budget(3)
    const rich = new Host(budget).want(5)
    expect(budget.claims(connection())).toBe(false)
    const poor = [new Host(budget).want(1), new Host(budget).want(1)]
    const claimed = [connection(), connection(), connection()]
    expect(claimed.map(each => budget.claims(each))).toEqual([true, true, false])
    budget.closed(claimed[0]!)
    rich.giveBack()
    budget.closed(claimed[1]!)
    rich.giveBack()
    expect(poor.map(({ slots }) => slots)).toEqual([1, 1])
    expect(budget.claims(connection())).toBe(false)
  })
})
