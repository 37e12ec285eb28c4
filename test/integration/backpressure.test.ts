import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/index.ts'
import { answer, answerHead } from '../support/answer.ts'
import { localCertificate } from '../support/certificates.ts'
import { runChild } from '../support/child.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'

leakCheck()

const bodyBytes = 67_108_864
const { key, cert, ca } = await localCertificate()

/** Writes until the socket takes no more, and goes on when it does. `written` counts. */
function pour(socket: Socket, count: number): { written: number } {
  const progress = { written: 0 }
  const block = Buffer.alloc(65_536)
  const more = (): void => {
    while (progress.written < count && !socket.destroyed) {
      progress.written += block.length
      if (!socket.write(block)) return
    }
  }
  socket.on('drain', more)
  more()
  return progress
}

/** Resolves with the number when it did not change for 100 ms. */
async function standstill(read: () => number): Promise<number> {
  for (let last = -1, now = read(); ; last = now, now = read()) {
    if (last === now) return now
    await delay(100)
  }
}

describe.each([
  ['http', undefined],
  ['https', { key, cert }],
] as const)('over %s, an unread body', (_scheme, tls) => {
  it('stops the server at the high-water mark, and goes on when it is read', async () => {
    let progress = { written: 0 }
    await using server = await rawServer(
      {
        onRequest({ socket }) {
          socket.write(answerHead(200, { 'Content-Length': String(bodyBytes) }))
          progress = pour(socket, bodyBytes)
        },
      },
      tls === undefined ? {} : { tls },
    )
    await using client = createClient({ tls: { ca }, limits: { highWaterBytes: 100_000 } })
    const ref = client.request(server.url())
    await client.recvHead(ref)
    const written = await standstill(() => progress.written)
    // What the kernel's buffers hold on both sides is the system's affair.
    expect(written).toBeLessThan(bodyBytes / 2)
    expect(client.stats().hosts[0]).toMatchObject({ inFlight: 1, idle: 0 })

    let readBytes = 0
    for (let chunk = await client.recvBody(ref); chunk !== null; chunk = await client.recvBody(ref))
      readBytes += chunk.length
    expect(readBytes).toBe(bodyBytes)
    expect((await standstill(() => progress.written)) - written).toBeGreaterThan(0)
    expect(client.stats().hosts[0]).toMatchObject({ inFlight: 0, idle: 1 })
  })
})

describe('a paused connection', () => {
  it('is not idle: the next request does not get it', async () => {
    const big = answer(new Uint8Array(4_194_304))
    await using server = await rawServer({ onRequest: ({ target }) => (target === '/big' ? big : answer('fine')) })
    await using client = createClient({ pool: { idleMs: 50 } })
    const ref = client.request(server.url('/big'))
    await client.recvHead(ref)
    expect((await client.get(server.url('/next'))).text()).toBe('fine')
    expect(server.connections.total).toBe(2)
    // Nor does the idle time count for it.
    await delay(150)
    expect(await client.body(ref)).toHaveLength(4_194_304)
  })

  it('serves again once its body was read, and what it paused does not stay so', async () => {
    await using server = await rawServer({ onRequest: () => answer(new Uint8Array(1_048_576)) })
    await using client = createClient({ limits: { highWaterBytes: 1 } })
    for (const _ of [1, 2, 3]) {
      const ref = client.request(server.url())
      await client.recvHead(ref)
      let readBytes = 0
      for await (const chunk of ref) readBytes += chunk.length
      expect(readBytes).toBe(1_048_576)
    }
    expect(server.connections.total).toBe(1)
  })

  it('whose last bytes filled the buffer still notices what comes behind them', async () => {
    await using server = await rawServer({
      onConnection: ({ socket }) => void socket.setNoDelay(),
      onRequest: () => answer(new Uint8Array(1_000)),
    })
    await using client = createClient({ limits: { highWaterBytes: 1_000 } })
    const ref = client.request(server.url())
    await client.recvHead(ref)
    const closed = new Promise(resolve => client.on('connection.closed', resolve))
    void (await server.nextConnection()).write('!')
    await closed
    expect(await client.body(ref)).toHaveLength(1_000)
  })
})

describe('sendBody', () => {
  it('waits for a server that does not read', async () => {
    await using server = await rawServer({
      onHead: ({ socket }) => void socket.pause(),
      onRequest: () => answer('fine'),
    })
    await using client = createClient()
    const ref = client.request(server.url(), { method: 'POST', streamBody: true })
    const chunk = new Uint8Array(262_144)
    let sent = 0
    let done = false
    const sending = (async () => {
      while (sent < bodyBytes) {
        await client.sendBody(ref, chunk)
        sent += chunk.length
      }
      done = true
      await client.finishBody(ref)
    })()
    const stopped = await standstill(() => sent)
    expect(stopped).toBeLessThan(bodyBytes / 2)
    expect(done).toBe(false)
    const connection = await server.nextConnection()
    connection.socket.resume()
    await sending
    expect((await client.recvHead(ref)).status).toBe(200)
    expect((await server.nextRequest()).body).toHaveLength(bodyBytes)
    await client.drain(ref)
  })
})

const gibibyte = 1_073_741_824

/** Runs client and server in one process; prints by how many bytes its memory grew after the first 64 MiB. */
const measured = `
import { createServer } from 'node:net'
import { createClient } from 'hansom'

const total = ${gibibyte}
const block = Buffer.alloc(65_536, 'x')
const wrapped = Buffer.concat([Buffer.from('10000\\r\\n'), block, Buffer.from('\\r\\n')])
const mode = process.argv.at(-1)
let first = 0
let most = 0
let moved = 0
function count(bytes) {
  moved += bytes
  if (moved < 67_108_864) return
  const { rss } = process.memoryUsage()
  first ||= rss
  most = Math.max(most, rss)
}
function pour(socket) {
  const piece = mode === 'chunked' ? wrapped : block
  let left = total / block.length
  const more = () => {
    for (; left > 0; left--) if (!socket.write(piece)) return void left--
    if (left === 0) socket.write(mode === 'chunked' ? '0\\r\\n\\r\\n' : '')
    left = -1
  }
  socket.on('drain', more)
  more()
}
const framing = mode === 'chunked' ? 'transfer-encoding: chunked' : 'content-length: ' + total
let uploaded = 0
const server = createServer(socket => {
  socket.on('error', () => {})
  socket.on('data', bytes => {
    uploaded += bytes.length
    if (mode !== 'upload') {
      socket.write('HTTP/1.1 200 OK\\r\\n' + framing + '\\r\\n\\r\\n')
      pour(socket)
    } else if (uploaded >= total && bytes.includes('\\r\\n0\\r\\n\\r\\n')) socket.end('HTTP/1.1 204 No Content\\r\\n\\r\\n')
  })
})
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const client = createClient()
const url = 'http://127.0.0.1:' + server.address().port + '/'
const ref = client.request(url, mode === 'upload' ? { method: 'PUT', streamBody: true } : {})
if (mode === 'upload') {
  for (let left = total / block.length; left > 0; left--) {
    await client.sendBody(ref, block)
    if (left % 16 === 0) count(block.length * 16)
  }
  await client.finishBody(ref)
}
for await (const chunk of ref) count(chunk.length)
await client.close()
server.close()
console.log(JSON.stringify({ moved, grownBytes: most - first }))
`

describe('memory (promise 6)', () => {
  it.each(['content-length', 'chunked', 'upload'])(
    'stays flat over 1 GiB: %s',
    async mode => {
      const { stdout, stderr, code } = await runChild(measured, { args: [mode], timeoutMs: 60_000 })
      expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
      const { moved, grownBytes } = JSON.parse(stdout)
      expect(moved).toBe(gibibyte)
      expect(grownBytes).toBeLessThan(67_108_864)
    },
    60_000,
  )
})
