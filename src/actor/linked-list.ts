/** What can stand in a `LinkedList`: it is its own node. */
export interface Linked<T> {
  previous: T | null
  next: T | null
}

/**
 * A doubly linked list whose entries are their own nodes: O(1) in and out from anywhere, and nothing allocated. For what
 * comes and goes with each request a `Map` or `Set` would be the wrong choice: each rehash leaves a dead table that still
 * points to its entries, which the scavenger then promotes.
 */
export class LinkedList<T extends Linked<T>> {
  first: T | null = null
  last: T | null = null
  size = 0

  /** Appends an entry that stands in no list. */
  push(entry: T): void {
    this.insertAfter(this.last, entry)
  }

  /** Puts an entry that stands in no list behind another; `null`: before all. */
  insertAfter(before: T | null, entry: T): void {
    const after = before === null ? this.first : before.next
    entry.previous = before
    entry.next = after
    if (before === null) this.first = entry
    else before.next = entry
    if (after === null) this.last = entry
    else after.previous = entry
    this.size++
  }

  /** Takes out an entry; nothing happens if it is not in. An entry must never stand in two lists by the same links. */
  remove(entry: T): boolean {
    const { previous, next } = entry
    if (previous === null && this.first !== entry) return false
    if (previous === null) this.first = next
    else previous.next = next
    if (next === null) this.last = previous
    else next.previous = previous
    entry.previous = null
    entry.next = null
    this.size--
    return true
  }

  /** From the first to the last; the entry that was yielded may be taken out. */
  *[Symbol.iterator](): Generator<T> {
    for (let entry = this.first; entry !== null; ) {
      const next: T | null = entry.next
      yield entry
      entry = next
    }
  }
}
