// The shipped server, in a process of its own: node raw-server.mjs '{"fields":5,"tls":null}' prints its port.
// It looks only at what it must, so that little of the machine is its own work. It expects each request's head in one piece.
//   GET /            a small answer
//   GET /bytes/N     N bytes, written in pieces of 64 KiB
//   GET /chunks/N/S  N bytes in chunked coding, each chunk S bytes, written in pieces of about 64 KiB
//   GET /hold/N      a small answer, sent when N such requests have come
//   PUT /…           reads Content-Length bytes, then a small answer
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { contentType, smallBody } from '../contenders/answers.mjs'

const { fields, tls } = JSON.parse(process.argv[2])
const pieceBytes = 65_536

const names = [
  `Content-Type: ${contentType}`,
  'Date: Sun, 22 Nov 2026 10:00:00 GMT',
  'Server: bench',
  'ETag: "abcdef0123456789"',
]
while (names.length < fields - 1) names.push(`X-Header-${names.length}: some value of a usual length ${names.length}`)
const headOf = framing => ['HTTP/1.1 200 OK', ...names, framing, '', ''].join('\r\n')
const small = Buffer.from(headOf(`Content-Length: ${smallBody.length}`) + smallBody, 'latin1')

/** Those who asked for `/hold/N`. */
let held = []

function hold(socket, count) {
  held.push(socket)
  if (held.length < count) return
  for (const waiting of held) waiting.write(small)
  held = []
}

/** Writes the same piece again and again, and then what is left; it waits whenever the socket is full. */
function pour(socket, head, piece, times, last) {
  socket.write(head, 'latin1')
  let left = times
  const go = () => {
    while (left > 0) {
      left--
      if (!socket.write(piece)) {
        socket.once('drain', go)
        return
      }
    }
    socket.write(last)
  }
  go()
}

function sendBytes(socket, bytes) {
  const piece = Buffer.alloc(pieceBytes, 'x')
  const rest = Buffer.alloc(bytes % pieceBytes, 'x')
  pour(socket, headOf(`Content-Length: ${bytes}`), piece, Math.floor(bytes / pieceBytes), rest)
}

function sendChunks(socket, bytes, size) {
  const chunk = Buffer.from(`${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`, 'latin1')
  const perPiece = Math.max(1, Math.floor(pieceBytes / size))
  const piece = Buffer.concat(new Array(perPiece).fill(chunk))
  const chunks = bytes / size
  if (chunks % perPiece !== 0) throw new Error(`${bytes} bytes are not whole pieces of ${perPiece} chunks of ${size}`)
  pour(socket, headOf('Transfer-Encoding: chunked'), piece, chunks / perPiece, '0\r\n\r\n')
}

function serve(socket) {
  /** Bytes of an upload that have not come yet. */
  let missing = 0
  socket.on('error', () => {})
  socket.on('data', data => {
    if (missing > 0) {
      missing -= data.length
      if (missing === 0) socket.write(small)
      return
    }
    // 'G', and a space behind the slash: the small requests, of which several may come at once.
    if (data[0] === 0x47 && data[5] === 0x20) {
      let answers = 0
      for (let at = data.indexOf('\r\n\r\n'); at >= 0; at = data.indexOf('\r\n\r\n', at + 4)) answers++
      socket.write(answers === 1 ? small : Buffer.concat(new Array(answers).fill(small)))
      return
    }
    const end = data.indexOf('\r\n\r\n') + 4
    const head = data.toString('latin1', 0, end)
    if (head.startsWith('PUT')) {
      missing = Number(/\r\ncontent-length: *(\d+)/i.exec(head)[1]) - (data.length - end)
      if (missing === 0) socket.write(small)
      return
    }
    const [, what, first, second] = /^GET \/(\w+)\/(\d+)(?:\/(\d+))? /.exec(head)
    if (what === 'hold') hold(socket, Number(first))
    else if (what === 'bytes') sendBytes(socket, Number(first))
    else sendChunks(socket, Number(first), Number(second))
  })
}

const server = tls === null ? createServer({ noDelay: true }, serve) : createTlsServer({ ...tls, noDelay: true }, serve)
server.listen({ port: 0, host: '127.0.0.1', backlog: 8_192 }, () => process.stdout.write(`${server.address().port}\n`))
// The parent holds stdin open for as long as it wants us.
process.stdin.resume().on('end', () => process.exit(0))
