// Which packages the rows compare with, where they are, and how they are installed.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const bench = new URL('../', import.meta.url)
/** For each peer its packages in `test/bench`, the newest first: the first that runs on this Node is taken. */
const packages = { undici: ['undici-8', 'undici'], got: ['got-15', 'got'] }
const installMs = 120_000

/** The peer whose module a contender is given: `undici` for `undici.request`. Undefined for `fetch` and `node:http`. */
export const peerOf = contender => Object.keys(packages).find(name => contender.split('.')[0] === name)

/** The module of a peer. Rejects if it is not installed in `test/bench`. */
export const loadPeer = name => import(installed(name).package)

/** `{ undici: '7.30.2', got: '14.6.6' }`; `null` for one that is not installed. */
export function peerVersions() {
  return Object.fromEntries(Object.keys(packages).map(name => [name, installed(name)?.version ?? null]))
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

function installed(name) {
  for (const candidate of packages[name]) {
    const manifest = new URL(`node_modules/${candidate}/package.json`, bench)
    if (!existsSync(manifest)) continue
    const { version, engines } = JSON.parse(readFileSync(manifest, 'utf8'))
    if (runsHere(engines?.node ?? '')) return { package: candidate, version }
  }
  return undefined
}

/** Understands `>=22.19.0` and `>=22`, which is what the peers say. */
function runsHere(range) {
  const least = range.match(/\d+/g)?.map(Number) ?? []
  const here = process.versions.node.split('.').map(Number)
  const at = least.findIndex((part, index) => part !== here[index])
  return at < 0 || here[at] > least[at]
}
