import type { Timers } from '../actor/env.ts'

/**
 * The turns of the event loop, as far as reuse needs them: between two turns the sockets were polled. A connection that
 * became free in this turn can have got no byte that was not read; one from an earlier turn may have, and is looked at
 * once more after a poll. All who wait for the poll share two `setImmediate`s.
 */
export class Turn {
  #number = 0
  #armed = false
  #waiting: (() => void)[] = []
  /** Waited through one end of a turn. */
  #next: (() => void)[] = []
  readonly #timers: Timers

  constructor(timers: Timers) {
    this.#timers = timers
  }

  /** The number of this turn. */
  current(): number {
    if (!this.#armed) {
      this.#armed = true
      this.#timers.immediate(() => this.#end())
    }
    return this.#number
  }

  /** Runs when the sockets have been polled once. */
  afterPoll(run: () => void): void {
    this.#waiting.push(run)
    this.current()
  }

  #end(): void {
    this.#armed = false
    this.#number++
    const ready = this.#next
    this.#next = this.#waiting
    this.#waiting = []
    // A turn in which sockets are read ends without another poll: only the end after the next one has seen a whole one.
    if (this.#next.length > 0) this.current()
    for (const run of ready) run()
  }
}
