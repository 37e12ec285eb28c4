import PQueue from 'p-queue'

/** A place among the dials that may run at once. */
export interface Place {
  /** Gives the place back, or gives up waiting for it. Twice does nothing. */
  leave(): void
}

/**
 * Bounds how many dials run at once; the others wait, in order. One host has at most half of the places (but one at
 * least): so that a host that does not answer cannot keep all others waiting.
 */
export class DialLimiter {
  readonly #all: PQueue
  readonly #hosts = new Map<string, PQueue>()
  readonly #perHost: number

  constructor(maxDials: number) {
    this.#all = new PQueue({ concurrency: maxDials })
    this.#perHost = Math.max(1, Math.floor(maxDials / 2))
  }

  /** Calls `admitted` when there is a place, perhaps on this very stack. */
  enter(host: string, admitted: () => void): Place {
    let admit: (() => void) | null = admitted
    let release: () => void = () => {}
    const run = async (): Promise<void> => {
      if (admit === null) return
      const done = new Promise<void>(resolve => {
        release = resolve
      })
      admit()
      await done
    }
    void this.#queueOf(host).add(async () => (admit === null ? undefined : this.#all.add(run)))
    return {
      leave() {
        // What waits in a queue stays there until its turn: it must not keep its dial alive.
        admit = null
        release()
      },
    }
  }

  get running(): number {
    return this.#all.pending
  }

  get waiting(): number {
    let waiting = this.#all.size
    for (const queue of this.#hosts.values()) waiting += queue.size
    return waiting
  }

  #queueOf(host: string): PQueue {
    let queue = this.#hosts.get(host)
    if (queue === undefined) {
      queue = new PQueue({ concurrency: this.#perHost })
      queue.on('idle', () => this.#hosts.delete(host))
      this.#hosts.set(host, queue)
    }
    return queue
  }
}
