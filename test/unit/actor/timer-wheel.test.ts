import { beforeEach, describe, expect, it } from 'vitest'
import { systemClock, systemTimers } from '../../../src/actor/clock.ts'
import { TimerWheel, WheelTimer } from '../../../src/actor/timer-wheel.ts'
import { uncaughtBy } from '../../support/uncaught.ts'
import { VirtualTime } from '../../support/virtual-time.ts'

/** Two ticks: how late a timer may be on an idle loop. */
const LATE_MS = 16
/** 4,096 ticks: how far the wheel sees. */
const LAP_MS = 32_768

let time: VirtualTime
let wheel: TimerWheel
let fired: { readonly name: string; readonly atMs: number }[]

beforeEach(() => {
  time = new VirtualTime(1_003.7)
  wheel = new TimerWheel(time, time)
  fired = []
})

function timerOf(name: string, woken: (timer: WheelTimer) => void = () => {}): WheelTimer {
  const timer: WheelTimer = new WheelTimer({
    wake: nowMs => {
      fired.push({ name, atMs: nowMs })
      woken(timer)
    },
  })
  return timer
}

/** Sets a new timer, so many milliseconds from now. */
function set(name: string, inMs: number, woken?: (timer: WheelTimer) => void): WheelTimer {
  const timer = timerOf(name, woken)
  wheel.set(timer, time.now() + inMs)
  return timer
}

function names(): string[] {
  return fired.map(({ name }) => name)
}

describe('a timer', () => {
  it.each([0.1, 1, 7.9, 8, 8.1, 50, 999.5, 4_000, LAP_MS - 8, LAP_MS, LAP_MS + 8, 3 * LAP_MS + 5, 3_600_000])(
    'that is due in %d ms fires never early, and at most two ticks late',
    inMs => {
      const dueMs = time.now() + inMs
      set('a', inMs)
      time.advance(inMs + LATE_MS)
      expect(fired).toHaveLength(1)
      expect(fired[0]!.atMs).toBeGreaterThanOrEqual(dueMs)
      expect(fired[0]!.atMs).toBeLessThanOrEqual(dueMs + LATE_MS)
    },
  )

  it.each([0, -1, -100, -10 * LAP_MS, -Infinity])(
    'that is due in %d ms fires within two ticks, but not at once',
    inMs => {
      time.advance(500)
      set('a', inMs)
      expect(fired).toEqual([])
      time.advance(LATE_MS)
      expect(names()).toEqual(['a'])
    },
  )

  it('fires once', () => {
    set('a', 10)
    time.advance(10 * LAP_MS)
    expect(names()).toEqual(['a'])
  })

  it('that moves later fires at the new time, and touches no native timer', () => {
    const timer = set('a', 100)
    const { pendingTimers } = time
    const { slot, tick } = timer
    for (let i = 0; i < 50; i++) wheel.set(timer, time.now() + 200 + i)
    expect(timer).toMatchObject({ slot, tick })
    expect(time.pendingTimers).toBe(pendingTimers)
    time.advance(249)
    expect(fired).toEqual([])
    time.advance(LATE_MS)
    expect(names()).toEqual(['a'])
  })

  it('that moves earlier fires at the new time', () => {
    const timer = set('a', 5_000)
    wheel.set(timer, time.now() + 20)
    time.advance(20 + LATE_MS)
    expect(names()).toEqual(['a'])
  })

  it('that moves earlier after it moved later fires at the new time', () => {
    const timer = set('a', 100)
    wheel.set(timer, time.now() + 10_000)
    time.advance(150)
    wheel.set(timer, time.now() + 30)
    time.advance(30 + LATE_MS)
    expect(names()).toEqual(['a'])
  })

  it('at Infinity never fires, and can be set again', () => {
    const timer = set('a', 100)
    wheel.set(timer, Infinity)
    time.advance(2 * LAP_MS)
    expect(fired).toEqual([])
    wheel.set(timer, time.now() + 10)
    time.advance(10 + LATE_MS)
    expect(names()).toEqual(['a'])
  })

  it('whose deadline is written over with Infinity does not fire', () => {
    const timer = set('a', 100)
    timer.deadlineMs = Infinity
    time.advance(2 * LAP_MS)
    expect(fired).toEqual([])
  })

  it('that is cleared never fires, and can be cleared and set again', () => {
    const timer = set('a', 100)
    wheel.clear(timer)
    wheel.clear(timer)
    time.advance(200)
    expect(fired).toEqual([])
    wheel.set(timer, time.now() + 10)
    time.advance(10 + LATE_MS)
    expect(names()).toEqual(['a'])
  })

  it('may set itself again when it fires', () => {
    set('a', 10, timer => fired.length < 5 && wheel.set(timer, time.now() + 10))
    time.advance(5 * (10 + LATE_MS))
    expect(fired).toHaveLength(5)
    for (let i = 1; i < 5; i++) expect(fired[i]!.atMs - fired[i - 1]!.atMs).toBeGreaterThanOrEqual(10)
  })

  it('has no deadline while and after it fires', () => {
    const timer = set('a', 10, self => expect(self.deadlineMs).toBe(Infinity))
    time.advance(10 + LATE_MS)
    expect(timer.deadlineMs).toBe(Infinity)
    expect(names()).toEqual(['a'])
  })
})

describe('before a timer fires', () => {
  /** Runs at the last moment: the timer is found to be due, and the sockets are read. */
  function inThePollBefore(timer: WheelTimer, run: () => void): void {
    time.after(Math.ceil(timer.tick * 8 - time.now()), () => time.poll(run))
  }

  it('the sockets are polled once', () => {
    const timer = set('a', 100)
    inThePollBefore(timer, () => {
      expect(time.now()).toBeGreaterThanOrEqual(timer.deadlineMs)
      expect(fired).toEqual([])
      fired.push({ name: 'poll', atMs: time.now() })
    })
    time.advance(100 + LATE_MS)
    expect(names()).toEqual(['poll', 'a'])
    expect(fired[0]!.atMs).toBe(fired[1]!.atMs)
  })

  it('what was read may move it later', () => {
    const timer = set('a', 100)
    inThePollBefore(timer, () => wheel.set(timer, time.now() + 50))
    time.advance(140)
    expect(fired).toEqual([])
    time.advance(10 + 2 * LATE_MS)
    expect(names()).toEqual(['a'])
  })

  it('what was read may write its deadline over', () => {
    const timer = set('a', 100)
    inThePollBefore(timer, () => {
      timer.deadlineMs = time.now() + 50
    })
    time.advance(140)
    expect(fired).toEqual([])
    time.advance(10 + 2 * LATE_MS)
    expect(names()).toEqual(['a'])
  })

  it('what was read may clear it', () => {
    const timer = set('a', 100)
    inThePollBefore(timer, () => wheel.clear(timer))
    time.advance(LAP_MS)
    expect(fired).toEqual([])
  })

  it('what was read may clear it and set it again, and it fires once', () => {
    const timer = set('a', 100)
    inThePollBefore(timer, () => {
      wheel.clear(timer)
      wheel.set(timer, time.now() - 1)
    })
    time.advance(LAP_MS)
    expect(names()).toEqual(['a'])
  })
})

describe('timers that are due together', () => {
  it('may clear each other', () => {
    let both: WheelTimer[] = []
    const clearBoth = () => {
      for (const timer of both) wheel.clear(timer)
    }
    both = [set('a', 50, clearBoth), set('b', 50, clearBoth)]
    time.advance(LAP_MS)
    expect(fired).toHaveLength(1)
  })

  it('may move each other later', () => {
    let both: WheelTimer[] = []
    const moveTheOther = (self: WheelTimer) => {
      if (fired.length === 1) wheel.set(both.find(timer => timer !== self)!, time.now() + 100)
    }
    both = [set('a', 50, moveTheOther), set('b', 50, moveTheOther)]
    time.advance(100)
    expect(fired).toHaveLength(1)
    time.advance(100)
    expect(names().sort()).toEqual(['a', 'b'])
  })

  it('do not notice that one of them throws, which is uncaught', async () => {
    const failures: unknown[] = []
    const uncaught = await uncaughtBy(() => {
      for (const name of ['a', 'b', 'c']) {
        set(name, 50, () => {
          const failure = new Error(name)
          failures.push(failure)
          throw failure
        })
      }
      const later = set('later', 60)
      time.advance(50 + LATE_MS)
      expect(names().slice(0, 3).sort()).toEqual(['a', 'b', 'c'])
      wheel.set(later, time.now() + 10)
      time.advance(10 + LATE_MS)
    })
    expect(uncaught).toEqual(failures)
    expect(fired.at(-1)?.name).toBe('later')
  })
})

describe('the wheel', () => {
  it('has no native timer while it is empty', () => {
    expect(time.pendingTimers).toBe(0)
    const timer = set('a', 50)
    set('b', 20)
    expect(time.pendingTimers).toBe(1)
    wheel.clear(timer)
    time.advance(100)
    expect(time.pendingTimers).toBe(0)
    expect(time.pendingImmediates).toBe(0)
  })

  it('forgets its native timer at the latest when that comes, once all is cleared', () => {
    const timer = set('a', 50)
    wheel.clear(timer)
    time.advance(50 + LATE_MS)
    expect(time.pendingTimers).toBe(0)
  })

  it('has one native timer for any number of timers', () => {
    for (let i = 0; i < 1_000; i++) set(`${i}`, ((i * 7_919) % 1_000) + 1)
    expect(time.pendingTimers).toBe(1)
    time.advance(500)
    expect(time.pendingTimers).toBe(1)
    time.advance(500 + LATE_MS)
    expect(fired).toHaveLength(1_000)
  })

  it('never keeps the process alive by itself', () => {
    set('a', 50)
    expect(time.held).toBe(false)
    expect(time.pendingImmediates).toBe(0)
  })

  it('is in time again after it slept for long', () => {
    set('a', 10)
    time.advance(100 * LAP_MS)
    set('b', 100)
    time.advance(99)
    expect(names()).toEqual(['a'])
    time.advance(1 + LATE_MS)
    expect(names()).toEqual(['a', 'b'])
  })

  it.each([100, LAP_MS - 8, LAP_MS, 2 * LAP_MS + 3, 100 * LAP_MS])(
    'is in time again after a stall of %d ms',
    stallMs => {
      set('before', 50)
      set('just after', stallMs + 30)
      const moved = set('moved', stallMs + 5 * LAP_MS)
      set('long after', stallMs + 2 * LAP_MS + 30)
      time.stall(stallMs)
      time.advance(0)
      expect(names()).toEqual(['before'])
      wheel.set(moved, time.now() + 100)
      time.advance(30 + LATE_MS)
      expect(names()).toEqual(['before', 'just after'])
      time.advance(70 + LATE_MS)
      expect(names()).toEqual(['before', 'just after', 'moved'])
      time.advance(2 * LAP_MS)
      expect(names()).toEqual(['before', 'just after', 'moved', 'long after'])
    },
  )
})

describe('the wheel on real timers', () => {
  it('fires never early, and all', async () => {
    const real = new TimerWheel(systemClock, systemTimers())
    const keepAlive = setInterval(() => {}, 1_000)
    const marginsMs = await new Promise<number[]>(resolve => {
      const margins: number[] = []
      for (let i = 0; i < 200; i++) {
        const dueMs = systemClock.now() + ((i * 37) % 150) + i / 200
        const timer = new WheelTimer({
          wake: () => {
            margins.push(systemClock.now() - dueMs)
            if (margins.length === 200) resolve(margins)
          },
        })
        real.set(timer, dueMs)
      }
    })
    clearInterval(keepAlive)
    expect(Math.min(...marginsMs)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...marginsMs)).toBeLessThan(5_000)
  })
})
