import { throwLater } from './clock.ts'
import type { Clock, TimerHandle, Timers } from './env.ts'

const tickMs = 8
const slotCount = 4_096
const slotMask = slotCount - 1

/** What a `WheelTimer` wakes. A throw becomes an `uncaughtException`; other timers do not notice. */
export interface Wakeable {
  wake(nowMs: number): void
}

/**
 * One deadline, to be set and moved without cost. Extend or own one per request and per connection: it is its own list
 * node.
 */
export class WheelTimer {
  /** When it is due, on the wheel's clock; `Infinity` when it is not set. */
  deadlineMs = Infinity
  /** @internal */
  slot = -1
  /** @internal */
  tick = 0
  /** @internal */
  previous: WheelTimer | null = null
  /** @internal */
  next: WheelTimer | null = null
  readonly owner: Wakeable

  constructor(owner: Wakeable) {
    this.owner = owner
  }
}

/**
 * Many coarse deadlines on one native timer (Varghese and Lauck, 1987). A deadline that moves later only writes a number;
 * the wheel looks again when its old slot comes. A timer fires never early and at most two ticks (16 ms) late, apart from
 * the loop's own lag; before it fires, the sockets are polled once, so that what has already come counts.
 */
export class TimerWheel {
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #slots: (WheelTimer | null)[] = new Array(slotCount).fill(null)
  #linked = 0
  /** The tick up to which slots were looked at. */
  #tick: number
  /** The tick for which the native timer is set; `Infinity` when it is not, `-Infinity` when it shall not be set yet. */
  #armedTick = Infinity
  #native: TimerHandle | null = null
  #due: WheelTimer[] = []

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock
    this.#timers = timers
    this.#tick = Math.floor(clock.now() / tickMs)
  }

  /** Sets or moves a deadline. `Infinity` unsets it. O(1). */
  set(timer: WheelTimer, deadlineMs: number): void {
    timer.deadlineMs = deadlineMs
    if (timer.slot >= 0 && deadlineMs >= timer.tick * tickMs) return
    if (deadlineMs === Infinity) return
    if (timer.slot >= 0) this.#unlink(timer)
    this.#link(timer)
  }

  /** Unsets a timer and forgets it at once. O(1). */
  clear(timer: WheelTimer): void {
    timer.deadlineMs = Infinity
    if (timer.slot >= 0) this.#unlink(timer)
  }

  #link(timer: WheelTimer): void {
    if (this.#linked === 0) this.#tick = Math.max(this.#tick, Math.floor(this.#clock.now() / tickMs))
    const wanted = Math.ceil(timer.deadlineMs / tickMs)
    // Beyond the horizon: the farthest slot looks again. In the past: the next one.
    const tick = Math.min(Math.max(wanted, this.#tick + 1), this.#tick + slotMask)
    const slot = tick & slotMask
    timer.tick = tick
    timer.slot = slot
    timer.previous = null
    const head = this.#slots[slot] ?? null
    timer.next = head
    if (head !== null) head.previous = timer
    this.#slots[slot] = timer
    this.#linked++
    if (tick < this.#armedTick) this.#arm(tick)
  }

  #unlink(timer: WheelTimer): void {
    if (timer.previous !== null) timer.previous.next = timer.next
    else this.#slots[timer.slot] = timer.next
    if (timer.next !== null) timer.next.previous = timer.previous
    timer.previous = null
    timer.next = null
    timer.slot = -1
    this.#linked--
  }

  #arm(tick: number): void {
    this.#native?.cancel()
    this.#armedTick = tick
    const delayMs = Math.max(0, tick * tickMs - this.#clock.now())
    this.#native = this.#timers.after(Math.ceil(delayMs), () => this.#turn())
  }

  /** Looks at every slot that has come, then sleeps until the next one that holds a timer. */
  #turn(): void {
    this.#native = null
    this.#armedTick = -Infinity
    const nowMs = this.#clock.now()
    const nowTick = Math.floor(nowMs / tickMs)
    // After a stall of more than one lap each slot is looked at once, as if the lap were the last one before now.
    this.#tick = Math.max(this.#tick, nowTick - slotCount)
    while (this.#tick < nowTick) {
      this.#tick++
      this.#look(this.#tick & slotMask, nowMs)
    }
    this.#armedTick = Infinity
    if (this.#due.length > 0) this.#timers.immediate(() => this.#fire())
    this.#sleep()
  }

  #look(slot: number, nowMs: number): void {
    for (let timer = this.#slots[slot] ?? null; timer !== null; ) {
      const next: WheelTimer | null = timer.next
      this.#unlink(timer)
      if (timer.deadlineMs <= nowMs) this.#due.push(timer)
      else if (timer.deadlineMs !== Infinity) this.#link(timer)
      timer = next
    }
  }

  /** After the sockets were polled: fires what nothing has moved meanwhile. */
  #fire(): void {
    const due = this.#due
    this.#due = []
    const nowMs = this.#clock.now()
    for (const timer of due) {
      if (timer.slot >= 0 || timer.deadlineMs === Infinity) continue
      if (timer.deadlineMs > nowMs) {
        this.#link(timer)
        continue
      }
      timer.deadlineMs = Infinity
      try {
        timer.owner.wake(nowMs)
      } catch (error) {
        throwLater(error)
      }
    }
  }

  #sleep(): void {
    if (this.#linked === 0) return
    for (let tick = this.#tick + 1; tick <= this.#tick + slotCount; tick++) {
      if (this.#slots[tick & slotMask] !== null) {
        if (tick < this.#armedTick) this.#arm(tick)
        return
      }
    }
  }
}
