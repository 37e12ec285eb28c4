// Which peers' versions fit the Node.js that runs (undici 8 needs 22.19, got 15 needs 22), and how they are installed.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const bench = new URL('.', import.meta.url)
const installMs = 120_000

const [major, minor] = process.versions.node.split('.').map(Number)

/** The folder of undici in `node_modules`. */
export const undiciName = major > 22 || (major === 22 && minor >= 19) ? 'undici-8' : 'undici'
/** The folder of got in `node_modules`. */
export const gotName = major >= 22 ? 'got-15' : 'got'

/** The version that is installed, read from its package.json; `null` if it is not. */
export function versionOf(name) {
  const manifest = new URL(`node_modules/${name}/package.json`, bench)
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : null
}

/** The namespace of undici. */
export function importUndici() {
  return import(undiciName)
}

/** The function `got`. */
export async function importGot() {
  return (await import(gotName)).default
}

/** Runs `npm ci --prefix test/bench`, at most two minutes. Resolves to what went wrong, or to an empty text. */
export function installPeers() {
  const args = ['ci', '--prefix', fileURLToPath(bench), '--no-audit', '--no-fund', '--fetch-retries=1']
  // On Windows npm is a script, which only a shell can start.
  const npm = spawn('npm', args, { stdio: ['ignore', 'ignore', 'pipe'], shell: process.platform === 'win32' })
  let complaint = ''
  npm.stderr.setEncoding('utf8').on('data', text => (complaint += text))
  const timer = setTimeout(() => npm.kill(), installMs)
  return new Promise(resolve => {
    npm.once('error', error => resolve(error.message))
    npm.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve(code === 0 ? '' : firstErrors(complaint) || `it ended with ${code ?? signal}`)
    })
  })
}

function firstErrors(complaint) {
  const lines = complaint.split('\n').filter(line => /^npm (error|ERR!)/.test(line))
  const texts = lines.map(line => line.replace(/^npm (error|ERR!) */, '').trim())
  return texts.slice(0, 3).join('; ')
}
