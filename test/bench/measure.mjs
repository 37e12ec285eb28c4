// Takes one sample of one contender, in a process of its own.
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { spawnPinned } from './pinning.mjs'
import { slope } from './statistics.mjs'

const sampleTimeoutMs = 120_000

/**
 * The sample of a cell: an object of numbers. `server` is the running one, `times` says how long to warm up and to
 * measure, `goProgram` is the path of the compiled Go client. Rejects if the sample's process fails.
 */
export function measure(cell, contender, server, { times, goProgram, quick }) {
  const { origin, ca } = server
  const setup = { contender, origin, ca, connections: cell.connections }
  switch (cell.sample) {
    case 'requests':
      return contender === 'go'
        ? run(goProgram, [JSON.stringify({ ...setup, ...cell.request(), ...times })])
        : runNode('requests', { ...setup, ...cell.request(), ...times })
    case 'stream':
      return runNode('stream', { ...setup, ...cell.stream({ ...cell, quick }) })
    case 'idle':
      return idle(setup, cell.idle({ ...cell, quick }))
    default:
      return runNode('actors', { ...setup, ...cell.request(), ...times })
  }
}

function runNode(sample, setup, flags = []) {
  const script = fileURLToPath(new URL(`sample-${sample}.mjs`, import.meta.url))
  return run(process.execPath, [...flags, script, JSON.stringify(setup)])
}

async function run(command, args) {
  const child = spawnPinned('client', command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: sampleTimeoutMs })
  const exit = new Promise((resolve, reject) => child.once('error', reject).once('close', (...how) => resolve(how)))
  const [stdout, stderr, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  if (code === 0 && stdout !== '') return JSON.parse(stdout)
  throw new Error(`${args.at(-1)} ended with ${signal ?? code}:\n${stderr}`)
}

/** KB of resident memory for one connection more, as the slope over some sizes. */
async function idle(setup, { sizes, group }) {
  // A small young generation: its size is a choice of V8's, not of what is measured.
  const flags = ['--expose-gc', '--max-semi-space-size=1']
  const points = []
  for (const count of sizes) points.push(await runNode('idle', { ...setup, count, group }, flags))
  return { kilobytes: slope(points.map(point => ({ x: point.count, y: point.rssBytes / 1_024 }))), points }
}
