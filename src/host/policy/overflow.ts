import { number, shape } from '../../checks.ts'
import { hasRoom, mayWait, type PolicyOption } from './policy.ts'

/** Options of `overflow`. */
export interface OverflowOptions {
  /** How many connections may be open beyond `pool.maxConnections`, but never more than that again. Default `pool.maxConnections`. */
  readonly maxOverflow?: number
}

const overflowShape = shape({ maxOverflow: number(0) })

/**
 * Dials past `maxConnections` when all are busy, up to `maxOverflow` more, then queues. The surplus closes when it is
 * given back. The client's own `maxConnections` still holds. Throws `ERR_HANSOM_INVALID_OPTION`.
 */
export function overflow(options: OverflowOptions = {}): PolicyOption {
  overflowShape(options, '')
  const { maxOverflow = Infinity } = options
  return () => ({
    name: 'overflow',
    admit: load => {
      const surplus = load.connections + load.dialing - load.maxConnections
      const mayDial = surplus < Math.min(maxOverflow, load.maxConnections)
      if (!mayWait(load, Infinity, mayDial)) return 'reject'
      if (hasRoom(load)) return 'dial'
      return mayDial ? 'overflow' : 'wait'
    },
  })
}
