import type { PolicyOption, WaiterView, WaitQueue } from '../../src/index.ts'

/** How long the oldest may wait before the queue counts as standing. */
export interface ControlledDelayOptions {
  readonly targetMs: number
}

/**
 * Controlled delay with adaptive order, after Nichols and Jacobson's CoDel: first in, first out while the queue is short;
 * once the oldest has waited longer than the target, the newest is served and those over the target are refused.
 */
export function controlledDelay({ targetMs }: ControlledDelayOptions): PolicyOption {
  return () => ({
    name: 'controlled-delay',
    admit: load => (load.connections + load.dialing < load.maxConnections ? 'dial' : 'wait'),
    waiters: () => new DelayQueue(targetMs),
  })
}

class DelayQueue implements WaitQueue {
  /** By arrival. Those who left stay until an end of the list reaches them. */
  #order: WaiterView[] = []
  #first = 0
  readonly #present = new Set<WaiterView>()
  readonly #targetMs: number

  constructor(targetMs: number) {
    this.#targetMs = targetMs
  }

  get size(): number {
    return this.#present.size
  }

  push(waiter: WaiterView): void {
    this.#order.push(waiter)
    this.#present.add(waiter)
  }

  shift(nowMs: number, refuse: (waiter: WaiterView, why: string) => void): WaiterView | undefined {
    const isOld = (waiter: WaiterView) => nowMs - waiter.sinceMs > this.#targetMs
    const oldest = this.#oldest()
    if (oldest === undefined) return undefined
    if (!isOld(oldest)) return this.#take(oldest)
    const newest = this.#newest()!
    for (let old = this.#oldest()!; old !== newest && isOld(old); old = this.#oldest()!) {
      refuse(this.#take(old), `waited longer than ${this.#targetMs} ms in a standing queue`)
    }
    return this.#take(newest)
  }

  remove(waiter: WaiterView): boolean {
    return this.#present.delete(waiter)
  }

  #take(waiter: WaiterView): WaiterView {
    this.#present.delete(waiter)
    return waiter
  }

  #oldest(): WaiterView | undefined {
    while (this.#first < this.#order.length && !this.#present.has(this.#order[this.#first]!)) this.#first++
    // Half of it is gone: what this costs was paid by those who went.
    if (this.#first > 32 && this.#first > this.#order.length / 2) {
      this.#order = this.#order.slice(this.#first)
      this.#first = 0
    }
    return this.#order[this.#first]
  }

  #newest(): WaiterView | undefined {
    while (this.#order.length > this.#first && !this.#present.has(this.#order.at(-1)!)) this.#order.pop()
    return this.#order.at(-1)
  }
}
