// One connection over TLS to a server that speaks HTTP/2 and HTTP/1.1, and 50 requests at once of 20 ms each.
import { createSecureServer } from 'node:http2'
import { generate } from 'selfsigned'
import { createClient } from '../../../../dist/index.js'
import { delay, serve, timeOf } from '../support.mjs'

export const row = {
  title: 'One connection to a server that speaks HTTP/2, and 50 requests at once of 20 ms each. All are answered after',
  unit: 'ms',
  better: 'less',
  notYet: 'HTTP/2',
}

async function burst(send) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' })
  const server = createSecureServer({ key, cert, allowHTTP1: true })
  const { origin } = await serve((_, response) => delay(20).then(() => response.end('ok')), server)
  const url = origin.replace('http:', 'https:')
  return timeOf(() => Promise.all(Array.from({ length: 50 }, () => send(url))).then(([first]) => first))
}

const tls = { rejectUnauthorized: false }

export const contenders = {
  hansom() {
    const client = createClient({ pool: { maxConnections: 1 }, tls })
    return burst(url => client.get(url))
  },
  'undici.request'({ Agent, request }) {
    const dispatcher = new Agent({ allowH2: true, connections: 1, pipelining: 100, connect: tls })
    return burst(url => request(url, { dispatcher }))
  },
  got: ({ default: got }) => burst(url => got(url, { http2: true, https: tls })),
}
