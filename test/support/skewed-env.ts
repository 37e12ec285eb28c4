import { systemClock, systemRandom, systemTimers } from '../../src/actor/clock.ts'
import type { Clock, Env } from '../../src/actor/env.ts'
import { cachingResolver } from '../../src/dial/resolve.ts'
import { connectTcp } from '../../src/dial/tcp.ts'
import { secureTls } from '../../src/dial/tls.ts'

/** The real world, but for a clock that can be put forward. */
export interface SkewedEnv extends Env {
  readonly clock: SkewedClock
}

/** The process's monotonic clock, ahead by what was skipped. */
export class SkewedClock implements Clock {
  #aheadMs = 0

  now(): number {
    return systemClock.now() + this.#aheadMs
  }

  /** Lets this much time have passed. Timers that are set run at their own pace. */
  skip(ms: number): void {
    this.#aheadMs += ms
  }
}

export function skewedEnv(): SkewedEnv {
  const clock = new SkewedClock()
  return {
    clock,
    timers: systemTimers(),
    random: systemRandom,
    transport: { connect: connectTcp, secure: secureTls },
    resolver: cachingResolver(clock, 10_000, undefined),
  }
}
