// What is compared: each contender sends one request and checks a header and the body of its answer.
import { connect } from 'node:net'

const expected = '{"hello":"world","n":12345}'

function check(header, bytes) {
  if (header !== 'bench' || bytes.byteLength !== expected.length) throw new Error('wrong answer')
}

export const contenders = {
  // xstate runs every actor, for an inspector that does nothing.
  'hansom inspect': (origin, connections) => contenders.hansom(origin, connections, { inspect: () => {} }),
  async hansom(origin, connections, { idleMs = 4_000, inspect = false } = {}) {
    const { createClient } = await import('../../dist/index.js')
    const pool = { maxConnections: connections, maxIdle: connections, idleMs }
    const client = createClient({ maxConnections: connections, pool, inspect })
    const url = `${origin}/`
    const request = async (path = '/') => {
      const ref = client.request(path === '/' ? url : `${origin}${path}`)
      const head = await client.recvHead(ref)
      check(head.headers.get('server'), await client.body(ref))
    }
    return {
      request,
      close: () => client.close({ withinMs: 0 }),
    }
  },
  async 'hansom get'(origin, connections) {
    const { createClient } = await import('../../dist/index.js')
    const client = createClient({ pool: { maxConnections: connections } })
    const url = `${origin}/`
    return {
      async request() {
        const answer = await client.get(url)
        check(answer.headers.get('server'), answer.bytes)
      },
      close: () => client.close({ withinMs: 0 }),
    }
  },
  async undici(origin, connections, { idleMs } = {}) {
    const { Pool } = await import('undici')
    const pool = new Pool(origin, idleMs === undefined ? { connections } : { connections, keepAliveTimeout: idleMs })
    const request = async (path = '/') => {
      const { headers, body } = await pool.request({ path, method: 'GET' })
      check(headers.server, await body.arrayBuffer())
    }
    return {
      request,
      close: () => pool.destroy(),
    }
  },
  // The floor: ping-pong on raw sockets, the answer is not parsed.
  async raw(origin, connections) {
    const port = Number(new URL(origin).port)
    const request = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'
    const shared = Buffer.allocUnsafeSlow(65_536)
    const idle = []
    for (let i = 0; i < connections; i++) {
      const slot = { socket: null, resolve: null }
      const onread = {
        buffer: shared,
        callback: () => {
          const { resolve } = slot
          slot.resolve = null
          idle.push(slot)
          resolve()
          return true
        },
      }
      slot.socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
      await new Promise(resolve => slot.socket.once('connect', resolve))
      idle.push(slot)
    }
    const sockets = idle.map(slot => slot.socket)
    const send = path => {
      const slot = idle.pop()
      return new Promise(resolve => {
        slot.resolve = resolve
        slot.socket.write(path === undefined ? request : request.replace('/', path), 'latin1')
      })
    }
    return {
      request: send,
      async close() {
        for (const socket of sockets) socket.destroy()
      },
    }
  },
}
