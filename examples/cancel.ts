// Cancels requests in two phases: one while the server thinks, by an AbortSignal, and one while it waits in the queue.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from 'hansom'

const server = createServer(() => {}) // takes every request and answers none
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo
const url = `http://127.0.0.1:${port}/never`

const client = createClient({ pool: { maxConnections: 1 } })
const controller = new AbortController()
const first = client.request(url, { signal: controller.signal })
await once(server, 'request')

const second = client.request(url)
const { phase, waitsFor } = client.explain(second)
console.log(`${second.id} is ${phase} and waits for ${waitsFor}`)

client.cancel(second, new Error('changed my mind'))
await client.recvHead(second).catch((error: Error) => console.log(`${second.id} rejects with: ${error.message}`))

controller.abort()
await client.recvHead(first).catch((error: Error) => console.log(`${first.id} rejects with: ${error.name}`))

for (const ref of [first, second]) console.log(`${ref.id} is ${client.explain(ref).phase}`)
await client.close()
server.close()
