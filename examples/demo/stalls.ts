import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 10

/** Measures how long this process's event loop was held up, by itself or by a busy machine. */
export class LoopStalls {
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: resolutionMs })

  constructor() {
    this.#histogram.enable()
  }

  /** The worst stall since the last call. */
  takeWorstMs(): number {
    const worstMs = Math.max(0, this.#histogram.max / 1e6 - resolutionMs)
    this.#histogram.reset()
    return worstMs
  }
}
