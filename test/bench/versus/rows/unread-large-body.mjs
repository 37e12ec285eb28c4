// One connection is allowed. A request has its head, and nobody reads its body of 10 MB. Then comes the next request.
import { Agent, get } from 'node:http'
import { createClient } from '../../../../dist/index.js'
import { nodeGet, secondAfterUnread } from '../support.mjs'

export const row = {
  title: 'The same with a body of 10 MB; the next request has a queueMs of 1,000 in hansom. It settles after',
  unit: 'ms',
  better: 'less',
  notYet: 'a lease on unread bodies',
}

const next = (leaveUnread, send) => secondAfterUnread(10_000_000, leaveUnread, send)
const agent = new Agent({ maxSockets: 1 })

export const contenders = {
  hansom() {
    const client = createClient({ pool: { maxConnections: 1 }, timeouts: { queueMs: 1_000 } })
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
