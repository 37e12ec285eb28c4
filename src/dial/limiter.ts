import PQueue from 'p-queue'

/** A place among the dials that may run at once. */
export interface Place {
  /** Gives the place back, or gives up waiting for it. Twice does nothing. */
  leave(): void
}

/** Bounds how many dials run at once; the others wait, in order. */
export class DialLimiter {
  readonly #queue: PQueue

  constructor(maxDials: number) {
    this.#queue = new PQueue({ concurrency: maxDials })
  }

  /** Calls `admitted` when there is a place, perhaps on this very stack. */
  enter(admitted: () => void): Place {
    let left = false
    let release: () => void = () => {}
    void this.#queue.add(() => {
      if (left) return Promise.resolve()
      const done = new Promise<void>(resolve => {
        release = resolve
      })
      admitted()
      return done
    })
    return {
      leave() {
        left = true
        release()
      },
    }
  }

  get running(): number {
    return this.#queue.pending
  }

  get waiting(): number {
    return this.#queue.size
  }
}
