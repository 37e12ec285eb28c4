// KB of resident memory for an idle plain connection, as the slope over three sizes, beside a raw socket's and undici's.
//   node test/bench/idle-memory.mjs [--sizes 1000,3000,5000] [--rounds 3] [--write]
import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,3000,5000' },
    rounds: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
})
const here = new URL('.', import.meta.url)
const env = { ...process.env, NODE_ENV: 'production' }
const server = spawn(process.execPath, [new URL('server.mjs', here).pathname], {
  env,
  stdio: ['pipe', 'pipe', 'inherit'],
})
const port = await new Promise(resolve => server.stdout.once('data', data => resolve(Number(data))))
const script = new URL('idle-sample.mjs', here).pathname

function sample(name, count) {
  // A small young generation: its size is a choice of V8's, not of what is measured.
  const args = ['--expose-gc', '--max-semi-space-size=1', script, name, `http://127.0.0.1:${port}`, String(count)]
  return JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }))
}

/** Least squares: KB of resident memory for each connection more. */
function slope(samples) {
  const n = samples.length
  const meanX = samples.reduce((sum, s) => sum + s.count, 0) / n
  const meanY = samples.reduce((sum, s) => sum + s.rssBytes, 0) / n
  const over = samples.reduce((sum, s) => sum + (s.count - meanX) * (s.rssBytes - meanY), 0)
  return over / samples.reduce((sum, s) => sum + (s.count - meanX) ** 2, 0) / 1024
}

const names = ['raw', 'hansom', 'undici']
const sizes = values.sizes.split(',').map(Number)
const slopes = Object.fromEntries(names.map(name => [name, []]))
const samples = []
for (let round = 0; round < Number(values.rounds); round++) {
  for (const name of round % 2 === 0 ? names : [...names].reverse()) {
    const taken = sizes.map(size => sample(name, size))
    samples.push(...taken)
    slopes[name].push(slope(taken))
  }
}
server.stdin.end()

const median = numbers => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const kilobytes = Object.fromEntries(names.map(name => [name, median(slopes[name])]))
const above = { hansom: kilobytes.hansom - kilobytes.raw, undici: kilobytes.undici - kilobytes.raw }
const require = createRequire(import.meta.url)
const versions = { node: process.version, undici: require('undici/package.json').version }
const command = `node test/bench/idle-memory.mjs --sizes ${values.sizes} --rounds ${values.rounds} --write`
console.log(JSON.stringify({ versions, kilobytes, above, slopes }, null, 2))
if (values.write) {
  const result = { date: new Date().toISOString(), command, versions, kilobytes, above, slopes, samples }
  writeFileSync(new URL('../../docs/benchmarks/idle-memory.json', here), `${JSON.stringify(result, null, 2)}\n`)
}
