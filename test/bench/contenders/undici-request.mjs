// undici's `request` on a pool.
import { check, smallBody } from './answers.mjs'
import { createPool } from './undici-pool.mjs'

export async function open(setup) {
  const pool = await createPool(setup)
  async function finish(options, bytes) {
    const { headers, body } = await pool.request(options)
    check(headers['content-type'], (await body.arrayBuffer()).byteLength, bytes)
  }
  return {
    get: (path, bytes) => finish({ path, method: 'GET' }, bytes),
    put: (path, body) => finish({ path, method: 'PUT', body }, smallBody.length),
    async read(path, bytes) {
      const { headers, body } = await pool.request({ path, method: 'GET' })
      let length = 0
      let chunks = 0
      for await (const chunk of body) {
        length += chunk.length
        chunks++
      }
      check(headers['content-type'], length, bytes)
      return chunks
    },
  }
}
