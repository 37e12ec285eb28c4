// The client and the server run on a core each, so that neither waits for the other's.
import { spawn, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const cores = { client: 0, server: 1 }

/** Null where there is no `taskset`, or only one core. */
export const pinnedTo = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0 ? cores : null

/** Starts a program on the core of its role. */
export function spawnPinned(role, command, args, options) {
  const env = { ...(options.env ?? process.env), NODE_ENV: 'production' }
  if (pinnedTo === null) return spawn(command, args, { ...options, env })
  return spawn('taskset', ['-c', String(pinnedTo[role]), command, ...args], { ...options, env })
}
