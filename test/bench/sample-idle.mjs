// One sample in a fresh process, with --expose-gc: resident memory with so many idle connections that answered one request
// each. Its one argument is JSON, its answer a line of it.
import { smallBody } from './contenders/answers.mjs'

const setup = JSON.parse(process.argv[2])
const { count, group } = setup
const { open } = await import(`./contenders/${setup.contender}.mjs`)

async function settle() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

// In groups, each with a client of its own: thousands of requests in flight at once would leave a heap full of holes, and
// the memory of those is not the connections'. The server holds a group's answers until all have asked, so that each
// connection serves exactly one.
const clients = []
for (let opened = 0; opened < count; opened += group) {
  const contender = await open({ ...setup, connections: group, idleMs: 600_000 })
  await Promise.all(Array.from({ length: group }, () => contender.get(`/hold/${group}`, smallBody.length)))
  clients.push(contender)
}
await settle()
const { rss, heapUsed } = process.memoryUsage()
process.stdout.write(`${JSON.stringify({ count, rssBytes: rss, heapBytes: heapUsed })}\n`)
process.exit(0)
