import { createConnection } from 'node:net'
import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type ConnectFunction, createClient } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { Count } from '../support/count.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

/** Never answers, for this host; connects at once for others. */
function deadHost(dead: string): { connect: ConnectFunction; dials: Count } {
  const dials = new Count()
  const connect: ConnectFunction = ({ hostname, port }, { signal }) => {
    if (hostname !== dead) return createConnection(port, '127.0.0.1')
    dials.enter()
    signal.addEventListener('abort', () => dials.leave())
    return new Promise(() => {})
  }
  return { connect, dials }
}

describe('maxDials', () => {
  it('bounds the dials of all hosts that run at once; the others follow in their order', async () => {
    const dials = new Count()
    const order: string[] = []
    const connect: ConnectFunction = async ({ hostname }) => {
      dials.enter()
      order.push(hostname)
      await new Promise(setImmediate)
      dials.leave()
      return new Duplex({
        read() {},
        write(_bytes, _encoding, done) {
          this.push(answer('fine'))
          done()
        },
      })
    }
    await using client = createClient({ connect, maxDials: 3 })
    const hosts = Array.from({ length: 12 }, (_, index) => `h${index}.example`)
    await Promise.all(hosts.map(host => client.get(`http://${host}/`)))
    expect(dials.peak).toBe(3)
    expect(order).toEqual(hosts)
  })

  it('leaves half of the places to others: a host that never answers does not slow them', async () => {
    await using server = await rawServer({ onRequest: () => answer('fine') })
    const { connect, dials } = deadHost('dead.example')
    await using client = createClient({ connect, maxDials: 4, timeouts: { connectMs: 60_000 } })
    const dead = Array.from({ length: 20 }, () => client.request('http://dead.example/'))
    const before = performance.now()
    for (const host of ['a', 'b', 'c']) {
      expect((await client.get(`http://${host}.example:${server.port}/`)).text()).toBe('fine')
    }
    expect(performance.now() - before).toBeLessThan(2_000)
    expect(dials.peak).toBe(2)
    for (const ref of dead) client.cancel(ref)
    await client.close({ withinMs: 0 })
    expect(dials.open).toBe(0)
    expect(client.stats().connections).toBe(0)
  })

  it('does not count the wait for a place as a part of connectMs', async () => {
    const connect: ConnectFunction = () => new Promise(() => {})
    await using client = createClient({ connect, maxDials: 1, timeouts: { connectMs: 80 } })
    const before = performance.now()
    const errors = await Promise.all(['a', 'b', 'c'].map(host => rejectionOf(client.get(`http://${host}.example/`))))
    expect(performance.now() - before).toBeGreaterThanOrEqual(240)
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'ERR_HANSOM_TIMEOUT_CONNECT', attempts: [{ outcome: 'pending' }] })
    }
  })

  it('gives no place to a dial that was given up while it waited', async () => {
    const asked: string[] = []
    let open: () => void = () => {}
    const connect: ConnectFunction = ({ hostname }) => {
      asked.push(hostname)
      return new Promise((_resolve, reject) => (open = () => reject(new Error('no'))))
    }
    const client = createClient({ connect, maxDials: 1 })
    const first = rejectionOf(client.get('http://first.example/'))
    const second = rejectionOf(client.get('http://second.example/', { pool: false }))
    await new Promise(setImmediate)
    await client.close({ withinMs: 0 })
    expect(await first).toMatchObject({ code: 'ERR_HANSOM_CLIENT_CLOSED' })
    expect(await second).toMatchObject({ code: 'ERR_HANSOM_CLIENT_CLOSED' })
    open()
    await new Promise(setImmediate)
    expect(asked).toEqual(['first.example'])
  })
})

describe('a dead host (promise 7)', () => {
  it('does not slow another, nor hold more than its own slots', async () => {
    await using server = await rawServer({ onRequest: () => answer('fine') })
    const { connect } = deadHost('dead.example')
    const hosts = { 'http://dead.example': { timeouts: { connectMs: 50, queueMs: 300 }, pool: { maxConnections: 2 } } }
    await using client = createClient({ connect, hosts })
    const dead = Array.from({ length: 6 }, () => rejectionOf(client.get('http://dead.example/')))
    const url = `http://live.example:${server.port}/`
    for (let count = 0; count < 50; count++) {
      const { bill } = await client.get(url)
      expect(bill.total).toBeLessThan(1_000)
    }
    for (const error of await Promise.all(dead)) expect(error.code).toMatch(/^ERR_HANSOM_TIMEOUT_(CONNECT|QUEUE)$/)
    const stats = client.stats().hosts.find(({ origin }) => origin === 'http://dead.example')
    expect(stats).toMatchObject({ connections: 0, dialing: 0, waiting: 0, maxConnections: 2 })
  })

  it('that refuses frees its slot at once: no request waits longer for it', async () => {
    const gone = await rawServer()
    await gone.close()
    await using client = createClient({ pool: { maxConnections: 2 } })
    const errors = await Promise.all(Array.from({ length: 40 }, () => rejectionOf(client.get(gone.url()))))
    for (const error of errors) expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECT' })
    expect(client.stats()).toMatchObject({ connections: 0, hosts: [{ connections: 0, dialing: 0, waiting: 0 }] })
  })
})
