// undici's `stream` on a pool, into a Writable that counts.
import { Writable } from 'node:stream'
import { check } from './answers.mjs'
import { createPool } from './undici-pool.mjs'

export async function open(setup) {
  const pool = await createPool(setup)
  async function read(path, bytes) {
    let type = null
    let length = 0
    let chunks = 0
    await pool.stream({ path, method: 'GET' }, ({ headers }) => {
      type = headers['content-type']
      return new Writable({
        write(chunk, _encoding, done) {
          length += chunk.length
          chunks++
          done()
        },
      })
    })
    check(type, length, bytes)
    return chunks
  }
  return { get: read, read }
}
