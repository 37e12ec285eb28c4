import { createConnection } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type ClientEventMap, ConnectError, type ConnectFunction, createClient } from '../../src/index.ts'
import { answer } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

/** Dials that the test lets succeed or fail, in their order. */
function dialControl() {
  const pending: { succeed(): void; fail(message: string): void }[] = []
  const connect: ConnectFunction = ({ port }) =>
    new Promise((resolve, reject) => {
      pending.push({
        succeed: () => resolve(createConnection(port, '127.0.0.1')),
        fail: message => reject(new Error(message)),
      })
    })
  /** Lets what was started come so far as it can by itself. */
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
  }
  return { connect, pending, settle }
}

/** The cause that a waiter was given, and the ref of its error. */
function causeOf(error: Error): string {
  expect(error).toBeInstanceOf(ConnectError)
  expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECT', retryable: true })
  return (error.cause as AggregateError).errors[0].message
}

describe('a request that waits for a slow dial', () => {
  it('is served by the connection that comes free first, and the late dial goes to the idle list', async () => {
    await using server = await rawServer({
      onRequest: async ({ connection, index }) => {
        if (index === 0) await delay(50)
        return answer(`${connection.index}`)
      },
    })
    let dials = 0
    const connect: ConnectFunction = async ({ port }) => {
      if (++dials === 2) await delay(300)
      return createConnection(port, '127.0.0.1')
    }
    await using client = createClient({ connect, pool: { maxConnections: 2 } })
    const opened: ClientEventMap['connection.opened'][] = []
    const bothOpened = new Promise<void>(resolve => {
      client.on('connection.opened', event => opened.push(event) === 2 && resolve())
    })
    const first = client.get(server.url('/first'))
    await server.nextRequest()
    const second = await client.get(server.url('/second'))
    expect(second.text()).toBe('0')
    expect(second.bill.total).toBeLessThan(290)
    expect(second.bill).not.toHaveProperty('tcp')
    expect((await first).text()).toBe('0')
    await bothOpened
    expect(client.stats().hosts[0]).toMatchObject({ connections: 2, idle: 2, dials: 2, granted: 2, reused: 1 })
    expect((await client.get(server.url('/third'))).text()).toBe('1')
  })

  it('is served by another dial than its own, if that comes first', async () => {
    await using server = await rawServer({ onRequest: ({ target }) => answer(target) })
    const { connect, pending, settle } = dialControl()
    await using client = createClient({ connect })
    const first = client.get(server.url('/first'))
    const second = client.get(server.url('/second'))
    await settle()
    pending[1]!.succeed()
    expect((await first).text()).toBe('/first')
    expect((await second).text()).toBe('/second')
    expect(client.stats().hosts[0]).toMatchObject({ connections: 1, dialing: 1, reused: 1 })
    pending[0]!.succeed()
    await settle()
  })
})

describe('the failure of a dial', () => {
  it('goes to the one who asked for it, and the next who waits dials again', async () => {
    await using server = await rawServer({ onRequest: ({ target }) => answer(target) })
    const { connect, pending, settle } = dialControl()
    await using client = createClient({ connect, pool: { maxConnections: 1 } })
    const first = client.get(server.url('/first'))
    const second = client.get(server.url('/second'))
    await settle()
    expect(pending).toHaveLength(1)
    pending[0]!.fail('no way')
    expect(causeOf(await rejectionOf(first))).toBe('no way')
    await settle()
    expect(pending).toHaveLength(2)
    pending[1]!.succeed()
    expect((await second).text()).toBe('/second')
  })

  it('goes to all who waited before it was dialed, if nothing is left to wait for', async () => {
    const { connect, pending, settle } = dialControl()
    await using client = createClient({ connect, pool: { maxConnections: 1 } })
    const [first, second, third] = ['/1', '/2', '/3'].map(path => rejectionOf(client.get(`http://host${path}`)))
    await settle()
    pending[0]!.fail('one')
    expect(causeOf(await first!)).toBe('one')
    await settle()
    const fourth = rejectionOf(client.get('http://host/4'))
    pending[1]!.fail('two')
    const errors = [await second!, await third!]
    expect(errors.map(causeOf)).toEqual(['two', 'two'])
    expect(new Set(errors.map(error => (error as ConnectError).ref)).size).toBe(2)
    await settle()
    pending[2]!.fail('three')
    expect(causeOf(await fourth)).toBe('three')
    expect(pending).toHaveLength(3)
    await settle()
    expect(client.stats().hosts[0]).toMatchObject({ connections: 0, dialing: 0, waiting: 0, dialFailures: 3 })
  })

  it('goes to no other while a connection lives or a dial runs', async () => {
    await using server = await rawServer({
      onRequest: ({ target }) => (target === '/hold' ? undefined : answer(target)),
    })
    const { connect, pending, settle } = dialControl()
    await using client = createClient({ connect, pool: { maxConnections: 2 } })
    const held = client.request(server.url('/hold'))
    await settle()
    pending[0]!.succeed()
    await server.nextRequest()
    const first = client.get(server.url('/first'))
    const second = client.get(server.url('/second'))
    await settle()
    pending[1]!.fail('no way')
    expect(causeOf(await rejectionOf(first))).toBe('no way')
    await settle()
    pending[2]!.succeed()
    expect((await second).text()).toBe('/second')
    client.cancel(held)
  })

  it('is nobody’s, if the one who asked for it was served by another connection', async () => {
    await using server = await rawServer({ onRequest: ({ target }) => answer(target) })
    const { connect, pending, settle } = dialControl()
    await using client = createClient({ connect })
    const failed: ClientEventMap['dial.failed'][] = []
    client.on('dial.failed', event => failed.push(event))
    const both = [client.get(server.url('/1')), client.get(server.url('/2'))]
    await settle()
    pending[0]!.succeed()
    expect((await Promise.all(both)).map(each => each.text())).toEqual(['/1', '/2'])
    pending[1]!.fail('too late')
    await settle()
    expect(failed).toHaveLength(1)
    expect(client.stats().hosts[0]).toMatchObject({ done: 2, errors: {}, dialing: 0, connections: 1, dialFailures: 1 })
  })

  it('is nobody’s, if the one who asked for it was cancelled; its connection would have served the next', async () => {
    await using server = await rawServer({ onRequest: ({ target }) => answer(target) })
    const { connect, pending, settle } = dialControl()
    await using client = createClient({ connect, pool: { maxConnections: 1 } })
    const gone = client.request(server.url('/gone'))
    await settle()
    client.cancel(gone)
    const next = client.get(server.url('/next'))
    await settle()
    expect(pending).toHaveLength(1)
    pending[0]!.fail('for nobody')
    await settle()
    pending[1]!.succeed()
    expect((await next).text()).toBe('/next')
  })
})
