// Starts the shipped server.
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { spawnPinned } from '../pinning.mjs'

/** Any operation, any number of fields. */
export async function startRaw({ fields, certificate }) {
  const tls = certificate === null ? null : { key: certificate.key, cert: certificate.cert }
  const script = fileURLToPath(new URL('raw-server.mjs', import.meta.url))
  const process_ = spawnPinned('server', process.execPath, [script, JSON.stringify({ fields, tls })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exit = once(process_, 'exit')
  const [data] = await Promise.race([once(process_.stdout, 'data'), died(exit)])
  return {
    name: 'raw server',
    version: null,
    port: Number(data),
    kill: () => process_.kill('SIGTERM'),
    async stop() {
      process_.stdin.end()
      await exit
    },
  }
}

async function died(exit) {
  const [code] = await exit
  throw new Error(`the raw server ended with ${code}`)
}
