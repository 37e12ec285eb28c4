import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Client } from '../../src/client/client.ts'
import { createClient, type HostLoad, type PolicyOption, type PoolPolicy, type WaiterView } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'
import { skewedEnv } from '../support/skewed-env.ts'

leakCheck()

function room(load: HostLoad): 'dial' | 'wait' {
  return load.connections + load.dialing < load.maxConnections ? 'dial' : 'wait'
}

/** First in, first out, as a policy of the user's own. */
class Line {
  readonly waiters: WaiterView[] = []

  get size(): number {
    return this.waiters.length
  }

  push(waiter: WaiterView): void {
    this.waiters.push(waiter)
  }

  shift(): WaiterView | undefined {
    return this.waiters.shift()
  }

  remove(waiter: WaiterView): boolean {
    const index = this.waiters.indexOf(waiter)
    if (index >= 0) this.waiters.splice(index, 1)
    return index >= 0
  }
}

function echoServer(): Promise<RawServer> {
  return rawServer({ onRequest: ({ target }) => answer(target) })
}

function hostOf(client: Client, server: RawServer) {
  return client.stats().hosts.find(({ origin }) => origin === server.origin)!
}

/** A policy that fails in one place, at the calls that `fails` chooses, counted over all incarnations. */
function failing(place: Place, fails: (call: number) => boolean): { option: PolicyOption; thrown: Error[] } {
  const thrown: Error[] = []
  let calls = 0
  const at = (here: Place): void => {
    if (here !== place || !fails(++calls)) return
    thrown.push(new Error(`${place} ${calls}`))
    throw thrown.at(-1)
  }
  const option = (): PoolPolicy => {
    at('factory')
    return {
      name: 'failing',
      admit(load) {
        at('admit')
        return room(load)
      },
      limit() {
        at('limit')
        return Infinity
      },
      observe: () => at('observe'),
      waiters() {
        at('waiters')
        const line = new Line()
        const shift = line.shift.bind(line)
        return Object.assign(line, {
          shift() {
            at('shift')
            return shift()
          },
        })
      },
    }
  }
  return { option, thrown }
}

type Place = (typeof places)[number]
const places = ['admit', 'limit', 'shift', 'observe', 'waiters', 'factory'] as const
const times = {
  once: (call: number) => call === 1,
  'at the fifth call': (call: number) => call === 5,
  'at every third call': (call: number) => call % 3 === 0,
  always: () => true,
}

describe.each(places)('a policy that throws in %s', place => {
  it.each(Object.entries(times))('%s costs its own requests only, and no slot', async (when, fails) => {
    const { option, thrown } = failing(place, fails)
    await using sick = await echoServer()
    await using well = await echoServer()
    const client = createClient({ hosts: { [sick.origin]: { pool: { maxConnections: 2, policy: option } } } })
    const crashes: unknown[] = []
    client.on('crash', ({ origin, error }) => crashes.push([origin, error]))
    const others = Promise.all(Array.from({ length: 10 }, () => client.get(well.url())))
    const settled = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => client.get(sick.url(`/${index}`))),
    )
    // One after the other: now those find idle connections.
    for (let index = 10; index < 14; index++) {
      settled.push(...(await Promise.allSettled([client.get(sick.url(`/${index}`))])))
    }
    let failures = 0
    for (const [index, result] of settled.entries()) {
      if (result.status === 'fulfilled') expect(result.value.text()).toBe(`/${index}`)
      else {
        failures++
        expect(result.reason).toMatchObject({ name: 'ActorCrashError', code: 'ERR_HANSOM_ACTOR_CRASHED' })
        expect(thrown).toContain(result.reason.cause)
      }
    }
    if (when === 'once' || when === 'at the fifth call') expect(failures).toBeLessThanOrEqual(1)
    if (when === 'always' && place !== 'observe' && place !== 'limit') expect(failures).toBe(settled.length)
    expect((await others).map(({ status }) => status)).toEqual(new Array(10).fill(200))
    const { restarts, inFlight, waiting } = hostOf(client, sick)
    expect({ restarts, inFlight, waiting }).toEqual({ restarts: thrown.length, inFlight: 0, waiting: 0 })
    expect(crashes).toEqual(thrown.map(error => [sick.origin, error]))
    expect(hostOf(client, well)).toMatchObject({ restarts: 0, state: 'running' })
    await client.close()
    expect(client.stats().connections).toBe(0)
    expect(hostOf(client, sick)).toMatchObject({ connections: 0, dialing: 0, inFlight: 0 })
  })
})

const nonsense: Readonly<Record<string, Partial<PoolPolicy> | null>> = {
  'an unknown word from admit': { admit: () => 'perhaps' as never },
  '"dial" at the limit': { admit: () => 'dial' },
  '"evict" without a victim()': { admit: () => 'evict', waiters: () => new Line() },
  '"evict" with a victim() that gives nobody': {
    admit: () => 'evict',
    waiters: () => Object.assign(new Line(), { victim: () => undefined }),
  },
  '"evict" with a victim() that gives a stranger': {
    admit: () => 'evict',
    waiters: () => Object.assign(new Line(), { victim: () => ({ id: 'r0' }) as never }),
  },
  'a limit that is no number': { limit: () => Number.NaN },
  'a queue that yields a copy': {
    waiters: () => Object.assign(new Line(), { shift: () => ({ id: 'r0' }) as never }),
  },
  'a queue that yields without taking out': {
    waiters() {
      const line = new Line()
      return Object.assign(line, { shift: () => line.waiters[0] })
    },
  },
  'a queue that refuses a stranger': {
    waiters: () =>
      Object.assign(new Line(), {
        shift: (_: number, no: (it: never, why: string) => void) => no({} as never, '') as undefined,
      }),
  },
  'a queue without a size': { waiters: () => ({ push() {}, shift: () => undefined, remove: () => false }) as never },
  'a queue of another kind': { waiters: () => [] as never },
  'no policy': null,
}

describe('an answer that makes no sense', () => {
  it.each(Object.entries(nonsense))('counts as a throw: %s', async (_what, parts) => {
    await using server = await rawServer()
    await using client = createClient({
      pool: { maxConnections: 1, policy: (() => parts && { name: 'odd', admit: room, ...parts }) as never },
    })
    const requests = [client.get(server.url('/1')), client.get(server.url('/2'))]
    const errors = await Promise.all(requests.map(request => rejectionOf(request)))
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'ERR_HANSOM_ACTOR_CRASHED', retryable: true, phase: 'queue' })
      const { cause } = error
      if (!(cause instanceof TypeError)) expect(cause).toMatchObject({ name: 'PoolError', code: 'ERR_HANSOM_POLICY' })
    }
    expect(server.requestTotal).toBe(0)
  })
})

describe('a crash of the manager (promises 1 and 7)', () => {
  /** Crashes at a request with the key `bad`; one exchange at a time. */
  function brittle(bad: Error): { option: PolicyOption; made: () => number } {
    let made = 0
    const option = (): PoolPolicy => {
      made++
      return {
        name: 'brittle',
        limit: () => 1,
        admit(load, { key }) {
          if (key === 'bad') throw bad
          return room(load)
        },
      }
    }
    return { option, made: () => made }
  }

  it('fails the request that was being handled, and nobody else', async () => {
    const bad = new Error('cannot judge this one')
    const { option, made } = brittle(bad)
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 2, policy: option } })
    const running = client.request(server.url('/running'))
    const first = await server.nextRequest()
    await first.connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf ')
    await client.recvHead(running)
    const idled = new Promise<void>(resolve => void client.on('connection.opened', () => resolve()))
    const waiting = ['/a', '/b', '/c'].map(path => client.get(server.url(path)))
    await idled
    const idle = await server.nextConnection().then(() => server.nextConnection())
    expect(hostOf(client, server)).toMatchObject({ connections: 2, idle: 1, inFlight: 1, waiting: 3 })

    const error = await rejectionOf(client.get(server.url('/bad'), { key: 'bad' }))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_ACTOR_CRASHED', phase: 'queue', cause: bad })
    await idle.closed
    expect(first.connection.socket.closed).toBe(false)

    // The exchange outlives the manager that granted it, still counts, and its connection is not given out again.
    const fresh = await server.nextConnection()
    expect(hostOf(client, server)).toMatchObject({ inFlight: 1, waiting: 3 })
    await first.connection.write('whole')
    expect(Buffer.from(await client.body(running)).toString()).toBe('half whole')
    await first.connection.closed

    const order: string[] = []
    for (let served = 0; served < 3; served++) {
      const { connection, target } = await server.nextRequest()
      expect(connection).toBe(fresh)
      order.push(target)
      await connection.write(answer(target))
    }
    expect(order).toEqual(['/a', '/b', '/c'])
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(made()).toBe(2)
    expect(hostOf(client, server)).toMatchObject({ restarts: 1, state: 'running', inFlight: 0, waiting: 0, done: 4 })
  })

  it('counts an exchange that was granted in the very turn of the crash', async () => {
    let shifts = 0
    const policy = (): PoolPolicy => {
      let limit = 1
      const line = new Line()
      const shift = line.shift.bind(line)
      return {
        name: 'rising',
        admit: room,
        limit: () => limit,
        observe: () => void limit++,
        waiters: () =>
          Object.assign(line, {
            shift() {
              if (++shifts === 3) throw new Error('third')
              return shift()
            },
          }),
      }
    }
    await using server = await rawServer()
    await using client = createClient({ pool: { maxConnections: 2, policy } })
    const requests = ['/1', '/2', '/3'].map(path => client.get(server.url(path)))
    const first = await server.nextRequest()
    await server.nextConnection().then(() => server.nextConnection())
    while (hostOf(client, server).idle === 0) await new Promise(resolve => setImmediate(resolve))
    // This frees the first connection for the second request; the third, on the idle one, is not reached.
    await first.connection.write(answer())
    const second = await server.nextRequest()
    expect(second).toMatchObject({ target: '/2', connection: first.connection })
    expect(hostOf(client, server)).toMatchObject({ restarts: 1, inFlight: 1, waiting: 1 })
    await second.connection.write(answer())
    const third = await server.nextRequest()
    expect(third.connection).not.toBe(first.connection)
    await third.connection.write(answer())
    await Promise.all(requests)
    expect(hostOf(client, server)).toMatchObject({ restarts: 1, inFlight: 0, waiting: 0, done: 3 })
  })

  it('cancels the dials, and dials anew for those who wait', async () => {
    const { option } = brittle(new Error('bad'))
    await using server = await echoServer()
    const signals: AbortSignal[] = []
    await using client = createClient({
      pool: { policy: option },
      connect(_target, { signal }) {
        signals.push(signal)
        return signals.length === 1 ? new Promise(() => {}) : connect(server.port, '127.0.0.1')
      },
    })
    const waiting = client.get(server.url('/waits'))
    while (signals.length === 0) await new Promise(resolve => setImmediate(resolve))
    await rejectionOf(client.get(server.url(), { key: 'bad' }))
    expect(signals[0]!.aborted).toBe(true)
    expect((await waiting).text()).toBe('/waits')
    expect(signals.length).toBe(2)
    expect(hostOf(client, server)).toMatchObject({ connections: 1, dialing: 0, dials: 2, dialFailures: 0 })
  })

  it('lets a request be cancelled, or run into its deadline, between two incarnations', async () => {
    const { option } = brittle(new Error('bad'))
    await using server = await echoServer()
    await using client = createClient({ pool: { policy: option } })
    const waiting = client.request(server.url('/waits'))
    const bad = client.request(server.url(), { key: 'bad' })
    expect(hostOf(client, server).state).toBe('restarting')
    const late = client.request(server.url('/late'))
    client.cancel(waiting)
    await rejectionOf(client.recvHead(waiting))
    await rejectionOf(client.recvHead(bad))
    expect(Buffer.from(await client.body(late)).toString()).toBe('/late')
    expect(server.requestTotal).toBe(1)
  })
})

describe('a host that crashes again and again', () => {
  it('is given up after more than 5 crashes in 10 s, and tried again after 5 s, 10 s, …', async () => {
    const env = skewedEnv()
    const { clock } = env
    let made = 0
    let broken = true
    const policy = (): PoolPolicy => {
      made++
      return {
        name: 'moody',
        admit(load) {
          if (broken) throw new Error('moody')
          return room(load)
        },
      }
    }
    await using server = await echoServer()
    await using client = new Client({ pool: { policy, maxIdle: 0 } }, env)
    const ask = () => client.get(server.url())
    const fails = async (): Promise<void> => {
      expect(await rejectionOf(ask())).toMatchObject({ code: 'ERR_HANSOM_ACTOR_CRASHED', cause: { message: 'moody' } })
    }
    const many = Array.from({ length: 20 }, () => rejectionOf(ask()))
    const errors = await Promise.all(many)
    expect(errors.map(({ code }) => code)).toEqual(new Array(20).fill('ERR_HANSOM_ACTOR_CRASHED'))
    expect(made).toBe(6)
    expect(hostOf(client, server)).toMatchObject({ state: 'failed', restarts: 6, waiting: 0 })

    let tries = 6
    for (const backoffMs of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      clock.skip(backoffMs - 1_000)
      await fails()
      expect(made).toBe(tries)
      clock.skip(1_001)
      await fails()
      expect(made).toBe(++tries)
    }

    clock.skip(60_001)
    broken = false
    expect((await ask()).status).toBe(200)
    expect(hostOf(client, server).state).toBe('running')
    expect(made).toBe(++tries)

    // It has run well since: it is not on probation any more, and the first pause is short again.
    clock.skip(20_000)
    broken = true
    await Promise.all(Array.from({ length: 20 }, fails))
    expect(hostOf(client, server).state).toBe('failed')
    tries = made
    clock.skip(5_001)
    await fails()
    expect(made).toBe(tries + 1)
  })

  it('does not fail for crashes that lie far apart', async () => {
    const env = skewedEnv()
    const policy: PolicyOption = {
      name: 'brittle',
      admit(load, { key }) {
        if (key === 'bad') throw new Error('bad')
        return room(load)
      },
    }
    await using server = await echoServer()
    await using client = new Client({ pool: { policy, maxIdle: 0 } }, env)
    for (let crash = 0; crash < 12; crash++) {
      await rejectionOf(client.get(server.url(), { key: 'bad' }))
      expect((await client.get(server.url())).status).toBe(200)
      env.clock.skip(2_001)
    }
    expect(hostOf(client, server)).toMatchObject({ restarts: 12, state: 'running' })
  })
})
