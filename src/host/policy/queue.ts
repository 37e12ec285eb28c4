import { number, shape } from '../../checks.ts'
import { hasRoom, mayWait, type PolicyOption } from './policy.ts'

/** Options of `queue`. */
export interface QueueOptions {
  /** How many may wait, those being dialed for not counted. Default `pool.maxWaiting`, which holds in any case. */
  readonly maxWaiting?: number
}

const queueShape = shape({ maxWaiting: number(0) })

/**
 * Waits for a connection, behind at most `maxWaiting` others; beyond that, `ERR_HANSOM_POOL_FULL`. The default
 * policy. Throws `ERR_HANSOM_INVALID_OPTION`.
 */
export function queue(options: QueueOptions = {}): PolicyOption {
  queueShape(options, '')
  const { maxWaiting = Infinity } = options
  return () => ({
    name: 'queue',
    admit: load => {
      const room = hasRoom(load)
      if (!mayWait(load, maxWaiting, room)) return 'reject'
      return room ? 'dial' : 'wait'
    },
  })
}
