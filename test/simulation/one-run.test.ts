import { Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Client } from '../../src/client/client.ts'
import type { RequestRef } from '../../src/request/ref.ts'
import { type Reaction, type Respond, seeded, World } from './world.ts'

const answer = (body: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`

/** Answers at its own pace. */
const steady: Respond = (_head, chance) => ({ afterMs: 2 + chance() * 20, bytes: answer('steady') })

/** Resets one request in five, and closes after one answer in five. */
const flaky: Respond = (_head, chance) => {
  const afterMs = chance() * 50
  const dice = chance()
  if (dice < 0.2) return { afterMs, reset: true } satisfies Reaction
  return dice < 0.4 ? { afterMs, bytes: answer('flaky'), end: true } : { afterMs, bytes: answer('flaky') }
}

/** Answers after longer than the client waits, now and then. */
const slow: Respond = (_head, chance) => ({ afterMs: chance() < 0.1 ? 5_000 : 100, bytes: answer('slow') })

const hosts = new Map<string, Respond>([
  ['10.0.0.1', steady],
  ['10.0.0.2', flaky],
  ['10.0.0.3', slow],
])

interface Run {
  readonly trace: readonly string[]
  readonly outcomes: readonly string[]
  readonly world: World
  readonly client: Client
}

async function simulate(seed: number): Promise<Run> {
  const world = new World(seed, hosts)
  const policyDice = seeded(seed + 1)
  const client = new Client(
    {
      maxConnections: 8,
      timeouts: { headMs: 1_000, queueMs: 4_000 },
      pool: {
        maxConnections: 4,
        policy: () => ({
          name: 'throws now and then',
          admit(load) {
            if (policyDice() < 0.02) throw new Error('the policy threw')
            return load.connections + load.dialing < load.maxConnections ? 'dial' : 'wait'
          },
        }),
      },
    },
    world,
  )
  const outcomes: string[] = []
  const settled = new Map<string, number>()
  const names = [...hosts.keys()]
  const refs: RequestRef[] = []
  const first = firstNumber(client)
  client.on('request.settled', ({ ref }) => {
    if (Number(ref.slice(1)) >= first) settled.set(ref, (settled.get(ref) ?? 0) + 1)
  })
  for (let i = 0; i < 100; i++) {
    world.after(world.chance() * 500, () => {
      const ref = client.request(`http://${names[i % names.length]}/${i}`)
      refs.push(ref)
      const number = Number(ref.id.slice(1)) - first
      const done = (outcome: string): void => {
        outcomes.push(`${number} ${outcome}`)
        world.note(`settled ${number} ${outcome}`)
      }
      client.body(ref).then(
        bytes => done(Buffer.from(bytes).toString()),
        (error: { code?: string; name: string }) => done(error.code ?? error.name),
      )
      if (i % 17 === 0) world.after(world.chance() * 60, () => client.cancel(ref))
    })
  }
  await world.run(() => {
    checkSlots(client, world)
    return outcomes.length === 100
  })
  expect(settled.size).toBe(100)
  expect([...settled.values()].every(count => count === 1)).toBe(true)
  return { trace: world.trace, outcomes, world, client }
}

/** Ids count in the process: a run is compared by the distance from its first. */
function firstNumber(client: Client): number {
  const probe = client.request('http://10.0.0.1/', { signal: AbortSignal.abort() })
  return Number(probe.id.slice(1)) + 1
}

/** Promise 2, after every event: no host over its limit, the client never over its budget, and never fewer slots than sockets. */
function checkSlots(client: Client, world: World): void {
  const stats = client.stats()
  expect(stats.connections).toBeLessThanOrEqual(stats.maxConnections)
  for (const host of stats.hosts) {
    const slots = host.connections + host.dialing
    expect(slots).toBeLessThanOrEqual(host.maxConnections)
    expect(world.open.get(host.origin.slice('http://'.length)) ?? 0).toBeLessThanOrEqual(slots)
  }
}

describe('a simulated run of 100 requests to three hosts (promises 1 and 2)', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('settles every request exactly once, within its limits, on virtual time', async () => {
    const started = performance.now()
    const { outcomes, world, client } = await simulate(1)
    expect(outcomes).toHaveLength(100)
    expect(outcomes.filter(outcome => outcome.endsWith('steady')).length).toBeGreaterThan(20)
    // Seconds of the world's time went by in far fewer of ours.
    expect(world.clock.now()).toBeGreaterThan(1_000)
    expect(performance.now() - started).toBeLessThan(10_000)
    const closed = client.close({ withinMs: 0 })
    await world.run(() => false)
    await closed
    expect(client.stats().connections).toBe(0)
    expect([...world.open.values()]).toEqual([0, 0, 0])
    expect(world.held).toBe(false)
  })

  it('gives the same trace twice for the same seed', async () => {
    const [first, second] = [await simulate(42), await simulate(42)]
    expect(second.trace).toEqual(first.trace)
    expect(second.outcomes).toEqual(first.outcomes)
  })

  it('gives another trace for another seed', async () => {
    const [first, second] = [await simulate(1), await simulate(2)]
    expect(second.trace).not.toEqual(first.trace)
  })

  it.each(Array.from({ length: 40 }, (_, i) => i + 100))('keeps its promises with seed %i', async seed => {
    const { outcomes } = await simulate(seed)
    expect(outcomes).toHaveLength(100)
  })

  it('opens no socket', async () => {
    const connected = vi.spyOn(Socket.prototype, 'connect')
    await simulate(3)
    expect(connected).not.toHaveBeenCalled()
  })
})
