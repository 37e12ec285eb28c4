import { throwLater } from '../actor/clock.ts'
import type { Timers } from '../actor/env.ts'

/**
 * User code's way out of the actors: what is posted in a turn runs when its stack is empty, in order. What user code
 * throws becomes an `uncaughtException`, as from any event emitter, and hinders nothing else.
 */
export class Outbox {
  readonly #timers: Timers
  #calls: (() => void)[] = []

  constructor(timers: Timers) {
    this.#timers = timers
  }

  post(call: () => void): void {
    this.#calls.push(call)
    if (this.#calls.length === 1) this.#timers.microtask(() => this.#flush())
  }

  #flush(): void {
    const calls = this.#calls
    this.#calls = []
    for (const call of calls) {
      try {
        call()
      } catch (error) {
        throwLater(error)
      }
    }
  }
}
