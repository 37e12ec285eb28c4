/**
 * A map from strings that forgets what was not used for long: two generations, each of at most half the limit. What was
 * among the last `limit / 2` different keys used is there. O(1), and no list to keep. Values are never `undefined`.
 */
export class BoundedMap<V> {
  #young = new Map<string, V>()
  #old = new Map<string, V>()
  readonly #half: number

  /** At most `limit` entries, which is at least 2. */
  constructor(limit: number) {
    this.#half = Math.max(1, limit >> 1)
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, value)
  }

  delete(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }
}
