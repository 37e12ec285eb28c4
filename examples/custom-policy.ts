// A pool policy of one's own in ten lines: urgent requests may wait for a busy pool, the others are refused at once.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, type PoolPolicy } from 'hansom'

const server = createServer((_request, response) => response.end('served'))
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo
const origin = `http://127.0.0.1:${port}`

const urgentFirst: PoolPolicy = {
  name: 'urgent-first',
  admit(load, request) {
    if (load.connections + load.dialing < load.maxConnections) return 'dial'
    return request.priority > 0 ? 'wait' : 'reject'
  },
}

const client = createClient({ hosts: { [origin]: { pool: { maxConnections: 2, policy: urgentFirst } } } })
client.on('drop', ({ ref, policy, why }) => console.log(`policy ${policy} refused ${ref}: ${why}`))

const priorities = [0, 0, 0, 1, 0, 1]
const answers = await Promise.allSettled(priorities.map(priority => client.get(origin, { priority })))
for (const [index, answer] of answers.entries()) {
  const outcome = answer.status === 'fulfilled' ? answer.value.text() : (answer.reason as { code: string }).code
  console.log(`priority ${priorities[index]}: ${outcome}`)
}

const [host] = client.stats().hosts
console.log(`${host?.policy}: ${host?.granted} granted, ${host?.done} done, errors ${JSON.stringify(host?.errors)}`)

await client.close()
server.close()
