import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { answer } from '../support/answer.ts'
import { runChild } from '../support/child.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'

leakCheck()

/** Well under the 4 s for which an idle connection is kept. */
const atOnceMs = 3_000

/** Runs a script that prints how long it lived after its last line, and asserts that it ended well. */
async function run(
  script: string,
  ...args: string[]
): Promise<{ readonly lines: string[]; readonly lingeredMs: number }> {
  const wrapped = `${script}
    const endedAtMs = performance.now()
    process.on('exit', () => console.log(performance.now() - endedAtMs))`
  const { code, signal, stdout, stderr, timedOut } = await runChild(wrapped, { args })
  expect({ code, signal, stderr, timedOut }).toEqual({ code: 0, signal: null, stderr: '', timedOut: false })
  const lines = stdout.trim().split('\n')
  return { lines: lines.slice(0, -1), lingeredMs: Number(lines.at(-1)) }
}

describe('a script', () => {
  it('ends at once after one await get()', async () => {
    await using server = await rawServer({ onRequest: () => answer('hello') })
    const script = `import { get } from 'hansom'; console.log((await get(process.argv[1])).text())`
    const { lines, lingeredMs } = await run(script, server.url())
    expect(lines).toEqual(['hello'])
    expect(lingeredMs).toBeLessThan(atOnceMs)
  })

  it('ends at once after a get over a pool of many connections', async () => {
    await using server = await rawServer({ onRequest: () => answer('hello') })
    const script = `import { get } from 'hansom'
      const answers = await Promise.all(Array.from({ length: 20 }, () => get(process.argv[1])))
      console.log(answers.length)`
    const { lines, lingeredMs } = await run(script, server.url())
    expect(lines).toEqual(['20'])
    expect(lingeredMs).toBeLessThan(atOnceMs)
  })

  it('that awaits a queued request does not end before it is answered', async () => {
    let answered = 0
    await using server = await rawServer({
      async onRequest() {
        await delay(150)
        return answer(`answer ${++answered}`)
      },
    })
    const script = `import { createClient } from 'hansom'
      const client = createClient({ pool: { maxConnections: 1 } })
      const refs = [client.request(process.argv[1]), client.request(process.argv[1])]
      console.log(client.explain(refs[1]).phase)
      const text = Buffer.from(await client.body(refs[1])).toString()
      console.log(text, client.explain(refs[0]).phase)`
    const { lines, lingeredMs } = await run(script, server.url())
    // The first dial is the whole host's.
    expect(lines).toEqual(['dialing', 'answer 2 done'])
    expect(lingeredMs).toBeLessThan(atOnceMs)
    expect(server.connections.total).toBe(1)
  })

  it.each([
    ['head', 'await recvHead(ref)'],
    ['drained body', 'await recvHead(ref); await drain(ref)'],
    ['looped body', 'for await (const chunk of ref);'],
  ])('lives until the %s for which it waits', async (_, wait) => {
    await using server = await rawServer({ onRequest: () => delay(150, answer('late')) })
    const script = `import { drain, explain, recvHead, request } from 'hansom'
      const ref = request(process.argv[1])
      ${wait}
      console.log('got it')`
    expect((await run(script, server.url())).lines).toEqual(['got it'])
  })

  it('ends when it lives for its request only, and that was cancelled', async () => {
    await using server = await rawServer()
    const script = `import { cancel, request } from 'hansom'
      const ref = request(process.argv[1])
      setTimeout(() => cancel(ref), 50)`
    const { lingeredMs } = await run(script, server.url())
    expect(lingeredMs).toBeLessThan(atOnceMs)
  })

  it('with a failed ref that nobody reads ends well, without an unhandledRejection', async () => {
    const server = await rawServer()
    await server.close()
    const script = `import { createClient } from 'hansom'
      process.on('unhandledRejection', () => console.log('unhandled'))
      const client = createClient()
      const told = new Promise(resolve => client.on('unobserved', resolve))
      const ref = client.request(process.argv[1])
      const streamed = client.request(process.argv[1], { streamBody: true })
      console.log((await told).error.code, client.stats().unobserved, client.explain(ref).phase)`
    const { lines } = await run(script, server.url())
    expect(lines).toEqual([expect.stringMatching(/^ERR_HANSOM_CONNECT [12] failed$/)])
  })

  it('that awaits close() comes to its next line', async () => {
    await using server = await rawServer({ onRequest: () => answer('hello') })
    const script = `import { createClient } from 'hansom'
      const client = createClient()
      await client.get(process.argv[1])
      await client.close()
      console.log(client.stats().connections)
      await createClient({ connect: () => new Promise(() => {}) }).close({ withinMs: 0 })
      const dialing = createClient({ connect: () => new Promise(() => {}) })
      dialing.cancel(dialing.request(process.argv[1]))
      await dialing.close({ withinMs: 50 })
      console.log('closed')`
    const { lines, lingeredMs } = await run(script, server.url())
    expect(lines).toEqual(['0', 'closed'])
    expect(lingeredMs).toBeLessThan(atOnceMs)
  })
})
