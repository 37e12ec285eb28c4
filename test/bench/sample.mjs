// One sample in a fresh process: node sample.mjs CONTENDER ORIGIN CONNECTIONS REQUESTS WARMUP -> one line of JSON.
import { contenders } from './contenders.mjs'

const [, , name, origin, connectionsText, requestsText, warmupText] = process.argv
const connections = Number(connectionsText)
const contender = await contenders[name](origin, connections)

async function send(count) {
  let left = count
  const loop = async () => {
    while (left-- > 0) await contender.request()
  }
  await Promise.all(Array.from({ length: connections }, loop))
}

await send(Number(warmupText))
const cpu = process.cpuUsage()
const start = performance.now()
await send(Number(requestsText))
const wallMs = performance.now() - start
const { user, system } = process.cpuUsage(cpu)
await contender.close()
const requests = Number(requestsText)
process.stdout.write(
  `${JSON.stringify({ name, connections, requests, cpuMicros: (user + system) / requests, perSecond: (requests / wallMs) * 1000 })}\n`,
)
process.exit(0)
