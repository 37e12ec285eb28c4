// Sends a request body piece by piece, with a trailer that is known only at its end.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { body, finishBody, recvHead, request, sendBody } from 'hansom'

const server = createServer(async (request, response) => {
  const hash = createHash('sha256')
  for await (const chunk of request) hash.update(chunk)
  const whole = hash.digest('hex') === request.trailers['x-sha256']
  response.writeHead(whole ? 201 : 400).end(whole ? 'stored: the hash fits' : 'the hash does not fit')
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo

const ref = request(`http://127.0.0.1:${port}/upload`, { method: 'PUT', streamBody: true })
const hash = createHash('sha256')
let sentBytes = 0
for (const piece of ['All that is gold ', 'does not glitter, ', 'not all those who wander are lost.']) {
  hash.update(piece)
  sentBytes += piece.length
  // `true`: more is welcome. `false`: a final answer has come already, and the rest would be in vain.
  if (!(await sendBody(ref, piece))) break
}
await finishBody(ref, { 'x-sha256': hash.digest('hex') })

console.log(`sent ${sentBytes} bytes, answered ${(await recvHead(ref)).status}`)
console.log(Buffer.from(await body(ref)).toString())

server.close()
