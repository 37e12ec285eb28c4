import { Rate } from './rate.ts'

/** How far one body has come. */
export interface FileView {
  readonly name: string
  /** What is there, with what an earlier run had kept. */
  readonly bytes: number
  /** `null` if the server did not say. */
  readonly length: number | null
  /** Bytes a second; `null` while there is too little to tell. */
  readonly rate: number | null
  readonly elapsedMs: number
}

/** How far the whole has come. */
export interface ProgressView {
  /** Those whose bodies are coming, in the order in which they began. */
  readonly files: readonly FileView[]
  readonly done: number
  readonly failed: number
  /** How many there will be; `null` while the list of URLs is being read. */
  readonly expected: number | null
  /** What came in this run. */
  readonly bytes: number
  readonly rate: number | null
  /** How long it will take if the rate stays; `null` unless all that is to come has begun and has a length. */
  readonly leftMs: number | null
}

/** One body on its way. */
export interface Meter {
  /** Bytes that have come. */
  add(bytes: number): void
  /** Nothing more comes; what it came to. */
  end(): FileView
}

interface Running {
  readonly name: string
  readonly length: number | null
  readonly startedMs: number
  readonly rate: Rate
  bytes: number
}

/** Counts what comes. Knows no terminal; the time, in milliseconds, is asked of `now`. */
export class Progress {
  /** See `ProgressView`. */
  expected: number | null = null
  readonly #now: () => number
  readonly #running = new Set<Running>()
  readonly #rate: Rate
  #done = 0
  #failed = 0
  #bytes = 0

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#rate = new Rate(now())
  }

  /** A body begins to come, behind `from` bytes that are there. */
  begin(name: string, length: number | null, from = 0): Meter {
    const startedMs = this.#now()
    const file: Running = { name, length, startedMs, rate: new Rate(startedMs), bytes: from }
    this.#running.add(file)
    return {
      add: bytes => {
        const nowMs = this.#now()
        file.bytes += bytes
        file.rate.add(bytes, nowMs)
        this.#bytes += bytes
        this.#rate.add(bytes, nowMs)
      },
      end: () => {
        this.#running.delete(file)
        return viewOf(file, this.#now())
      },
    }
  }

  /** A request is over, whether or not it came to a body. */
  settled(ok: boolean): void {
    if (ok) this.#done++
    else this.#failed++
  }

  /** Where everything stands. */
  view(): ProgressView {
    const nowMs = this.#now()
    const rate = this.#rate.perSecond(nowMs)
    return {
      files: [...this.#running].map(file => viewOf(file, nowMs)),
      done: this.#done,
      failed: this.#failed,
      expected: this.expected,
      bytes: this.#bytes,
      rate,
      leftMs: this.#leftMs(rate),
    }
  }

  #leftMs(rate: number | null): number | null {
    if (rate === null || rate <= 0 || this.#running.size === 0) return null
    if (this.expected !== this.#done + this.#failed + this.#running.size) return null
    let bytes = 0
    for (const file of this.#running) {
      if (file.length === null) return null
      bytes += Math.max(0, file.length - file.bytes)
    }
    return (bytes * 1_000) / rate
  }
}

function viewOf({ name, bytes, length, startedMs, rate }: Running, nowMs: number): FileView {
  return { name, bytes, length, rate: rate.perSecond(nowMs), elapsedMs: nowMs - startedMs }
}
