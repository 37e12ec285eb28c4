import type { WaiterView, WaitQueue } from './policy.ts'

/** First in, first out. `victim` gives up the oldest. O(1) each; a removed place costs nothing until its turn. */
export class Fifo implements WaitQueue {
  readonly #waiters = new Set<WaiterView>()

  get size(): number {
    return this.#waiters.size
  }

  push(waiter: WaiterView): void {
    this.#waiters.add(waiter)
  }

  shift(): WaiterView | undefined {
    const first = this.#waiters.values().next().value
    if (first !== undefined) this.#waiters.delete(first)
    return first
  }

  remove(waiter: WaiterView): boolean {
    return this.#waiters.delete(waiter)
  }

  victim(): WaiterView | undefined {
    return this.shift()
  }
}
