// The answer is a redirect to another path of the same server.
import { createClient } from '../../../../dist/index.js'
import { nodeGet, serve } from '../support.mjs'

export const row = {
  title: 'The answer is a redirect. The caller gets',
  unit: null,
  better: 'more',
  notYet: 'redirects',
}

async function follow(send) {
  const { origin } = await serve((request, response) => {
    if (request.url === '/new') response.end('ok')
    else response.writeHead(302, { location: '/new' }).end()
  })
  const answer = await send(`${origin}/old`)
  const status = answer.status ?? answer.statusCode
  return { value: status === 200 ? 1 : 0, said: status === 200 ? 'what it leads to' : `the ${status}` }
}

export const contenders = {
  hansom() {
    const client = createClient()
    return follow(url => client.get(url))
  },
  'undici.request': ({ request }) => follow(url => request(url)),
  fetch: () => follow(url => fetch(url)),
  'node:http': () => follow(url => nodeGet(url)),
  got: ({ default: got }) => follow(url => got(url)),
}
