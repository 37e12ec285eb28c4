// npm run versus: what hansom and other clients do in the same situations, measured here and now.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installPeers } from '../peers.mjs'
import { peerVersions } from './peers.mjs'
import { render } from './render.mjs'
import { block, heading } from './table.mjs'

const root = new URL('../../../', import.meta.url)
const usage = 'npm run versus -- [--only NAME[,NAME]] [--json] [--write] [--no-install] [--help]'

const options = readOptions()
if (!existsSync(new URL('dist/index.js', root))) fail(1, 'dist is missing: run npm run build')
// The rows import dist, so not before it is known to be there.
const { measure, rowNames } = await import('./measure.mjs')
const names = chosenRows()
if (options.install) await installMissing()

const started = performance.now()
const results = {
  date: new Date().toISOString(),
  command: 'npm run versus -- --write',
  versions: { node: process.versions.node, hansom: ownVersion(), ...peerVersions() },
  cores: availableParallelism(),
  rows: [],
}
if (!options.json) console.log(`${heading(results)}`)
await measure(names, row => {
  results.rows.push(row)
  if (!options.json) console.log(block(row))
})
results.seconds = Math.round((performance.now() - started) / 1_000)
if (options.json) console.log(JSON.stringify(results, null, 2))
else console.log(summary())
if (options.write) write()
const broke = results.rows.some(({ contenders }) => contenders.some(({ error }) => error !== undefined))
process.exitCode = broke ? 1 : 0

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true },
        json: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        'no-install': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) {
      console.log(`usage: ${usage}`)
      process.exit(0)
    }
    if (values.write && values.only) fail(2, '--write wants all rows, without --only')
    return { ...values, install: !values['no-install'], only: values.only?.flatMap(names => names.split(',')) }
  } catch (error) {
    return fail(2, `${error.message.split('. ')[0]}; usage: ${usage}`)
  }
}

function chosenRows() {
  if (options.only === undefined) return rowNames
  const unknown = options.only.find(name => !rowNames.includes(name))
  if (unknown !== undefined) fail(2, `there is no row ${JSON.stringify(unknown)}; rows: ${rowNames.join(', ')}`)
  return rowNames.filter(name => options.only.includes(name))
}

async function installMissing() {
  const missing = () => Object.entries(peerVersions()).flatMap(([name, version]) => (version === null ? [name] : []))
  if (missing().length === 0) return
  console.error(`${missing().join(' and ')} not installed in test/bench, so once: npm ci --prefix test/bench`)
  const complaint = await installPeers()
  if (complaint === '') return
  console.error(`npm ci --prefix test/bench failed: ${complaint}`)
  console.error(`without ${missing().join(' and ')}, the rows go on with the rest`)
}

function summary() {
  const counts = ['ahead', 'level', 'alone', 'behind', 'not yet', 'broken'].flatMap(place => {
    const count = results.rows.filter(({ verdict }) => verdict.place === place).length
    return count === 0 ? [] : [`${place} in ${count}`]
  })
  const rows = results.rows.length === 1 ? '1 row' : `${results.rows.length} rows`
  return `${rows} in ${results.seconds} s; hansom: ${counts.join(', ')}`
}

function write() {
  const incomplete = results.rows.some(row =>
    row.contenders.some(({ error, missing }) => missing || error !== undefined),
  )
  if (incomplete) fail(1, 'nothing is written: a peer is missing, or a row broke')
  const texts = spawnSync(process.execPath, [fileURLToPath(new URL('texts.mjs', import.meta.url))], {
    encoding: 'utf8',
    timeout: 5_000,
  })
  if (texts.status !== 0) fail(1, `nothing is written: texts.mjs ended with ${texts.status}\n${texts.stderr}`)
  results.texts = JSON.parse(texts.stdout)
  writeFileSync(new URL('docs/benchmarks/versus.json', root), `${JSON.stringify(results, null, 2)}\n`)
  console.error('docs/benchmarks/versus.json is written')
  console.error(render())
}

function ownVersion() {
  return JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).version
}

function fail(code, message) {
  console.error(`versus: ${message}`)
  process.exit(code)
}
