import type { Clock, Random, TimerHandle, Timers } from './env.ts'

/** The process's monotonic clock. */
export const systemClock: Clock = { now: () => performance.now() }

/** The process's chance. */
export const systemRandom: Random = { next: () => Math.random() }

const longestDelayMs = 2 ** 31 - 1

/** Node's timers. Each call makes an own object, so that each client holds the process alive for itself. */
export function systemTimers(): Timers {
  let anchor: NodeJS.Timeout | undefined
  return {
    after(delayMs, run): TimerHandle {
      const timer = setTimeout(run, Math.min(delayMs, longestDelayMs))
      timer.unref()
      return { cancel: () => clearTimeout(timer) }
    },
    immediate(run): TimerHandle {
      const immediate = setImmediate(run)
      return { cancel: () => clearImmediate(immediate) }
    },
    microtask: queueMicrotask,
    hold() {
      // A timer that never fires costs nothing in the loop; only its being ref'd counts.
      if (anchor === undefined) anchor = setInterval(() => {}, longestDelayMs)
      else anchor.ref()
    },
    letGo() {
      anchor?.unref()
    },
  }
}

/** Runs when the current stack is empty: for code that has no `Env`. */
export function soon(run: () => void): void {
  queueMicrotask(run)
}

/** Throws on a stack of its own: for an error that has nobody else to go to. It becomes an `uncaughtException`. */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
