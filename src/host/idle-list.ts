import type { ConnectionActor } from '../connection/connection-actor.ts'

/** A host's idle connections: the last that came back is the first to go out, so that surplus ones grow old and close. */
export class IdleList {
  readonly #connections: ConnectionActor[] = []

  get size(): number {
    return this.#connections.length
  }

  push(connection: ConnectionActor): void {
    this.#connections.push(connection)
  }

  pop(): ConnectionActor | undefined {
    return this.#connections.pop()
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
