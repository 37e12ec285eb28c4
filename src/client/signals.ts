import type { RequestRecord } from '../request/record.ts'

/** One listener for each signal, however many requests it can cancel: Node warns at the eleventh. */
export class Signals {
  readonly #watched = new Map<AbortSignal, Watch>()

  /** Cancels the request when the signal aborts. */
  watch(signal: AbortSignal, record: RequestRecord): void {
    let watch = this.#watched.get(signal)
    if (watch === undefined) {
      watch = { records: new Set(), onAbort: () => this.#abort(signal) }
      this.#watched.set(signal, watch)
      signal.addEventListener('abort', watch.onAbort, { once: true })
    }
    watch.records.add(record)
  }

  /** The request is settled. The last one takes the listener away. */
  forget(signal: AbortSignal, record: RequestRecord): void {
    const watch = this.#watched.get(signal)
    if (watch === undefined) return
    watch.records.delete(record)
    if (watch.records.size > 0) return
    this.#watched.delete(signal)
    signal.removeEventListener('abort', watch.onAbort)
  }

  #abort(signal: AbortSignal): void {
    const watch = this.#watched.get(signal)
    this.#watched.delete(signal)
    if (watch !== undefined) for (const record of watch.records) record.cancel(signal.reason)
  }
}

interface Watch {
  readonly records: Set<RequestRecord>
  readonly onAbort: () => void
}
