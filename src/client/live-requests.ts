import type { RequestActor } from '../request/request-actor.ts'

/** The requests that are not settled: id → actor. An array without order, so that coming and going allocates nothing. */
export class LiveRequests {
  readonly #actors: RequestActor[] = []

  get size(): number {
    return this.#actors.length
  }

  add(actor: RequestActor): void {
    actor.liveIndex = this.#actors.length
    this.#actors.push(actor)
  }

  remove(actor: RequestActor): void {
    const last = this.#actors.pop()
    if (last === undefined || last === actor) return
    this.#actors[actor.liveIndex] = last
    last.liveIndex = actor.liveIndex
  }

  /** O(n): for people who look for one. */
  find(id: string): RequestActor | undefined {
    return this.#actors.find(actor => actor.record.id === id)
  }

  /** A copy, for what changes the live ones on its way. */
  all(): RequestActor[] {
    return [...this.#actors]
  }
}
