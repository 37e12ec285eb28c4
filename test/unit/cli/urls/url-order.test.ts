import { describe, expect, it } from 'vitest'
import { inUrlOrder, priorityOf } from '../../../../src/cli/urls/url-order.ts'
import { drop, type PoolPolicy, queue, type WaiterView, type WaitQueue } from '../../../../src/index.ts'

function waiterAt(index: number): WaiterView {
  return { id: `r${index}`, method: 'GET', url: '', key: '', priority: priorityOf(index), deadlineMs: 0, sinceMs: 0 }
}

function policyOf(option: ReturnType<typeof inUrlOrder>): PoolPolicy {
  return typeof option === 'function' ? option({ origin: 'http://a', pool: '' }) : option
}

function emptyQueue(): WaitQueue {
  return policyOf(inUrlOrder(queue())).waiters!()
}

function rest(waiters: WaitQueue): WaiterView[] {
  const all: WaiterView[] = []
  for (let next = waiters.shift(0, () => {}); next !== undefined; next = waiters.shift(0, () => {})) all.push(next)
  return all
}

describe('the order of the URLs', () => {
  it('is kept by a request that comes a second time', () => {
    const waiters = emptyQueue()
    const all = [0, 1, 2, 3].map(waiterAt)
    for (const waiter of all) waiters.push(waiter)
    const first = waiters.shift(0, () => {})!
    expect(first).toBe(all[0])
    waiters.push(first)
    expect(rest(waiters)).toEqual(all)
    expect(waiters.size).toBe(0)
  })

  it('is kept however many are served and come again meanwhile', () => {
    const waiters = emptyQueue()
    const all = Array.from({ length: 100 }, (_, index) => waiterAt(index))
    for (const waiter of all) waiters.push(waiter)
    const served = all.slice(0, 60).map(() => waiters.shift(0, () => {})!)
    expect(served).toEqual(all.slice(0, 60))
    for (const waiter of [served[59]!, served[3]!, served[30]!]) waiters.push(waiter)
    expect(waiters.size).toBe(43)
    expect(rest(waiters)).toEqual([all[3], all[30], ...all.slice(59)])
  })

  it('forgets who goes', () => {
    const waiters = emptyQueue()
    const [a, b, c] = [0, 1, 2].map(waiterAt) as [WaiterView, WaiterView, WaiterView]
    for (const waiter of [a, b, c]) waiters.push(waiter)
    expect(waiters.remove(b)).toBe(true)
    expect(waiters.remove(b)).toBe(false)
    expect(waiters.size).toBe(2)
    expect(rest(waiters)).toEqual([a, c])
  })

  it('leaves name and admission to the policy', () => {
    const option = drop()
    const plain = policyOf(option)
    const ordered = policyOf(inUrlOrder(option))
    const load = {
      ...{ connections: 1, idle: 0, dialing: 0, inFlight: 1, waiting: 0, maxConnections: 1, maxWaiting: 9, nowMs: 0 },
    }
    expect(ordered.name).toBe(plain.name)
    expect(ordered.admit(load, waiterAt(0))).toBe('reject')
  })
})
