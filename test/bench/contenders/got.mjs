// got with a keep-alive agent; it neither retries nor decompresses here.

import { importGot } from '../peers.mjs'
import { check, smallBody } from './answers.mjs'
import { createAgent } from './node-agent.mjs'

export async function open(setup) {
  const got = await importGot()
  const { origin, ca } = setup
  const { agent } = createAgent(setup)
  const client = got.extend({
    agent: origin.startsWith('https:') ? { https: agent } : { http: agent },
    ...(ca === undefined ? {} : { https: { certificateAuthority: ca } }),
    responseType: 'buffer',
    retry: { limit: 0 },
    decompress: false,
  })
  const verify = (answer, bytes) => check(answer.headers['content-type'], answer.body.length, bytes)
  return {
    get: async (path, bytes) => verify(await client(origin + path), bytes),
    put: async (path, body) => verify(await client.put(origin + path, { body }), smallBody.length),
  }
}
