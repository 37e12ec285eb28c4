import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConnectionActor } from '../../src/connection/connection-actor.ts'
import { Http1Driver } from '../../src/connection/http1-driver.ts'
import { ActorCrashError, type ClientEventMap, createClient } from '../../src/index.ts'
import { answer, answerHead } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()
afterEach(() => void vi.restoreAllMocks())

const bug = new Error('a bug of ours')

/** A server that holds `/hold`, begins an answer to `/bad`, and says `fine` to all else. */
async function crashServer() {
  let release = () => {}
  const held = new Promise<Buffer>(resolve => {
    release = () => resolve(answer('held'))
  })
  const server = await rawServer({
    onRequest: ({ target }) =>
      target === '/hold' ? held : target === '/bad' ? answerHead(200, { x: 'bad' }) : answer('fine'),
  })
  return { server, release: () => release(), [Symbol.asyncDispose]: () => server.close() }
}

/** Makes the driver throw once: in the exchange with `/bad`, when it has started it or later. */
function breakDriver(method: 'start' | 'read' | 'ended'): void {
  const { start } = Http1Driver.prototype
  vi.spyOn(Http1Driver.prototype, 'start').mockImplementation(function (this: Http1Driver, lease, request) {
    start.call(this, lease, request)
    if (!request.head.includes(' /bad ')) return
    if (method === 'start') throw bug
    const broken = vi.spyOn(this, method)
    broken.mockImplementationOnce(() => {
      throw bug
    })
  })
}

describe.each([
  ['own loop', false],
  ['xstate', true],
])('a connection that crashes, run by the %s,', (_engine, inspect) => {
  it.each(['start', 'read', 'ended'] as const)(
    'in %s: fails its own request, and frees its slot once',
    async method => {
      await using crash = await crashServer()
      const { server } = crash
      await using client = createClient({ inspect, pool: { maxConnections: 3 } })
      const crashes: ClientEventMap['crash'][] = []
      const closed: ClientEventMap['connection.closed'][] = []
      client.on('crash', event => crashes.push(event)).on('connection.closed', event => closed.push(event))
      const held = client.get(server.url('/hold'))
      await server.nextRequest()
      breakDriver(method)
      const ref = client.request(server.url('/bad'))
      if (method === 'ended') {
        await client.recvHead(ref)
        server.sockets.at(-1)!.end()
      }
      const error = await rejectionOf(client.body(ref))
      expect(error).toBeInstanceOf(ActorCrashError)
      expect(error).toMatchObject({ code: 'ERR_HANSOM_ACTOR_CRASHED', ref: ref.id, retryable: false, cause: bug })

      expect((await client.get(server.url('/next'))).text()).toBe('fine')
      crash.release()
      expect((await held).text()).toBe('held')
      expect(crashes).toMatchObject([
        { actor: expect.stringContaining(server.origin), origin: server.origin, error: bug },
      ])
      await client.close()
      expect(closed).toHaveLength(3)
      expect(client.stats()).toMatchObject({
        connections: 0,
        live: 0,
        hosts: [{ connections: 0, inFlight: 0, idle: 0 }],
      })
    },
  )

  it('while it idles: nobody hears of it but the crash event, and the next request gets another', async () => {
    await using crash = await crashServer()
    const { server } = crash
    await using client = createClient({ inspect, pool: { maxConnections: 1 } })
    const crashes: ClientEventMap['crash'][] = []
    client.on('crash', event => crashes.push(event))
    await client.get(server.url())
    vi.spyOn(Http1Driver.prototype, 'read').mockImplementationOnce(() => {
      throw bug
    })
    const closed = new Promise(resolve => client.on('connection.closed', resolve))
    void server.sockets[0]!.write('!')
    await closed
    expect(client.stats()).toMatchObject({ connections: 0, hosts: [{ connections: 0, idle: 0, inFlight: 0 }] })
    expect((await client.get(server.url())).text()).toBe('fine')
    expect(crashes).toMatchObject([{ error: bug }])
  })

  it('when it is handed to the next request: that one is served by another connection', async () => {
    await using crash = await crashServer()
    const { server } = crash
    await using client = createClient({ inspect, pool: { maxConnections: 1 } })
    const actor = ConnectionActor.prototype as unknown as { receive(message: { type: string }): void }
    const { receive } = actor
    let starts = 0
    vi.spyOn(actor, 'receive').mockImplementation(function (this: unknown, message) {
      // Before anything was written.
      if (message.type === 'exchange.start' && ++starts === 2) throw bug
      receive.call(this as typeof actor, message)
    })
    const answers = await Promise.allSettled(['/1', '/2', '/3'].map(path => client.get(server.url(path))))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    await client.close()
    expect(server.connections.total).toBe(2)
    expect(client.stats().hosts[0]).toMatchObject({ connections: 0, inFlight: 0, waiting: 0, done: 3 })
  })
})
