// The server of the CPU row, in a process of its own: prints its port, answers every request head with the same bytes,
// ends with its stdin.
import { createServer } from 'node:net'

const body = '{"hello":"world","n":12345}'
const head = ['HTTP/1.1 200 OK', 'Content-Type: application/json', 'Date: Sun, 22 Nov 2026 10:00:00 GMT']
head.push('Server: versus', 'ETag: "abcdef0123456789"', `Content-Length: ${body.length}`)
const answer = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1')

createServer({ noDelay: true }, socket => {
  socket.on('error', () => {})
  // No contender pipelines, and a request head this short comes in one piece.
  socket.on('data', chunk => chunk.latin1Slice(chunk.length - 4) === '\r\n\r\n' && socket.write(answer))
}).listen(0, '127.0.0.1', 1_024, function () {
  process.stdout.write(`${this.address().port}\n`)
})
process.stdin.resume().on('end', () => process.exit(0))
