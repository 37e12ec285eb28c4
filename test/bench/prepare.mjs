// What must be there before anything is measured, and who takes part.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from './arguments.mjs'
import { buildGo, goVersion } from './contenders/go/build.mjs'
import { contenderPeers } from './contenders/list.mjs'
import { installPeers, versionOf } from './peers.mjs'

/** CPU time of the client to warm up and to measure, and the least number of requests to warm up with. */
const full = { warmupMs: 600, measureMs: 1_100, warmupRequests: 2_000 }
/** Bodies of 1 MiB cost so much more than code that runs cold that less will do. */
const fullOfBodies = { warmupMs: 300, measureMs: 700, warmupRequests: 50 }
/** A profile needs more samples. */
const fullOfActors = { warmupMs: 1_000, measureMs: 2_500, warmupRequests: 10_000 }
const quick = { warmupMs: 40, measureMs: 80, warmupRequests: 0 }

/**
 * Installs the peers and compiles the Go client if a cell needs them. `plan` is what will run, `skipped` who cannot and
 * why. Throws a UsageError when hansom is not built, or nothing is left to run.
 */
export async function prepare(flags) {
  if (!existsSync(new URL('../../dist/index.js', import.meta.url))) {
    throw new UsageError('dist is missing: run npm run build first')
  }
  await installMissing()
  const skipped = new Map()
  if (goVersion() === null) skipped.set('go', 'go is not installed')
  const plan = flags.cells.flatMap(cell => {
    const wanted =
      flags.contenders === null ? cell.contenders : cell.everyone.filter(name => flags.contenders.includes(name))
    const contenders = wanted.filter(name => !skipped.has(name))
    const times = timesOf(cell, flags)
    const seconds = contenders.length * flags.rounds * sampleSeconds(cell, times)
    return contenders.length === 0 ? [] : [{ cell, contenders, times, seconds }]
  })
  if (plan.length === 0) throw new UsageError('nothing to measure: none of these contenders takes part in these cells')

  const folder = mkdtempSync(join(tmpdir(), 'hansom-bench-'))
  const bench = {
    ...flags,
    plan,
    skipped,
    folder,
    goProgram: plan.some(({ contenders }) => contenders.includes('go')) ? buildGo(folder) : null,
    /** The server that runs, if one does. */
    server: null,
    dispose() {
      bench.server?.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return bench
}

function timesOf({ kind }, flags) {
  if (flags.quick) return quick
  if (kind === 'actors') return fullOfActors
  return kind === 'download' || kind === 'upload' ? fullOfBodies : full
}

/** Roughly, on a machine that has nothing else to do. A client waits for its server about a fifth of the time. */
function sampleSeconds({ sample, tls }, { warmupMs, measureMs }) {
  switch (sample) {
    case 'requests':
    case 'actors':
      return 0.4 + (warmupMs + measureMs) / 800
    case 'stream':
      return 1.5
    case 'idle':
      return tls ? 6 : 5
  }
}

async function installMissing() {
  const missing = contenderPeers.filter(name => versionOf(name) === null)
  if (missing.length === 0) return
  console.log(`installing the peers (${missing.join(', ')} missing): npm ci --prefix test/bench`)
  const complaint = await installPeers()
  if (complaint !== '') throw new UsageError(`npm ci --prefix test/bench failed: ${complaint}`)
}
