import http from 'node:http'
import https from 'node:https'

/** The module of the origin's scheme and a keep-alive agent of it, with a limited number of sockets. */
export function createAgent({ origin, connections, ca }) {
  const module = origin.startsWith('https:') ? https : http
  const agent = new module.Agent({
    keepAlive: true,
    maxSockets: connections,
    maxFreeSockets: connections,
    ...(ca === undefined ? {} : { ca }),
  })
  return { module, agent }
}
