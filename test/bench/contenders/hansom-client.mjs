/** A client with its defaults but for the connections that it may have, how long they idle, and whom it trusts. */
export async function createBenchClient({ connections, ca, idleMs }, more = {}) {
  const { createClient } = await import('../../../dist/index.js')
  const limit = { maxConnections: connections, maxIdle: connections }
  return createClient({
    maxConnections: connections,
    pool: idleMs === undefined ? limit : { ...limit, idleMs },
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...more,
  })
}
