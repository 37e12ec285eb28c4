// hansom by one call: the whole answer.
import { check, smallBody } from './answers.mjs'
import { createBenchClient } from './hansom-client.mjs'

export async function open(setup) {
  const client = await createBenchClient(setup)
  const { origin } = setup
  return {
    async get(path, bytes) {
      const answer = await client.get(origin + path)
      check(answer.headers.get('content-type'), answer.bytes.length, bytes)
    },
    async put(path, body) {
      const answer = await client.put(origin + path, { body })
      check(answer.headers.get('content-type'), answer.bytes.length, smallBody.length)
    },
  }
}
