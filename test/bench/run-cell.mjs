// All rounds of one cell.
import { readFileSync } from 'node:fs'
import { peerVersion, titleOf } from './contenders/list.mjs'
import { measure } from './measure.mjs'
import { pinnedTo } from './pinning.mjs'
import { summarise } from './results.mjs'
import { startServer } from './servers/start.mjs'
import { roundOrder } from './statistics.mjs'

const hansomVersion = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version

/** Measures a cell of the plan and returns its result, as it is written to its file. */
export async function runCell({ cell, contenders, times }, bench) {
  const bodies = cell.sample === 'requests' ? [cell.request().bytes] : []
  const server = await startServer({
    wanted: cell.server,
    fields: cell.fields,
    tls: cell.tls,
    bodies,
    folder: bench.folder,
  })
  bench.server = server
  const samples = Object.fromEntries(contenders.map(name => [name, []]))
  const start = performance.now()
  try {
    for (let round = 0; round < bench.rounds; round++) {
      for (const name of roundOrder(contenders, round)) {
        progress(`  round ${round + 1} of ${bench.rounds}: ${titleOf(name, cell)}`)
        samples[name].push(await measure(cell, name, server, { ...bench, times }))
      }
    }
  } finally {
    progress('')
    await server.stop()
    bench.server = null
  }
  return {
    cell: cell.name,
    title: cell.title,
    unit: cell.unit,
    main: cell.main,
    date: new Date().toISOString(),
    command: `npm run bench -- --only ${cell.name} --rounds ${bench.rounds} --write`,
    seconds: Math.round((performance.now() - start) / 1_000),
    versions: versionsOf(contenders),
    server: { name: server.name, version: server.version, responseFields: server.fields },
    pinnedTo,
    rounds: bench.rounds,
    times: 'request' in cell ? times : undefined,
    skipped: Object.fromEntries([...bench.skipped].filter(([name]) => cell.contenders.includes(name))),
    ...summarise(cell, samples),
  }
}

function versionsOf(contenders) {
  const peers = contenders.map(name => [name, peerVersion(name)]).filter(([, version]) => version !== null)
  return { node: process.versions.node, hansom: hansomVersion, ...Object.fromEntries(peers) }
}

/** One line that the next one replaces; nothing where it is not read as it comes. */
function progress(line) {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`)
}
