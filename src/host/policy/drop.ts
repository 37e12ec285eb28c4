import { number, oneOf, shape } from '../../checks.ts'
import { hasRoom, mayWait, type PolicyOption } from './policy.ts'

/** Options of `drop`. */
export interface DropOptions {
  /** How many may wait before one is dropped, those being dialed for not counted. Default 0: nobody waits for a busy pool. */
  readonly maxWaiting?: number
  /** Whom to drop: the request that comes, or the one that has waited longest. Default `'newest'`. */
  readonly drop?: 'newest' | 'oldest'
}

const dropShape = shape({ maxWaiting: number(0), drop: oneOf('newest', 'oldest') })

/**
 * Drops rather than queues: when every connection is busy and `maxWaiting` wait, the newest request gets
 * `ERR_HANSOM_POOL_FULL`, or the oldest waiter `ERR_HANSOM_POOL_DROPPED`. Throws `ERR_HANSOM_INVALID_OPTION`.
 */
export function drop(options: DropOptions = {}): PolicyOption {
  dropShape(options, '')
  const { maxWaiting = 0, drop = 'newest' } = options
  return () => ({
    name: 'drop',
    admit: load => {
      if (hasRoom(load) && mayWait(load, Infinity, true)) return 'dial'
      if (mayWait(load, maxWaiting, false)) return 'wait'
      return drop === 'oldest' && load.waiting > 0 ? 'evict' : 'reject'
    },
  })
}
