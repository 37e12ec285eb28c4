import { describe, expect, it } from 'vitest'
import type { ConnectionActor } from '../../../src/connection/connection-actor.ts'
import { IdleList } from '../../../src/host/idle-list.ts'

function connection(id: string): ConnectionActor {
  return { id } as ConnectionActor
}

describe('the idle list', () => {
  it('gives out the last that came back first', () => {
    const list = new IdleList('lifo')
    const [a, b] = [connection('a'), connection('b')]
    list.push(a)
    list.push(b)
    expect([list.pop(), list.pop(), list.pop()]).toEqual([b, a, undefined])
    expect(list.size).toBe(0)
  })

  it('gives out the first that came back first, if it is told to', () => {
    const list = new IdleList('fifo')
    const [a, b] = [connection('a'), connection('b')]
    list.push(a)
    list.push(b)
    expect([list.pop(), list.pop(), list.pop()]).toEqual([a, b, undefined])
  })

  it('takes one out wherever it stands, once', () => {
    const list = new IdleList('lifo')
    const [a, b, c] = [connection('a'), connection('b'), connection('c')]
    for (const each of [a, b, c]) list.push(each)
    expect(list.remove(b)).toBe(true)
    expect(list.remove(b)).toBe(false)
    expect(list.takeAll()).toEqual([a, c])
    expect(list.size).toBe(0)
  })
})
