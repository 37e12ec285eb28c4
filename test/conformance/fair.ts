import type { PolicyOption, WaiterView, WaitQueue } from '../../src/index.ts'

/** Serves the keys by turns, and the requests of one key in the order of their coming. */
export function fair(): PolicyOption {
  return () => ({
    name: 'fair',
    admit: load => (load.connections + load.dialing < load.maxConnections ? 'dial' : 'wait'),
    waiters: () => new FairQueue(),
  })
}

interface Lane {
  readonly key: string
  waiters: WaiterView[]
  first: number
}

class FairQueue implements WaitQueue {
  readonly #present = new Set<WaiterView>()
  readonly #lanes = new Map<string, Lane>()
  /** Lanes that wait for their turn. */
  #turns: Lane[] = []
  #turn = 0

  get size(): number {
    return this.#present.size
  }

  push(waiter: WaiterView): void {
    this.#present.add(waiter)
    let lane = this.#lanes.get(waiter.key)
    if (lane === undefined) {
      lane = { key: waiter.key, waiters: [], first: 0 }
      this.#lanes.set(waiter.key, lane)
      this.#turns.push(lane)
    }
    lane.waiters.push(waiter)
  }

  shift(): WaiterView | undefined {
    while (this.#turn < this.#turns.length) {
      const lane = this.#turns[this.#turn++]!
      const waiter = this.#nextOf(lane)
      if (waiter === undefined) this.#lanes.delete(lane.key)
      else this.#turns.push(lane)
      if (this.#turn > 32 && this.#turn > this.#turns.length / 2) {
        this.#turns = this.#turns.slice(this.#turn)
        this.#turn = 0
      }
      if (waiter !== undefined) return waiter
    }
    return undefined
  }

  remove(waiter: WaiterView): boolean {
    return this.#present.delete(waiter)
  }

  #nextOf(lane: Lane): WaiterView | undefined {
    while (lane.first < lane.waiters.length) {
      const waiter = lane.waiters[lane.first++]!
      if (lane.first > 32 && lane.first > lane.waiters.length / 2) {
        lane.waiters = lane.waiters.slice(lane.first)
        lane.first = 0
      }
      if (this.#present.delete(waiter)) return waiter
    }
    return undefined
  }
}
