import type { Clock, TimerHandle, Timers } from '../../src/actor/env.ts'

const MAX_TURNS = 100_000

interface PendingTimer {
  readonly dueMs: number
  readonly run: () => void
}

/**
 * A clock that stands still, and an event loop that turns only when it is told to: due timers by time and then by age,
 * the sockets' phase, immediates; microtasks after each. The same calls always give the same order.
 */
export class VirtualTime implements Clock, Timers {
  #nowMs: number
  #timers: PendingTimer[] = []
  #polls: (() => void)[] = []
  #immediates: { run: () => void }[] = []
  #microtasks: (() => void)[] = []
  #held = false

  constructor(nowMs = 0) {
    this.#nowMs = nowMs
  }

  /** Timers that were neither cancelled nor run. */
  get pendingTimers(): number {
    return this.#timers.length
  }

  get pendingImmediates(): number {
    return this.#immediates.length
  }

  /** Somebody keeps the process alive. */
  get held(): boolean {
    return this.#held
  }

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): TimerHandle {
    const timer = { dueMs: this.#nowMs + Math.max(0, delayMs), run }
    const younger = this.#timers.findIndex(({ dueMs }) => dueMs > timer.dueMs)
    this.#timers.splice(younger < 0 ? this.#timers.length : younger, 0, timer)
    return { cancel: () => remove(this.#timers, timer) }
  }

  immediate(run: () => void): TimerHandle {
    const immediate = { run }
    this.#immediates.push(immediate)
    return { cancel: () => remove(this.#immediates, immediate) }
  }

  microtask(run: () => void): void {
    this.#microtasks.push(run)
  }

  hold(): void {
    this.#held = true
  }

  letGo(): void {
    this.#held = false
  }

  /** Runs once where sockets are read: after due timers, before immediates. */
  poll(run: () => void): void {
    this.#polls.push(run)
  }

  /** Lets time pass: runs all that is due now or becomes due within `ms`, each at its own time. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (let turns = 0; this.#isDue(untilMs); turns++) {
      if (turns === MAX_TURNS) throw new Error(`the loop is never idle: ${MAX_TURNS} turns`)
      this.#turn()
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs)
  }

  /** Time passes while nothing runs: the loop is blocked. */
  stall(ms: number): void {
    this.#nowMs += ms
  }

  /** Moves the clock to what comes next, if that comes in time. */
  #isDue(untilMs: number): boolean {
    if (this.#microtasks.length + this.#polls.length + this.#immediates.length > 0) return true
    const next = this.#timers[0]
    if (next === undefined || next.dueMs > untilMs) return false
    this.#nowMs = Math.max(this.#nowMs, next.dueMs)
    return true
  }

  #turn(): void {
    this.#drainMicrotasks()
    const nowMs = this.#nowMs
    while (this.#timers[0] !== undefined && this.#timers[0].dueMs <= nowMs) this.#run(this.#timers.shift()!.run)
    for (let left = this.#polls.length; left > 0; left--) this.#run(this.#polls.shift()!)
    const last = this.#immediates.at(-1)
    for (let current = last && this.#immediates.shift(); current; ) {
      this.#run(current.run)
      current = current === last ? undefined : this.#immediates.shift()
    }
  }

  #run(callback: () => void): void {
    callback()
    this.#drainMicrotasks()
  }

  #drainMicrotasks(): void {
    for (let next = this.#microtasks.shift(); next !== undefined; next = this.#microtasks.shift()) next()
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item)
  if (index >= 0) list.splice(index, 1)
}
