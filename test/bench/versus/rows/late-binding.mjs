// Two connections are allowed. The first comes free at 50 ms; the dial of the second takes 1,200 ms.
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { createClient } from '../../../../dist/index.js'
import { delay, nodeGet, secondOfTwo } from '../support.mjs'

export const row = {
  title: 'A request dials, which takes 1,200 ms; another connection comes free at 50 ms. It is answered after',
  unit: 'ms',
  better: 'less',
}

let dials = 0
const waitToDial = () => delay(dials++ === 0 ? 0 : 1_200)

export const contenders = {
  hansom() {
    const slowly = ({ hostname, port }) => waitToDial().then(() => connect(port, hostname))
    const client = createClient({ pool: { maxConnections: 2 }, connect: slowly })
    return secondOfTwo(50, url => client.get(url))
  },
  'undici.request'({ Agent, buildConnector, request }) {
    const slowly = (options, callback) => waitToDial().then(() => buildConnector({})(options, callback))
    const dispatcher = new Agent({ connections: 2, connect: slowly })
    return secondOfTwo(50, url => request(url, { dispatcher }))
  },
  'node:http'() {
    const agent = new Agent({ maxSockets: 2, keepAlive: true })
    agent.createConnection = (options, callback) => void waitToDial().then(() => callback(null, connect(options)))
    return secondOfTwo(50, url => nodeGet(url, { agent }))
  },
}
