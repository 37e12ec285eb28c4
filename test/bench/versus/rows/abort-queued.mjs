// The only connection is busy for 1,500 ms. A second request waits for it, and its AbortSignal fires at 50 ms.
import { Agent } from 'node:http'
import { createClient } from '../../../../dist/index.js'
import { abortIn, nodeGet, secondOfTwo } from '../support.mjs'

export const row = {
  title: 'A request waits for the only connection, busy for 1,500 ms; its AbortSignal fires at 50 ms. It settles after',
  unit: 'ms',
  better: 'less',
}

const second = send => secondOfTwo(1_500, send, () => ({ signal: abortIn(50) }))
const agent = new Agent({ maxSockets: 1 })

export const contenders = {
  hansom() {
    const client = createClient({ pool: { maxConnections: 1 } })
    return second((url, init) => client.get(url, init))
  },
  'undici.request'({ Agent, request }) {
    const dispatcher = new Agent({ connections: 1 })
    return second((url, options) => request(url, { dispatcher, ...options }))
  },
  'undici.fetch'({ Agent, fetch }) {
    const dispatcher = new Agent({ connections: 1 })
    return second((url, init) => fetch(url, { dispatcher, ...init }))
  },
  'node:http': () => second((url, options) => nodeGet(url, { agent, ...options })),
  got: ({ default: got }) => second((url, options) => got(url, { agent: { http: agent }, ...options })),
}
