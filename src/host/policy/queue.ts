import { hasRoom, mayWait, type PolicyOption } from './policy.ts'

/** Options of `queue`. */
export interface QueueOptions {
  /** How many may wait for a busy pool; those for whom a connection is being dialed do not count. Default: the pool's `maxWaiting`. */
  readonly maxWaiting?: number
}

/** Waits for a connection, behind at most `maxWaiting` others; beyond that, `ERR_HANSOM_POOL_FULL`. The default policy. */
export function queue({ maxWaiting = Infinity }: QueueOptions = {}): PolicyOption {
  return () => ({
    name: 'queue',
    admit: load => {
      const room = hasRoom(load)
      if (!mayWait(load, maxWaiting, room)) return 'reject'
      return room ? 'dial' : 'wait'
    },
  })
}
