import { describe, expect, it } from 'vitest'
import { Progress } from '../../../../src/cli/progress/progress.ts'
import { Rate } from '../../../../src/cli/progress/rate.ts'

/** A clock that stands until it is moved. */
class Clock {
  nowMs = 1_000
  readonly now = (): number => this.nowMs
}

describe('a rate', () => {
  it('is unknown at first, then the bytes of each second', () => {
    const rate = new Rate(0)
    rate.add(500, 100)
    expect(rate.perSecond(100)).toBeNull()
    expect(rate.perSecond(500)).toBe(1_000)
    expect(rate.perSecond(1_000)).toBe(500)
  })

  it('forgets what was longer ago than five seconds', () => {
    const rate = new Rate(0)
    rate.add(1_000_000, 100)
    for (let ms = 500; ms <= 10_000; ms += 500) rate.add(500, ms)
    expect(Math.abs(rate.perSecond(10_000)! - 1_000)).toBeLessThanOrEqual(100)
    for (let ms = 10_000; ms <= 16_000; ms += 100) rate.perSecond(ms)
    expect(rate.perSecond(16_000)).toBe(0)
  })

  it('counts every byte however many chunks there are', () => {
    const rate = new Rate(0)
    for (let ms = 1; ms <= 4_000; ms++) rate.add(10, ms)
    expect(rate.perSecond(4_000)).toBeCloseTo(10_000, -1)
  })
})

describe('the progress of a run', () => {
  it('shows what is coming, in the order in which it began', () => {
    const clock = new Clock()
    const progress = new Progress(clock.now)
    progress.expected = 3
    const first = progress.begin('first', 1_000)
    progress.begin('second', null)
    clock.nowMs += 1_000
    first.add(250)
    expect(progress.view()).toEqual({
      files: [
        { name: 'first', bytes: 250, length: 1_000, rate: 250, elapsedMs: 1_000 },
        { name: 'second', bytes: 0, length: null, rate: 0, elapsedMs: 1_000 },
      ],
      ...{ done: 0, failed: 0, expected: 3, bytes: 250, rate: 250, leftMs: null },
    })
    expect(first.end()).toMatchObject({ name: 'first', bytes: 250 })
    progress.settled(true)
    progress.settled(false)
    expect(progress.view()).toMatchObject({ files: [{ name: 'second' }], done: 1, failed: 1, bytes: 250 })
  })

  it('counts what an earlier run had kept to the file, not to this run', () => {
    const clock = new Clock()
    const progress = new Progress(clock.now)
    const file = progress.begin('a', 1_000, 600)
    clock.nowMs += 1_000
    file.add(100)
    expect(progress.view()).toMatchObject({ files: [{ bytes: 700, rate: 100 }], bytes: 100, rate: 100 })
  })

  it('knows how long it will take when all that is to come has begun and has a length', () => {
    const clock = new Clock()
    const progress = new Progress(clock.now)
    progress.expected = 3
    progress.settled(true)
    const a = progress.begin('a', 1_000)
    clock.nowMs += 1_000
    a.add(200)
    expect(progress.view().leftMs).toBeNull()
    progress.begin('b', 500)
    expect(progress.view()).toMatchObject({ rate: 200, leftMs: 6_500 })
    const c = progress.begin('c', null)
    progress.expected = 4
    expect(progress.view().leftMs).toBeNull()
    c.end()
    progress.settled(true)
    expect(progress.view().leftMs).toBe(6_500)
    progress.expected = null
    expect(progress.view().leftMs).toBeNull()
  })

  it('does not know it while nothing comes', () => {
    const clock = new Clock()
    const progress = new Progress(clock.now)
    progress.expected = 1
    progress.begin('a', 1_000)
    clock.nowMs += 1_000
    expect(progress.view()).toMatchObject({ rate: 0, leftMs: null })
  })
})
