// Shows the life of one request to an xstate inspector: each message that its actor got, and the phase after it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from 'hansom'
import type { AnyActorRef, InspectionEvent } from 'xstate'

const server = createServer((_request, response) => response.end('hello'))
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo

const observer = {
  next(event: InspectionEvent) {
    if (event.type !== '@xstate.snapshot') return
    const { id } = event.actorRef as AnyActorRef
    const { phase, status } = event.snapshot as { phase?: string; status: string }
    if (id.startsWith('request:')) console.log(`${id}  ${event.event.type.padEnd(17)} -> ${phase} (${status})`)
  },
}

// The whole client runs on xstate now, connections and hosts too: drop the `if` to see all of them.
const client = createClient({ inspect: observer })
const answer = await client.get(`http://127.0.0.1:${port}/`)
console.log(`answered ${answer.status}: ${answer.text()}`)

await client.close()
server.close()
