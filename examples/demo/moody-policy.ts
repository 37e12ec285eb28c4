import type { PolicyOption } from 'hansom'

/** More than five crashes within ten seconds, and the host would be given up for a while. */
const mostThrows = 3
const throwEvery = 150

/** Queues, but throws at every 150th question, three times in all: a bug in user code, which must cost one request each. */
export function moodyPolicy(): PolicyOption {
  let asked = 0
  let throws = 0
  return () => ({
    name: 'moody',
    admit(load) {
      if (++asked % throwEvery === 0 && throws < mostThrows) {
        throws++
        throw new Error('not in the mood')
      }
      return load.connections + load.dialing < load.maxConnections ? 'dial' : 'wait'
    },
  })
}
