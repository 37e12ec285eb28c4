// Gets a whole answer with one line, and shows what each phase of it cost.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { get } from 'hansom'

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ path: request.url, greeting: 'good day' }))
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo

const answer = await get(`http://127.0.0.1:${port}/hello`)
console.log(answer.status, answer.headers.get('content-type'))
console.log(answer.json<{ greeting: string }>().greeting)

// queue + send + firstByte + body = total; the dial is inside queue.
for (const [phase, ms] of Object.entries(answer.bill)) console.log(`${phase.padEnd(9)} ${ms.toFixed(2)} ms`)

server.close()
