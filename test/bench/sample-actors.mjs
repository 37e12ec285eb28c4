// One sample in a fresh process: self time of dist/actor and of xstate in a CPU profile, for each request. Its one argument
// is JSON, its answer a line of it.
import { Session } from 'node:inspector/promises'
import { loadOf } from './load.mjs'

const setup = JSON.parse(process.argv[2])
const { open } = await import(`./contenders/${setup.contender}.mjs`)
const run = loadOf(await open(setup), setup)

await run(setup.warmupMs, setup.warmupRequests)
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: 200 })
await session.post('Profiler.start')
const requests = await run(setup.measureMs)
const { profile } = await session.post('Profiler.stop')

const urls = new Map(profile.nodes.map(node => [node.id, node.callFrame.url]))
let actor = 0
let xstate = 0
for (const [i, id] of profile.samples.entries()) {
  const url = urls.get(id)
  if (url.includes('/dist/actor/')) actor += profile.timeDeltas[i]
  else if (url.includes('/xstate/')) xstate += profile.timeDeltas[i]
}
const answer = {
  requests,
  layerMicros: (actor + xstate) / requests,
  actorMicros: actor / requests,
  xstateMicros: xstate / requests,
}
process.stdout.write(`${JSON.stringify(answer)}\n`)
process.exit(0)
