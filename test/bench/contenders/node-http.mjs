// node:http and node:https with a keep-alive agent.
import { check, smallBody } from './answers.mjs'
import { createAgent } from './node-agent.mjs'

export async function open(setup) {
  const { module, agent } = createAgent(setup)
  const { hostname, port } = new URL(setup.origin)
  const exchange = (options, body, bytes, onData) =>
    new Promise((resolve, reject) => {
      const request = module.request({ hostname, port, agent, ...options }, response => {
        let length = 0
        response.on('data', chunk => {
          length += chunk.length
          onData?.(chunk)
        })
        response.on('error', reject)
        response.on('end', () => {
          try {
            check(response.headers['content-type'], length, bytes)
            resolve()
          } catch (error) {
            reject(error)
          }
        })
      })
      request.on('error', reject)
      request.end(body)
    })
  /** Whole bodies are joined, as users do. */
  async function whole(options, body, bytes) {
    const chunks = []
    await exchange(options, body, bytes, chunk => chunks.push(chunk))
    return Buffer.concat(chunks)
  }
  return {
    get: (path, bytes) => whole({ path }, undefined, bytes),
    put: (path, body) =>
      whole({ path, method: 'PUT', headers: { 'content-length': body.length } }, body, smallBody.length),
    async read(path, bytes) {
      let chunks = 0
      await exchange({ path }, undefined, bytes, () => chunks++)
      return chunks
    },
  }
}
