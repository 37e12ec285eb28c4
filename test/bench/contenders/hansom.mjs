// hansom as a stream: a ref, its head, its body.
import { check, smallBody } from './answers.mjs'
import { createBenchClient } from './hansom-client.mjs'

export async function open(setup, more) {
  const client = await createBenchClient(setup, more)
  const { origin } = setup
  async function finish(ref, bytes) {
    const { headers } = await client.recvHead(ref)
    const body = await client.body(ref)
    check(headers.get('content-type'), body.length, bytes)
  }
  return {
    get: (path, bytes) => finish(client.request(origin + path), bytes),
    put: (path, body) => finish(client.request(origin + path, { method: 'PUT', body }), smallBody.length),
    async read(path, bytes) {
      const ref = client.request(origin + path)
      const { headers } = await client.recvHead(ref)
      let length = 0
      let chunks = 0
      for (let chunk = await client.recvBody(ref); chunk !== null; chunk = await client.recvBody(ref)) {
        length += chunk.length
        chunks++
      }
      check(headers.get('content-type'), length, bytes)
      return chunks
    },
  }
}
