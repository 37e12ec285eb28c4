// hansom in message mode: a function is called with each piece of the answer.
import { check } from './answers.mjs'
import { createBenchClient } from './hansom-client.mjs'

export async function open(setup) {
  const client = await createBenchClient(setup)
  return {
    read: (path, bytes) =>
      new Promise((resolve, reject) => {
        let type = null
        let length = 0
        let chunks = 0
        const streamTo = message => {
          switch (message.type) {
            case 'headers':
              type = message.headers.get('content-type')
              break
            case 'chunk':
              length += message.chunk.length
              chunks++
              break
            case 'done':
              check(type, length, bytes)
              resolve(chunks)
              break
            case 'error':
              reject(message.error)
          }
        }
        client.request(setup.origin + path, { async: true, streamTo })
      }),
  }
}
