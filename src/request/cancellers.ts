/** What a canceller ends. */
export interface Cancellable {
  cancel(reason: unknown): void
}

/**
 * Things whose end cancels requests: abort signals, actors that own requests. Each is listened to once, however many
 * requests it can cancel: Node warns at the eleventh listener of a signal.
 */
export class Cancellers<S extends object> {
  readonly #watched = new Map<S, Watch>()
  readonly #listen: (source: S, onEnd: (reason: unknown) => void) => () => void

  /** `listen` calls back when the source ends, and returns how to stop listening. */
  constructor(listen: (source: S, onEnd: (reason: unknown) => void) => () => void) {
    this.#listen = listen
  }

  /** Cancels it when the source ends. */
  watch(source: S, target: Cancellable): void {
    let watch = this.#watched.get(source)
    if (watch === undefined) {
      watch = { targets: new Set(), stop: this.#listen(source, reason => this.#end(source, reason)) }
      this.#watched.set(source, watch)
    }
    watch.targets.add(target)
  }

  /** It needs no cancelling any more. With the last one the listener goes. */
  forget(source: S, target: Cancellable): void {
    const watch = this.#watched.get(source)
    if (watch === undefined) return
    watch.targets.delete(target)
    if (watch.targets.size > 0) return
    this.#watched.delete(source)
    watch.stop()
  }

  #end(source: S, reason: unknown): void {
    const watch = this.#watched.get(source)
    this.#watched.delete(source)
    if (watch !== undefined) for (const target of watch.targets) target.cancel(reason)
  }
}

interface Watch {
  readonly targets: Set<Cancellable>
  readonly stop: () => void
}
