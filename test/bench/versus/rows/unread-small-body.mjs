// One connection is allowed. A request has its head, and nobody reads its body of 10 KB. Then comes the next request.
import { Agent, get } from 'node:http'
import { createClient } from '../../../../dist/index.js'
import { nodeGet, secondAfterUnread } from '../support.mjs'

export const row = {
  title: 'One connection is allowed, and the 10 KB body of an answer is never read. The next request settles after',
  unit: 'ms',
  better: 'less',
}

const next = (leaveUnread, send) => secondAfterUnread(10_000, leaveUnread, send)
const agent = new Agent({ maxSockets: 1 })

export const contenders = {
  hansom() {
    const client = createClient({ pool: { maxConnections: 1 } })
    const leaveUnread = url => client.recvHead(client.request(url))
    return next(leaveUnread, url => client.get(url))
  },
  'undici.request'({ Agent, request }) {
    const send = url => request(url, { dispatcher })
    const dispatcher = new Agent({ connections: 1 })
    return next(send, send)
  },
  'node:http'() {
    const leaveUnread = url => new Promise(resolve => get(url, { agent }, resolve))
    return next(leaveUnread, url => nodeGet(url, { agent }))
  },
}
