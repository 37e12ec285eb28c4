// Requests per CPU-second beside undici and the raw-socket floor.
//   node test/bench/throughput.mjs [--connections 50] [--requests 60000] [--warmup 30000] [--rounds 7] [--fields 5] [--write]
// Each sample is a fresh process; rounds run the contenders forth and back (ABBA); ratios are paired by round.
import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '50' },
    requests: { type: 'string', default: '60000' },
    warmup: { type: 'string', default: '30000' },
    rounds: { type: 'string', default: '7' },
    fields: { type: 'string', default: '5' },
    only: { type: 'string', default: 'hansom,hansom get,undici,raw' },
    write: { type: 'boolean', default: false },
  },
})
const here = new URL('.', import.meta.url)
const env = { ...process.env, NODE_ENV: 'production' }
const pin = (cpu, command, args) => ['taskset', ['-c', String(cpu), command, ...args]]

const [command, args] = pin(1, process.execPath, [new URL('server.mjs', here).pathname, values.fields])
const server = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] })
const port = await new Promise(resolve => server.stdout.once('data', data => resolve(Number(data))))

function sample(name) {
  const script = new URL('sample.mjs', here).pathname
  const parameters = [name, `http://127.0.0.1:${port}`, values.connections, values.requests, values.warmup]
  const [command, args] = pin(0, process.execPath, [script, ...parameters])
  return JSON.parse(execFileSync(command, args, { env, encoding: 'utf8' }))
}

const median = numbers => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const names = values.only.split(',')
const samples = Object.fromEntries(names.map(name => [name, []]))
for (let round = 0; round < Number(values.rounds); round++) {
  for (const name of round % 2 === 0 ? names : [...names].reverse()) samples[name].push(sample(name))
}
server.stdin.end()

const ratio = (a, b) => {
  const ratios = samples[a].map((s, i) => samples[b][i].cpuMicros / s.cpuMicros)
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) }
}
const cpuMicros = Object.fromEntries(names.map(name => [name, median(samples[name].map(s => s.cpuMicros))]))
const ratios = Object.fromEntries(
  names
    .filter(name => name !== 'raw')
    .flatMap(name => [
      ...(names.includes('undici') ? [[`${name} / undici`, ratio(name, 'undici')]] : []),
      ...(names.includes('raw') ? [[`${name} / raw`, ratio(name, 'raw')]] : []),
    ]),
)
const require = createRequire(import.meta.url)
const versions = { node: process.version, undici: require('undici/package.json').version }
const shown = `--connections ${values.connections} --requests ${values.requests} --fields ${values.fields}`
const result = {
  date: new Date().toISOString(),
  command: `node test/bench/throughput.mjs ${shown} --rounds ${values.rounds} --write`,
  versions,
  cpuMicros,
  ratios,
  samples,
}
console.log(JSON.stringify({ versions, cpuMicros, ratios }, null, 2))
if (values.write) {
  const file = new URL(`../../docs/benchmarks/throughput-${values.connections}-${values.fields}.json`, here)
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
}
