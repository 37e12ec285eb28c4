import type { ConnectionActor } from '../connection/connection-actor.ts'
import type { Checkout } from './checkout.ts'

/** An idle connection that was chosen for a request. */
export interface Choice {
  readonly checkout: Checkout
  readonly connection: ConnectionActor
}

/** Choices that wait until the sockets have been polled: those of one turn together, for they wait for the same poll. */
export class UnprovenList {
  readonly #batches: Choice[][] = []
  #turn = -1

  /** Adds a choice made in this turn. True for the first one of the turn: its poll must be waited for. */
  add(choice: Choice, turn: number): boolean {
    const first = turn !== this.#turn
    this.#turn = turn
    if (first) this.#batches.push([choice])
    else this.#batches.at(-1)?.push(choice)
    return first
  }

  /** Takes out the choices of the earliest turn. */
  take(): readonly Choice[] {
    return this.#batches.shift() ?? []
  }
}
