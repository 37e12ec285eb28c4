// The floor: ping-pong on raw sockets. A small answer is not parsed at all; of a long one only the head's end is sought.
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** Plain sockets read into one buffer that all share, as hansom's do. */
const shared = Buffer.allocUnsafeSlow(65_536)
const longBytes = 16_384

/** One connection; `onBytes` is called with what was read. */
async function connect({ origin, ca }, slot, byEvents) {
  const { hostname: host, port } = new URL(origin)
  const secure = origin.startsWith('https:')
  const onread = { buffer: shared, callback: length => slot.onBytes(shared, length) !== false }
  const socket = secure
    ? connectTls({ host, port: Number(port), ca, servername: 'localhost' })
    : connectTcp({ host, port: Number(port), noDelay: true, ...(byEvents ? {} : { onread }) })
  if (secure || byEvents) socket.setNoDelay(true).on('data', chunk => slot.onBytes(chunk, chunk.length))
  await new Promise((resolve, reject) => {
    socket.once(secure ? 'secureConnect' : 'connect', resolve)
    socket.once('error', reject)
  })
  slot.socket = socket
  return slot
}

/** Calls `end` with the number of reads once a head and `bytes` of body have come. */
function countTo(bytes, end) {
  let missing = -1
  let reads = 0
  return (buffer, length) => {
    reads++
    if (missing < 0) missing = buffer.indexOf('\r\n\r\n', 0, 'latin1') + 4 + bytes
    missing -= length
    if (missing === 0) end(reads)
  }
}

/** `byEvents`: plain sockets read by `data` events too, as most programs do; Node then allocates what it reads into. */
export async function open(setup, byEvents = false) {
  const idle = []
  for (let i = 0; i < setup.connections; i++) {
    idle.push(await connect(setup, { socket: null, onBytes: () => {} }, byEvents))
  }

  const heads = new Map()
  function headOf(method, path, bodyBytes) {
    const key = `${method}${path}`
    let head = heads.get(key)
    if (head === undefined) {
      const length = bodyBytes === 0 ? '' : `content-length: ${bodyBytes}\r\n`
      heads.set(key, (head = `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${length}\r\n`))
    }
    return head
  }

  function exchange(method, path, body, bytes) {
    const slot = idle.pop()
    return new Promise(resolve => {
      const end = reads => {
        idle.push(slot)
        resolve(reads)
      }
      slot.onBytes = bytes < longBytes ? end : countTo(bytes, end)
      slot.socket.write(headOf(method, path, body?.length ?? 0), 'latin1')
      if (body !== null) slot.socket.write(body)
    })
  }
  return {
    get: (path, bytes) => exchange('GET', path, null, bytes),
    put: (path, body) => exchange('PUT', path, body, 0),
    read: (path, bytes) => exchange('GET', path, null, bytes),
  }
}
