import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TimerWheel, WheelTimer } from '../../../src/actor/timer-wheel.ts'
import { VirtualTime } from '../../support/virtual-time.ts'

const TIMERS = 12
const LATE_MS = 16

type Op =
  | { readonly op: 'set'; readonly timer: number; readonly inMs: number }
  | { readonly op: 'clear'; readonly timer: number; readonly by: 'clear' | 'Infinity' | 'deadlineMs' }
  | { readonly op: 'advance'; readonly ms: number }
  | { readonly op: 'stall'; readonly ms: number }
  | { readonly op: 'later'; readonly ms: number; readonly what: Op }

/** Near, far, beyond the horizon of the wheel, and past. */
const delayMs = fc.oneof(
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.integer({ min: 0, max: 40 }).map(ticks => ticks * 8),
  fc.integer({ min: 0, max: 40_000 }),
  fc.integer({ min: 32_000, max: 200_000 }),
)
const timer = fc.nat(TIMERS - 1)
const by = fc.constantFrom('clear', 'Infinity', 'deadlineMs')
const setting: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('set'), timer, inMs: delayMs }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('set'), timer, inMs: fc.integer({ min: -50_000, max: 0 }) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('clear'), timer, by }) },
) as fc.Arbitrary<Op>
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: setting },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('advance'), ms: delayMs }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('stall'), ms: delayMs }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('later'), ms: delayMs, what: setting }) },
) as fc.Arbitrary<Op>

/** The wheel beside a list of deadlines: each timer fires once for each setting, never early and at most two ticks late. */
class Model {
  readonly time = new VirtualTime()
  readonly wheel = new TimerWheel(this.time, this.time)
  readonly timers: WheelTimer[]
  fired = 0
  /** When each timer is due and the latest that it may fire. */
  readonly expected = new Map<number, { readonly dueMs: number; lastMs: number }>()

  constructor(count: number, onWake: (i: number) => readonly Op[]) {
    const wakeable = (i: number) => ({
      wake: (nowMs: number) => {
        this.fired++
        const it = this.expected.get(i)
        expect(nowMs).toBe(this.time.now())
        expect(nowMs).toBeGreaterThanOrEqual(it?.dueMs ?? Infinity)
        expect(nowMs).toBeLessThanOrEqual(it!.lastMs)
        this.expected.delete(i)
        for (const op of onWake(i)) this.perform(op)
      },
    })
    this.timers = Array.from({ length: count }, (_, i) => new WheelTimer(wakeable(i)))
  }

  perform(op: Op): void {
    if (op.op === 'advance') this.#advance(op.ms)
    else if (op.op === 'stall') this.#stall(op.ms)
    else if (op.op === 'later') this.time.after(op.ms, () => this.time.poll(() => this.perform(op.what)))
    else if (op.op === 'set') this.set(op.timer, this.time.now() + op.inMs)
    else {
      const timer = this.timers[op.timer]!
      this.expected.delete(op.timer)
      if (op.by === 'clear') this.wheel.clear(timer)
      else if (op.by === 'Infinity') this.wheel.set(timer, Infinity)
      else timer.deadlineMs = Infinity
    }
  }

  set(i: number, dueMs: number): void {
    this.wheel.set(this.timers[i]!, dueMs)
    this.expected.set(i, { dueMs, lastMs: Math.max(dueMs, this.time.now()) + LATE_MS })
  }

  /** Lets all pass that is to come; the wheel sleeps then. */
  end(): void {
    for (let left = 100; left > 0 && this.time.pendingTimers > 0; left--) this.#advance(250_000)
    expect(this.expected.size).toBe(0)
    expect(this.time.pendingTimers).toBe(0)
  }

  #advance(ms: number): void {
    this.time.advance(ms)
    const missed = [...this.expected.values()].filter(({ lastMs }) => lastMs < this.time.now())
    expect(missed).toEqual([])
  }

  /** While the loop is blocked nothing can be in time. */
  #stall(ms: number): void {
    this.time.stall(ms)
    for (const it of this.expected.values())
      it.lastMs = Math.max(it.dueMs, it.lastMs - LATE_MS, this.time.now()) + LATE_MS
  }
}

describe('the timer wheel', () => {
  it('does what a list of deadlines does, however timers are set, moved, cleared and stalled', () => {
    const wakes = fc.array(fc.array(setting, { maxLength: 2 }), { minLength: TIMERS, maxLength: TIMERS })
    fc.assert(
      fc.property(fc.array(op, { maxLength: 120 }), wakes, (ops, onWake) => {
        // Each timer acts once only: else two could wake each other for ever.
        const left = [...onWake]
        const model = new Model(TIMERS, i => left.splice(i, 1, [])[0]!)
        for (const op of ops) model.perform(op)
        model.end()
      }),
      { numRuns: 300 },
    )
  })

  it('keeps thousands of timers apart', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(delayMs, delayMs), { minLength: 3_000, maxLength: 3_000 }), delays => {
        const model = new Model(delays.length, () => [])
        for (const [i, [inMs]] of delays.entries()) model.set(i, inMs)
        model.perform({ op: 'advance', ms: 20_000 })
        for (const [i, [, inMs]] of delays.entries()) if (i % 3 === 0) model.set(i, model.time.now() + inMs)
        for (let i = 0; i < delays.length; i += 7) model.perform({ op: 'clear', timer: i, by: 'clear' })
        expect(model.time.pendingTimers).toBe(1)
        model.end()
        expect(model.fired).toBeGreaterThan(delays.length / 2)
      }),
      { numRuns: 5 },
    )
  })
})
