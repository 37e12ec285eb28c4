// Node's own fetch. Its connections can be limited by a dispatcher only: an Agent of the undici that Node carries.
import { check, smallBody } from './answers.mjs'

/** The class of Node's own global dispatcher, which the first use of fetch makes. */
async function nodesAgent() {
  await fetch('data:,').then(answer => answer.text())
  return globalThis[Symbol.for('undici.globalDispatcher.1')].constructor
}

export async function open({ origin, connections, ca }) {
  const Agent = await nodesAgent()
  const dispatcher = new Agent({ connections, ...(ca === undefined ? {} : { connect: { ca } }) })
  async function finish(path, init, bytes) {
    const answer = await fetch(origin + path, { ...init, dispatcher })
    check(answer.headers.get('content-type'), (await answer.arrayBuffer()).byteLength, bytes)
  }
  return {
    get: (path, bytes) => finish(path, {}, bytes),
    put: (path, body) => finish(path, { method: 'PUT', body }, smallBody.length),
    async read(path, bytes) {
      const { headers, body } = await fetch(origin + path, { dispatcher })
      let length = 0
      let chunks = 0
      for await (const chunk of body) {
        length += chunk.length
        chunks++
      }
      check(headers.get('content-type'), length, bytes)
      return chunks
    },
  }
}
