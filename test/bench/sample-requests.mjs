// One sample in a fresh process: the CPU time of a request. Its one argument is JSON, its answer a line of it.
import { loadOf } from './load.mjs'

const setup = JSON.parse(process.argv[2])
const { open } = await import(`./contenders/${setup.contender}.mjs`)
const run = loadOf(await open(setup), setup)

const warm = await run(setup.warmupMs, setup.warmupRequests)
const cpu = process.cpuUsage()
const start = performance.now()
const requests = await run(setup.measureMs)
const wallMs = performance.now() - start
const { user, system } = process.cpuUsage(cpu)
const answer = { requests, warm, cpuMicros: (user + system) / requests, perSecond: (requests / wallMs) * 1_000 }
process.stdout.write(`${JSON.stringify(answer)}\n`)
process.exit(0)
