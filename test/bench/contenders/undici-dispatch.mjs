// undici's `dispatch` on a pool, with a bare handler: its fastest way. The chunks are counted and dropped.
import { check, smallBody } from './answers.mjs'
import { createPool } from './undici-pool.mjs'

/** Counts what comes; settles a promise at the end. */
class Handler {
  #bytes
  #resolve
  #reject
  #type = null
  #length = 0
  #chunks = 0

  constructor(bytes, resolve, reject) {
    this.#bytes = bytes
    this.#resolve = resolve
    this.#reject = reject
  }

  onRequestStart() {}

  onResponseStart(_controller, _status, headers) {
    this.#type = headers['content-type']
  }

  onResponseData(_controller, chunk) {
    this.#length += chunk.length
    this.#chunks++
  }

  onResponseEnd() {
    try {
      check(this.#type, this.#length, this.#bytes)
      this.#resolve(this.#chunks)
    } catch (error) {
      this.#reject(error)
    }
  }

  onResponseError(_controller, error) {
    this.#reject(error)
  }
}

export async function open(setup) {
  const pool = await createPool(setup)
  const dispatch = (options, bytes) =>
    new Promise((resolve, reject) => void pool.dispatch(options, new Handler(bytes, resolve, reject)))
  return {
    get: (path, bytes) => dispatch({ path, method: 'GET' }, bytes),
    put: (path, body) => dispatch({ path, method: 'PUT', body }, smallBody.length),
    read: (path, bytes) => dispatch({ path, method: 'GET' }, bytes),
  }
}
