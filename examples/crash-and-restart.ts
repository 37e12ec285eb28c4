// A pool policy throws once: one request pays for it, the host's manager is started again, and all others are served.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, type PolicyOption } from 'hansom'

const server = createServer((_request, response) => response.end('served'))
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo

let asked = 0
// A function is called once for each incarnation of the manager: each starts with a fresh policy.
const clumsy: PolicyOption = () => ({
  name: 'clumsy',
  admit(load) {
    if (++asked === 4) throw new Error('oh dear')
    return load.connections + load.dialing < load.maxConnections ? 'dial' : 'wait'
  },
})

const client = createClient({ pool: { maxConnections: 2, policy: clumsy } })
client.on('crash', ({ actor, error }) => console.log(`crash of ${actor}: ${(error as Error).message}`))

const answers = await Promise.allSettled(Array.from({ length: 8 }, () => client.get(`http://127.0.0.1:${port}/`)))
for (const [index, answer] of answers.entries()) {
  const outcome = answer.status === 'fulfilled' ? answer.value.text() : (answer.reason as { code: string }).code
  console.log(`request ${index + 1}: ${outcome}`)
}
console.log(`restarts: ${client.stats().hosts[0]?.restarts}`)

await client.close()
server.close()
