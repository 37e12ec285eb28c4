import { describe, expect, it } from 'vitest'
import { ArrivalOrder, Checkout, type CheckoutOwner, WaitingList } from '../../../src/host/checkout.ts'

const owner: CheckoutOwner = { send: () => {}, takeBody: () => true }

function checkout(number: number): Checkout {
  const view = { method: 'GET', url: 'http://a/', key: '', priority: 0, deadlineMs: Infinity, sinceMs: number }
  return new Checkout(number, view, 10_000, owner)
}

function listed(list: Iterable<Checkout>): string[] {
  return [...list].map(({ id }) => id)
}

describe('the waiting list', () => {
  it('keeps the order of arrival, whoever leaves', () => {
    const list = new WaitingList()
    const [a, b, c, d] = [1, 2, 3, 4].map(checkout)
    for (const each of [a!, b!, c!, d!]) list.add(each)
    expect(listed(list)).toEqual(['r1', 'r2', 'r3', 'r4'])
    list.end(b!, 'granted')
    list.end(d!, 'gone')
    list.end(a!, 'gone')
    expect(listed(list)).toEqual(['r3'])
    expect([a, b, c, d].map(each => each!.state)).toEqual(['gone', 'granted', 'waiting', 'gone'])
    list.end(c!, 'granted')
    expect(list).toMatchObject({ size: 0, first: null, last: null })
  })

  it('ends one that never waited, or ended before, without a change', () => {
    const list = new WaitingList()
    const [stays, other] = [checkout(1), checkout(2)]
    list.add(stays)
    list.end(other, 'gone')
    list.end(other, 'gone')
    expect(other.state).toBe('gone')
    expect(listed(list)).toEqual(['r1'])
    expect(list.size).toBe(1)
  })
})

describe('the order of arrival', () => {
  it('yields who came first, and passes over those who wait in the list only', () => {
    const list = new WaitingList()
    const order = new ArrivalOrder(list)
    const [chosen, second, third] = [1, 2, 3].map(checkout)
    for (const each of [chosen!, second!, third!]) list.add(each)
    order.push(second!)
    order.push(third!)
    expect(order.size).toBe(2)
    expect(order.shift()).toBe(second)
    // The first comes back to its own place, before those who came after it.
    order.push(chosen!)
    expect(order.shift()).toBe(chosen)
    expect(order.shift()).toBe(third)
    expect(order.shift()).toBeUndefined()
    expect(order.size).toBe(0)
  })

  it('does not know strangers, and gives up the oldest', () => {
    const list = new WaitingList()
    const order = new ArrivalOrder(list)
    const [a, b] = [checkout(1), checkout(2)]
    expect(order.remove(a)).toBe(false)
    for (const each of [a, b]) {
      list.add(each)
      order.push(each)
    }
    expect(order.victim()).toBe(a)
    expect(order.remove(a)).toBe(false)
    expect(order.remove(b)).toBe(true)
    expect(order.size).toBe(0)
  })

  it('yields nobody who has left the list, though its leave was not told yet', () => {
    const list = new WaitingList()
    const order = new ArrivalOrder(list)
    const leaver = checkout(1)
    list.add(leaver)
    order.push(leaver)
    list.end(leaver, 'gone')
    expect(order.shift()).toBeUndefined()
    expect(order.remove(leaver)).toBe(true)
    expect(order.size).toBe(0)
  })
})
