// An xstate machine takes an answer as messages, asks for each, and its end cancels what is left of the request.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, type ResponseMessage, streamNext } from 'hansom'
import { assign, createActor, setup } from 'xstate'

const server = createServer((_request, response) => response.write('one line\n'.repeat(100_000)))
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo

const types = { events: {} as ResponseMessage, context: {} as { chunks: number } }
const reader = setup({ types, actions: { next: () => streamNext(ref) } }).createMachine({
  context: { chunks: 0 },
  initial: 'reading',
  states: {
    reading: {
      always: { guard: ({ context }) => context.chunks === 3, target: 'enough' },
      on: {
        status: { actions: [({ event }) => console.log(`status ${event.status}`), 'next'] },
        headers: { actions: 'next' },
        chunk: { actions: [assign({ chunks: ({ context }) => context.chunks + 1 }), 'next'] },
      },
    },
    enough: { type: 'final', entry: ({ context }) => console.log(`enough after ${context.chunks} chunks`) },
  },
})

const client = createClient()
const actor = createActor(reader).start()
const ref = client.request(`http://127.0.0.1:${port}/`, { async: 'once', streamTo: actor })
streamNext(ref)
client.on('request.settled', async ({ outcome, error }) => {
  console.log(`${outcome}: ${(error as Error).message}`)
  await client.close()
  server.close()
})
