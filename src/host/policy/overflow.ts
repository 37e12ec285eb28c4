import { hasRoom, type PolicyOption } from './policy.ts'

/** Options of `overflow`. */
export interface OverflowOptions {
  /** How many connections may be open beyond `maxConnections`. Default: as many as `maxConnections` itself. */
  readonly maxOverflow?: number
}

/**
 * Dials past `maxConnections` when all are busy, up to `maxOverflow` more, then queues. The surplus closes when it is
 * given back. The client's own `maxConnections` still holds.
 */
export function overflow({ maxOverflow = Infinity }: OverflowOptions = {}): PolicyOption {
  return () => ({
    name: 'overflow',
    admit: load => {
      if (load.waiting >= load.maxWaiting) return 'reject'
      if (hasRoom(load)) return 'dial'
      const surplus = load.connections + load.dialing - load.maxConnections
      return surplus < Math.min(maxOverflow, load.maxConnections) ? 'overflow' : 'wait'
    },
  })
}
