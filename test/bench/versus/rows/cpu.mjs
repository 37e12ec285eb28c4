// Small answers through 50 connections, from a server in a process of its own; header and body of each are checked.
import { Agent } from 'node:http'
import { createClient } from '../../../../dist/index.js'
import { bareHandler, cpuPerRequest, nodeBytes } from '../support.mjs'

export const row = {
  title: 'Small answers through 50 connections: CPU time of the client a request',
  unit: 'µs',
  better: 'less',
  alone: true,
  server: 'cpu-server.mjs',
}

const client = createClient({ pool: { maxConnections: 50 } })
const get = { path: '/', method: 'GET' }
const agent = new Agent({ keepAlive: true, maxSockets: 50 })

export const contenders = {
  'hansom request'(_, origin) {
    return cpuPerRequest(async () => {
      const ref = client.request(origin)
      const { headers } = await client.recvHead(ref)
      return [headers.get('server'), await client.body(ref)]
    })
  },
  'hansom get': (_, origin) =>
    cpuPerRequest(() => client.get(origin).then(({ headers, bytes }) => [headers.get('server'), bytes])),
  'undici.request'({ Pool }, origin) {
    const pool = new Pool(origin, { connections: 50 })
    return cpuPerRequest(() => pool.request(get).then(async it => [it.headers['server'], await it.body.arrayBuffer()]))
  },
  'undici.dispatch'(undici, origin) {
    const pool = new undici.Pool(origin, { connections: 50 })
    return cpuPerRequest(() => new Promise(resolve => pool.dispatch(get, bareHandler(undici, resolve))))
  },
  fetch: (_, origin) =>
    cpuPerRequest(() => fetch(origin).then(async it => [it.headers.get('server'), await it.arrayBuffer()])),
  'node:http': (_, origin) =>
    cpuPerRequest(() => nodeBytes(origin, { agent }).then(({ headers, bytes }) => [headers['server'], bytes])),
}
