import { importUndici } from '../peers.mjs'

/** undici's pool for one origin, with its defaults but for the connections that it may have. */
export async function createPool({ origin, connections, ca, idleMs }) {
  const { Pool } = await importUndici()
  return new Pool(origin, {
    connections,
    ...(idleMs === undefined ? {} : { keepAliveTimeout: idleMs }),
    ...(ca === undefined ? {} : { connect: { ca } }),
  })
}
