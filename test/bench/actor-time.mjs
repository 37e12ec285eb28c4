// What the actor layer costs: self time of dist/actor and of xstate in a CPU profile, divided by the requests.
//   node test/bench/actor-time.mjs [--requests 200000] [--write]
// A second run has an inspector on, so that xstate runs every actor.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '200000' }, write: { type: 'boolean', default: false } },
})
const here = new URL('.', import.meta.url)
const env = { ...process.env, NODE_ENV: 'production' }
const server = spawn('taskset', ['-c', '1', process.execPath, new URL('server.mjs', here).pathname], {
  env,
  stdio: ['pipe', 'pipe', 'inherit'],
})
const port = await new Promise(resolve => server.stdout.once('data', data => resolve(Number(data))))

function profile(name, requests) {
  const folder = mkdtempSync(join(tmpdir(), 'hansom-prof-'))
  try {
    const flags = ['--cpu-prof', '--cpu-prof-interval', '200', `--cpu-prof-dir=${folder}`]
    const script = new URL('sample.mjs', here).pathname
    const args = [...flags, script, name, `http://127.0.0.1:${port}`, '50', String(requests), '0']
    execFileSync('taskset', ['-c', '0', process.execPath, ...args], { env, encoding: 'utf8' })
    const [file] = readdirSync(folder)
    const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    const urls = new Map(nodes.map(node => [node.id, node.callFrame.url]))
    const micros = { actor: 0, xstate: 0 }
    samples.forEach((id, i) => {
      const url = urls.get(id)
      if (url.includes('/dist/actor/')) micros.actor += timeDeltas[i]
      else if (url.includes('/xstate/')) micros.xstate += timeDeltas[i]
    })
    return { requests, actorMicros: micros.actor / requests, xstateMicros: micros.xstate / requests }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const requests = Number(values.requests)
const result = {
  date: new Date().toISOString(),
  command: `node test/bench/actor-time.mjs --requests ${requests} --write`,
  versions: { node: process.version },
  ownLoop: profile('hansom', requests),
  inspected: profile('hansom inspect', Math.min(requests, 50_000)),
}
server.stdin.end()
console.log(JSON.stringify(result, null, 2))
if (values.write)
  writeFileSync(new URL('../../docs/benchmarks/actor-time.json', here), `${JSON.stringify(result, null, 2)}\n`)
