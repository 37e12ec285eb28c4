// Reads a response body chunk by chunk, at the reader's own pace.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { recvBody, recvHead, recvTrailers, request } from 'hansom'

const server = createServer(async (_request, response) => {
  response.writeHead(200, { trailer: 'x-lines' })
  for (const line of ['one', 'two', 'three']) {
    response.write(`${line}\n`)
    await pause(20)
  }
  response.addTrailers({ 'x-lines': '3' })
  response.end()
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo

const ref = request(`http://127.0.0.1:${port}/lines`)
const { status } = await recvHead(ref)
console.log(`${ref} answered ${status}`)

for (let chunk = await recvBody(ref); chunk !== null; chunk = await recvBody(ref)) {
  console.log(`${chunk.length} bytes: ${Buffer.from(chunk).toString().trim()}`)
}
console.log(`the end; trailer x-lines: ${recvTrailers(ref)?.get('x-lines')}`)

server.close()
