import type { PolicyOption, WaiterView, WaitQueue } from '../../index.ts'

/**
 * The same policy, whose waiters are served in the order of the URLs. The default order is that of coming, in which a
 * request that is sent again stands behind all others; but those hold their connections until stdout has had its body.
 */
export function inUrlOrder(option: PolicyOption): PolicyOption {
  return host => {
    const policy = typeof option === 'function' ? option(host) : option
    return { ...policy, waiters: () => new UrlOrder() }
  }
}

/** The priority that makes a URL come at its place. */
export function priorityOf(index: number): number {
  return -index
}

/** The highest priority first. Requests come in their order but for the few that come again, so a push looks from the end. */
class UrlOrder implements WaitQueue {
  #waiters: WaiterView[] = []
  /** Those before it are gone. */
  #first = 0

  get size(): number {
    return this.#waiters.length - this.#first
  }

  push(waiter: WaiterView): void {
    let index = this.#waiters.length
    while (index > this.#first && this.#waiters[index - 1]!.priority < waiter.priority) index--
    this.#waiters.splice(index, 0, waiter)
  }

  shift(): WaiterView | undefined {
    if (this.size === 0) return undefined
    const waiter = this.#waiters[this.#first++]
    if (this.#first > this.size) {
      this.#waiters = this.#waiters.slice(this.#first)
      this.#first = 0
    }
    return waiter
  }

  remove(waiter: WaiterView): boolean {
    const index = this.#waiters.indexOf(waiter, this.#first)
    if (index < 0) return false
    this.#waiters.splice(index, 1)
    return true
  }
}
