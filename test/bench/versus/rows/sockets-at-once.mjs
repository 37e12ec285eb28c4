// 300 requests to one origin in the same turn, everything at its defaults; each answer takes the server 20 ms.
import { createClient } from '../../../../dist/index.js'
import { delay, nodeGet, serve } from '../support.mjs'

export const row = {
  title: '300 requests at once to one origin, on default settings: connections opened, and all are answered',
  unit: 'sockets',
  better: 'less',
  alone: true,
}

async function burst(send) {
  const { origin, sockets } = await serve((_, response) => delay(20).then(() => response.end('ok')))
  const start = performance.now()
  await Promise.all(Array.from({ length: 300 }, () => send(origin)))
  return { value: sockets(), said: `in ${Math.round(performance.now() - start).toLocaleString('en')} ms` }
}

export const contenders = {
  hansom() {
    const client = createClient()
    return burst(url => client.get(url))
  },
  'undici.request': ({ request }) => burst(url => request(url).then(({ body }) => body.arrayBuffer())),
  fetch: () => burst(url => fetch(url).then(response => response.arrayBuffer())),
  'node:http': () => burst(url => nodeGet(url)),
}
