/** How far back a rate looks, and how often it takes a sample. In milliseconds. */
const windowMs = 5_000
const stepMs = 250

interface Sample {
  readonly atMs: number
  readonly bytes: number
}

/** Bytes a second over the last five seconds. Holds at most some 20 numbers, however many chunks come. */
export class Rate {
  #bytes = 0
  readonly #samples: Sample[]

  constructor(nowMs: number) {
    this.#samples = [{ atMs: nowMs, bytes: 0 }]
  }

  /** Bytes that have come. */
  add(bytes: number, nowMs: number): void {
    this.#sample(nowMs)
    this.#bytes += bytes
  }

  /** `null` while there is too little to tell. */
  perSecond(nowMs: number): number | null {
    this.#sample(nowMs)
    const since = this.#samples[0]!
    const spanMs = nowMs - since.atMs
    return spanMs < stepMs ? null : ((this.#bytes - since.bytes) * 1_000) / spanMs
  }

  #sample(nowMs: number): void {
    const samples = this.#samples
    if (nowMs - samples.at(-1)!.atMs >= stepMs) samples.push({ atMs: nowMs, bytes: this.#bytes })
    while (samples.length > 1 && samples[1]!.atMs <= nowMs - windowMs) samples.shift()
  }
}
