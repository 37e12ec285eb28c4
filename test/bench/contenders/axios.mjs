// axios with a keep-alive agent, on node:http.
import { check, smallBody } from './answers.mjs'
import { createAgent } from './node-agent.mjs'

export async function open(setup) {
  const { default: axios } = await import('axios')
  const { origin } = setup
  const { agent } = createAgent(setup)
  const client = axios.create({
    adapter: 'http',
    responseType: 'arraybuffer',
    maxBodyLength: Infinity,
    decompress: false,
    proxy: false,
    ...(origin.startsWith('https:') ? { httpsAgent: agent } : { httpAgent: agent }),
  })
  const verify = (answer, bytes) => check(answer.headers['content-type'], answer.data.length, bytes)
  return {
    get: async (path, bytes) => verify(await client.get(origin + path), bytes),
    put: async (path, body) => verify(await client.put(origin + path, body), smallBody.length),
  }
}
