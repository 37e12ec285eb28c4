// Times functions of the built package, each sample in a process of its own.
//   node parser.mjs                     nanoseconds of each case, with the built package of this checkout
//   node parser.mjs OTHER_DIST          the same beside another build, rounds interleaved
//   node parser.mjs --rounds 11 …       more rounds than 7
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { median } from '../statistics.mjs'

const warmUpMs = 150
const batchMs = 25
const batches = 8

/**
 * Runs the file as a benchmark. `makeCases` gets `load`, which imports a module of the build, and gives an object of
 * functions; the number that a function returns is how many operations one call was (nothing: 1).
 */
export async function micro(moduleUrl, makeCases) {
  const options = process.argv.slice(2)
  if (options[0] === '--sample') return sample(options[1], makeCases)
  const rounds = options[0] === '--rounds' ? Number(options.splice(0, 2)[1]) : 7
  const own = fileURLToPath(new URL('../../../dist', import.meta.url))
  const builds = [own, ...options.map(option => resolve(option))]
  const results = builds.map(() => ({}))
  for (let round = 0; round < rounds; round++) {
    const order = builds.map((_, i) => i)
    if (round % 2 === 1) order.reverse()
    for (const i of order) {
      for (const [label, ns] of Object.entries(child(moduleUrl, builds[i]))) (results[i][label] ??= []).push(ns)
    }
  }
  for (const label of Object.keys(results[0])) {
    const cells = results.map(result => describe(result[label]))
    const ratios = results.slice(1).map(other => ratio(other[label], results[0][label]))
    console.log([label.padEnd(36), ...cells, ...ratios].join('  '))
  }
}

function child(moduleUrl, build) {
  const argv = [fileURLToPath(moduleUrl), '--sample', build]
  const env = { ...process.env, NODE_ENV: 'production' }
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

async function sample(build, makeCases) {
  const load = path => import(pathToFileURL(resolve(build, path)).href)
  const times = {}
  for (const [label, run] of Object.entries(await makeCases(load))) {
    timed(run, warmUpMs)
    // Noise only adds, so the least is nearest to the truth.
    times[label] = Math.min(...Array.from({ length: batches }, () => timed(run, batchMs)))
  }
  console.log(JSON.stringify(times))
}

/** Nanoseconds of processor time for one operation: waiting for a processor does not count. */
function timed(run, atLeastMs) {
  const started = process.cpuUsage()
  let operations = 0
  let elapsedUs = 0
  do {
    for (let i = 0; i < 100; i++) operations += run() ?? 1
    const { user, system } = process.cpuUsage(started)
    elapsedUs = user + system
  } while (elapsedUs < atLeastMs * 1_000)
  return (elapsedUs * 1_000) / operations
}

function describe(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)].map(ns => ns.toFixed(0))
  return `${median(values).toFixed(0).padStart(6)} ns (${low} to ${high})`
}

/** How many times as long the other build takes, by pairs. */
function ratio(others, own) {
  return `other / this ${median(others.map((ns, i) => ns / own[i])).toFixed(2)}`
}
