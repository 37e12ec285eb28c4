/** How many are there now, how many were there ever, and how many at most at one time. */
export class Count {
  #open = 0
  #total = 0
  #peak = 0
  #waiters: (() => void)[] = []

  /** Those that have entered and not yet left. */
  get open(): number {
    return this.#open
  }

  /** Those that ever entered. */
  get total(): number {
    return this.#total
  }

  /** The greatest `open` so far. */
  get peak(): number {
    return this.#peak
  }

  enter(): void {
    this.#open++
    this.#total++
    this.#peak = Math.max(this.#peak, this.#open)
  }

  leave(): void {
    if (--this.#open > 0) return
    for (const resolve of this.#waiters.splice(0)) resolve()
  }

  /** Resolves as soon as none is open; at once if that is so already. */
  none(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise(resolve => this.#waiters.push(resolve))
  }
}
