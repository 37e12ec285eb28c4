// A raw server that answers each request head with the same bytes: as little of its own work as possible.
import { createServer } from 'node:net'

const fields = Number(process.argv[2] ?? 5)
const body = '{"hello":"world","n":12345}'
const known = [
  'Content-Type: application/json',
  'Date: Sun, 22 Nov 2026 10:00:00 GMT',
  'Server: bench',
  'ETag: "abcdef0123456789"',
]
while (known.length < fields - 1) known.push(`X-Header-${known.length}: some value of a usual length ${known.length}`)
const head = ['HTTP/1.1 200 OK', ...known, `Content-Length: ${body.length}`].join('\r\n')
const answer = Buffer.from(`${head}\r\n\r\n${body}`, 'latin1')

/** Requests for `/hold/N` are answered when N have come. */
let held = []

function hold(socket, chunk) {
  const wanted = Number(/ \/hold\/(\d+) /.exec(chunk.toString('latin1', 0, 64))[1])
  held.push(socket)
  if (held.length < wanted) return
  for (const waiting of held) waiting.write(answer)
  held = []
}

createServer({ noDelay: true }, socket => {
  socket.on('data', chunk => {
    if (chunk[5] === 0x68) return hold(socket, chunk)
    let answers = 0
    for (let at = chunk.indexOf('\r\n\r\n'); at >= 0; at = chunk.indexOf('\r\n\r\n', at + 4)) answers++
    if (answers === 1) socket.write(answer)
    else if (answers > 1) socket.write(Buffer.concat(new Array(answers).fill(answer)))
  })
  socket.on('error', () => {})
}).listen(0, '127.0.0.1', function () {
  process.stdout.write(`${this.address().port}\n`)
})
process.stdin.resume().on('end', () => process.exit(0))
