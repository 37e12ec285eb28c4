// Resident memory with N idle connections that answered one request each: node --expose-gc idle-sample.mjs NAME ORIGIN N
import { contenders } from './contenders.mjs'

const [, , name, origin, countText] = process.argv
const count = Number(countText)

async function settle() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await new Promise(resolve => setTimeout(resolve, 150))
  }
}

// In groups of 250, each with a client of its own: thousands of requests in flight at once would leave a heap full of
// holes, and the memory of those is not the connections'. The server holds a group's answers until all have asked, so
// that each connection serves exactly one.
const group = 250
const clients = []
for (let open = 0; open < count; open += group) {
  const contender = await contenders[name](origin, group, { idleMs: 600_000 })
  await Promise.all(Array.from({ length: group }, () => contender.request(`/hold/${group}`)))
  clients.push(contender)
}
await settle()
const { rss, heapUsed } = process.memoryUsage()
process.stdout.write(`${JSON.stringify({ name, count, rssBytes: rss, heapBytes: heapUsed })}\n`)
process.exit(0)
