// A pool policy of the user's throws for one request. What becomes of the 10 others on its host, and 10 on another one?
import { createClient, hasRoom } from '../../../../dist/index.js'
import { serve } from '../support.mjs'

export const row = {
  title: "A user's pool policy throws for one request. Of 10 others on its host and 10 on another one, answered are",
  unit: 'of 20',
  better: 'more',
}

const policy = {
  name: 'faulty',
  admit(load, request) {
    if (request.url.endsWith('/poison')) throw new Error('a bug in the policy')
    return hasRoom(load) ? 'dial' : 'wait'
  },
}

export const contenders = {
  async hansom() {
    const servers = [await serve((_, response) => response.end('ok')), await serve((_, response) => response.end('ok'))]
    const client = createClient({ pool: { maxConnections: 2, policy } })
    const others = servers.flatMap(({ origin }) => Array.from({ length: 10 }, () => client.get(origin)))
    const poisoned = await client.get(`${servers[0].origin}/poison`).catch(error => error.code)
    const answered = (await Promise.allSettled(others)).filter(({ status }) => status === 'fulfilled')
    return { value: answered.length, said: `the one: ${poisoned}` }
  },
  ...{ undici: 'has no pool policy', 'node:http': 'has no pool policy', got: 'has no pool policy' },
}
