// hansom in message mode: an xstate actor takes each piece of the answer, and asks for the next.
import { createActor, fromTransition } from 'xstate'
import { check } from './answers.mjs'
import { createBenchClient } from './hansom-client.mjs'

export async function open(setup) {
  const client = await createBenchClient(setup)
  return {
    read: (path, bytes) =>
      new Promise((resolve, reject) => {
        let ref = null
        const seen = { type: null, length: 0, chunks: 0 }
        const reader = fromTransition((state, message) => {
          switch (message.type) {
            case 'headers':
              state.type = message.headers.get('content-type')
              break
            case 'chunk':
              state.length += message.chunk.length
              state.chunks++
              break
            case 'done':
              check(state.type, state.length, bytes)
              resolve(state.chunks)
              return state
            case 'error':
              reject(message.error)
          }
          client.streamNext(ref)
          return state
        }, seen)
        ref = client.request(setup.origin + path, { async: true, streamTo: createActor(reader).start() })
      }),
  }
}
