import { hasRoom, type PolicyOption } from './policy.ts'

/** Options of `queue`. */
export interface QueueOptions {
  /** How many may wait. Default: the pool's `maxWaiting`. */
  readonly maxWaiting?: number
}

/** Waits for a connection, behind at most `maxWaiting` others; beyond that, `ERR_HANSOM_POOL_FULL`. The default policy. */
export function queue({ maxWaiting = Infinity }: QueueOptions = {}): PolicyOption {
  return () => ({
    name: 'queue',
    admit: load => {
      if (load.waiting >= Math.min(maxWaiting, load.maxWaiting)) return 'reject'
      return hasRoom(load) ? 'dial' : 'wait'
    },
  })
}
