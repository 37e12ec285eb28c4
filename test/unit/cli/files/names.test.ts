import { describe, expect, it } from 'vitest'
import { Names } from '../../../../src/cli/files/names.ts'

describe('the names of a run', () => {
  it('are all different, and numbered in the order in which they are asked for', () => {
    const names = new Names()
    const wanted = ['a.txt', 'a.txt', 'b', 'a.txt', 'a-2.txt', 'a.txt', 'b']
    expect(wanted.map(name => names.plan(name))).toEqual([
      'a.txt',
      'a-1.txt',
      'b',
      'a-2.txt',
      'a-2-1.txt',
      'a-3.txt',
      'b-1',
    ])
  })

  it('take no longer for the last of 100,000 that are the same', () => {
    const names = new Names()
    let last = ''
    for (let index = 0; index < 100_000; index++) last = names.plan('index.html')
    expect(last).toBe('index-99999.html')
  })
})
