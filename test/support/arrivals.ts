const CAPACITY = 4_096

/**
 * Hands each thing that arrives to one caller of `next`, in order, whichever of the two comes first.
 * Keeps 4,096 things that nobody asked for; `next` rejects where later ones were lost.
 */
export class Arrivals<T> {
  #kept: T[] = []
  #waiters: { resolve(value: T): void; reject(error: Error): void }[] = []
  #failure: Error | undefined
  #lost = 0

  push(value: T): void {
    const waiter = this.#waiters.shift()
    if (waiter !== undefined) waiter.resolve(value)
    else if (this.#kept.length < CAPACITY) this.#kept.push(value)
    else this.#lost++
  }

  /** The next one that no earlier call was given. It may be left unread: its rejection is never unhandled. */
  next(): Promise<T> {
    const promise = new Promise<T>((resolve, reject) => {
      if (this.#kept.length > 0) resolve(this.#kept.shift()!)
      else if (this.#lost > 0) reject(new Error(`${this.#lost} arrivals were not kept`))
      else if (this.#failure !== undefined) reject(this.#failure)
      else this.#waiters.push({ resolve, reject })
    })
    promise.catch(() => {})
    return promise
  }

  /** Rejects those who wait, and those who ask when nothing is left. The first error stays. */
  fail(error: Error): void {
    this.#failure ??= error
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error)
  }
}
