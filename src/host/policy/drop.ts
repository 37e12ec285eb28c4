import { hasRoom, mayWait, type PolicyOption } from './policy.ts'

/** Options of `drop`. */
export interface DropOptions {
  /** How many may wait before one is dropped. Default 0: nobody waits for a busy pool. */
  readonly maxWaiting?: number
  /** Whom to drop: the request that comes (`newest`, the default) or the one that has waited longest. */
  readonly drop?: 'newest' | 'oldest'
}

/**
 * Drops rather than queues: when every connection is busy and `maxWaiting` wait, the newest request gets
 * `ERR_HANSOM_POOL_FULL`, or the oldest waiter `ERR_HANSOM_POOL_DROPPED`.
 */
export function drop({ maxWaiting = 0, drop = 'newest' }: DropOptions = {}): PolicyOption {
  return () => ({
    name: 'drop',
    admit: load => {
      if (hasRoom(load) && mayWait(load, Infinity, true)) return 'dial'
      if (mayWait(load, maxWaiting, false)) return 'wait'
      return drop === 'oldest' && load.waiting > 0 ? 'evict' : 'reject'
    },
  })
}
