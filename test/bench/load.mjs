// The load of a sample: requests on a few connections, one after the other on each.

/**
 * Returns a function that keeps each connection busy until the process has used so much CPU time and made so many
 * requests, and resolves to how many it made. By the clock on the wall, a machine that is busy elsewhere would cut a
 * warm-up short.
 */
export function loadOf(contender, { method, path, bytes, connections }) {
  const body = method === 'PUT' ? Buffer.alloc(bytes, 'x') : null
  return async (cpuMs, least = 0) => {
    let count = 0
    let stop = false
    const start = process.cpuUsage()
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage(start)
      stop = user + system >= cpuMs * 1_000 && count >= least
    }, 20)
    const loop = async () => {
      while (!stop) {
        if (body === null) await contender.get(path, bytes)
        else await contender.put(path, body)
        count++
      }
    }
    await Promise.all(Array.from({ length: connections }, loop))
    clearInterval(timer)
    return count
  }
}
