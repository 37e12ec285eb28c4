import type { ConnectionActor } from '../connection/connection-actor.ts'

/**
 * A host's idle connections. `lifo`: the last that came back is the first to go out, so that surplus ones grow old and
 * close. `fifo`: all are used by turns.
 */
export class IdleList {
  readonly #oldestFirst: boolean
  readonly #connections: ConnectionActor[] = []

  constructor(order: 'lifo' | 'fifo') {
    this.#oldestFirst = order === 'fifo'
  }

  get size(): number {
    return this.#connections.length
  }

  push(connection: ConnectionActor): void {
    this.#connections.push(connection)
  }

  /** The next to go out. */
  pop(): ConnectionActor | undefined {
    return this.#oldestFirst ? this.#connections.shift() : this.#connections.pop()
  }

  /** Takes one out wherever it stands. O(n), n at most `maxIdle`; the oldest, which goes most often, is found first. */
  remove(connection: ConnectionActor): boolean {
    const index = this.#connections.indexOf(connection)
    if (index < 0) return false
    this.#connections.splice(index, 1)
    return true
  }

  /** Empties the list. */
  takeAll(): ConnectionActor[] {
    return this.#connections.splice(0)
  }
}
