// Runs the rows: each contender in a process of its own, bounded in time and ended by its own id.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import PQueue from 'p-queue'
import { peerOf, peerVersions } from './peers.mjs'
import { verdictOf } from './verdict.mjs'

/** The rows in the order of the table; each is `rows/NAME.mjs`. */
export const rowNames = [
  'abort-queued',
  'timeout-queued',
  'late-binding',
  'sockets-at-once',
  'unread-small-body',
  'unread-large-body',
  'throwing-policy',
  'redirect',
  'http2',
  'cpu',
]

/** A contender of a row that runs alone computes, which takes longer on a busy machine. */
const contenderMs = { together: 5_000, alone: 8_000 }
/** Most contenders only wait, so some run at once. Those of a row that says `alone` run one by one, and nothing else. */
const atOnce = 4
const path = name => fileURLToPath(new URL(name, import.meta.url))
const env = { ...process.env, NODE_ENV: 'production' }

/** Measures these rows and calls `onRow` with each, in their order, as soon as it is known. */
export async function measure(names, onRow) {
  const opened = await Promise.all(names.map(openRow))
  const queue = new PQueue({ concurrency: atOnce })
  const together = opened.map(row => (row.alone ? null : runTogether(row, queue)))
  for (const [index, row] of opened.entries()) {
    if (row.alone) await queue.onIdle()
    const contenders = row.alone ? await runAlone(row) : await together[index]
    const { name, title, unit, better, notYet, script } = row
    onRow({ name, script, title, unit, better, notYet, verdict: verdictOf(row, contenders), contenders })
  }
}

async function openRow(name) {
  const script = `test/bench/versus/rows/${name}.mjs`
  try {
    const { row, contenders } = await import(`./rows/${name}.mjs`)
    const versions = peerVersions()
    const entries = Object.entries(contenders).map(([contender, run]) => {
      const own = contender.startsWith('hansom')
      if (typeof run === 'string') return { name: contender, own, none: run }
      const missing = versions[peerOf(contender)] === null
      return missing ? { name: contender, own, missing, none: 'not installed' } : { name: contender, own }
    })
    return { ...row, name, script, entries }
  } catch (error) {
    return {
      name,
      script,
      title: name,
      unit: null,
      better: 'less',
      entries: [{ name: 'hansom', own: true, ...broken(error) }],
    }
  }
}

const runs = entry => entry.none === undefined && entry.error === undefined

function runTogether(row, queue) {
  const one = async entry =>
    runs(entry) ? { ...entry, ...(await sample(contenderMs.together, row.name, entry.name)) } : entry
  return Promise.all(row.entries.map(entry => queue.add(() => one(entry))))
}

/** With a `server` of the row's in a process of its own, forth and back. */
async function runAlone(row) {
  const samples = new Map(row.entries.filter(runs).map(({ name }) => [name, []]))
  const server = row.server === undefined ? null : spawn(process.execPath, [path(row.server)], { env })
  try {
    const args = server === null ? [] : [`http://127.0.0.1:${await firstLine(server)}/`]
    for (let round = 0; round < (server === null ? 1 : 2); round++) {
      const names = [...samples.keys()]
      for (const name of round % 2 === 0 ? names : names.reverse()) {
        samples.get(name).push(await sample(contenderMs.alone, row.name, name, ...args))
      }
    }
    return row.entries.map(entry => (runs(entry) ? { ...entry, ...least(samples.get(entry.name)) } : entry))
  } catch (error) {
    return row.entries.map(entry => ({ ...entry, ...broken(error) }))
  } finally {
    server?.kill()
  }
}

/** The least disturbed sample: other work on the machine only ever adds. */
function least(samples) {
  const failed = samples.find(({ error }) => error !== undefined)
  if (failed !== undefined) return failed
  if (samples.length === 1) return samples[0]
  return { value: Math.min(...samples.map(({ value }) => value)), samples }
}

/** One that is late gets a second try, because a machine can stall; what it measured is never thrown away. */
async function sample(...args) {
  const first = await attempt(...args)
  return first.late ? attempt(...args) : first
}

function attempt(limitMs, ...args) {
  const child = spawn(process.execPath, [path('contender.mjs'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  let late = false
  child.stdout.setEncoding('utf8').on('data', text => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
  const timer = setTimeout(() => (late = child.kill('SIGKILL')), limitMs)
  return new Promise(resolve => {
    child.once('error', error => resolve(broken(error)))
    child.once('close', code => {
      clearTimeout(timer)
      if (late) resolve({ late, error: `not done after ${limitMs} ms` })
      else resolve(code === 0 ? lastResult(stdout) : { error: lastError(stderr) ?? `ended with ${code}` })
    })
  })
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', code => reject(new Error(`the server ended with ${code}`)))
    child.stdout.setEncoding('utf8').once('data', text => resolve(text.trim()))
  })
}

/** What a row's script itself printed comes before it. */
function lastResult(stdout) {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1))
}

function lastError(stderr) {
  return stderr.split('\n').findLast(line => /^\w*Error\b/.test(line))
}

function broken(error) {
  return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
}
