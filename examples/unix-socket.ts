// Talks HTTP over a unix socket, as to a local daemon.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createClient } from 'hansom'

const folder = await mkdtemp(join(tmpdir(), 'hansom-example-'))
const socketPath = join(folder, 'daemon.sock')
const server = createServer((request, response) => {
  response.end(`${request.headers.host} is well\n`)
})
await once(server.listen(socketPath), 'listening')

// The URL's host is what the server is told; the socket is what is dialed. Other hosts are dialed as usual.
const client = createClient({ hosts: { 'http://daemon': { socketPath } } })
const ref = client.request('http://daemon/health')
process.stdout.write(Buffer.from(await client.body(ref)))
console.log(`dialed ${basename(client.explain(ref).connection?.remoteAddress ?? 'nothing')}`)

await client.close()
server.close()
await rm(folder, { recursive: true })
