// The only connection is busy for 1,500 ms. A second request waits for it, and has a timeout of 200 ms.
import { Agent } from 'node:http'
import { createClient } from '../../../../dist/index.js'
import { nodeGet, secondOfTwo } from '../support.mjs'

export const row = {
  title: 'A request waits for the only connection, busy for 1,500 ms; its timeout is 200 ms. It settles after',
  unit: 'ms',
  better: 'less',
}

const second = (send, options) => secondOfTwo(1_500, send, () => options)
const agent = new Agent({ maxSockets: 1 })

export const contenders = {
  hansom() {
    const client = createClient({ pool: { maxConnections: 1 } })
    return second((url, init) => client.get(url, init), { timeouts: { queueMs: 200 } })
  },
  'undici.request'({ Agent, request }) {
    const dispatcher = new Agent({ connections: 1 })
    const send = (url, options) => request(url, { dispatcher, ...options })
    return second(send, { headersTimeout: 200, bodyTimeout: 200 })
  },
  'node:http': () => second((url, options) => nodeGet(url, { agent, ...options }), { timeout: 200 }),
  got({ default: got }) {
    const send = (url, options) => got(url, { agent: { http: agent }, retry: { limit: 0 }, ...options })
    return second(send, { timeout: { request: 200 } })
  },
}
