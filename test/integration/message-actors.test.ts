import { describe, expect, it } from 'vitest'
import { type AnyActorRef, assign, createActor, fromCallback, fromTransition, setup } from 'xstate'
import { createClient, type RequestRef, type ResponseMessage } from '../../src/index.ts'
import { answer, answerHead, chunk } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'
import { uncaughtBy } from '../support/uncaught.ts'

leakCheck()

const downloader = setup({
  types: {
    events: {} as ResponseMessage,
    context: {} as { status: number; type: string | null; text: string; sum: string | null; error: unknown },
  },
}).createMachine({
  context: { status: 0, type: null, text: '', sum: null, error: null },
  initial: 'waiting',
  on: { error: { target: '.failed', actions: assign({ error: ({ event }) => event.error }) } },
  states: {
    waiting: { on: { status: { target: 'reading', actions: assign({ status: ({ event }) => event.status }) } } },
    reading: {
      on: {
        headers: { actions: assign({ type: ({ event }) => event.headers.get('content-type') }) },
        chunk: { actions: assign({ text: ({ context, event }) => context.text + Buffer.from(event.chunk) }) },
        trailers: { actions: assign({ sum: ({ event }) => event.trailers.get('x-sum') }) },
        done: 'complete',
      },
    },
    complete: { type: 'final' },
    failed: {},
  },
})

/** An actor that takes messages and does nothing with them. */
const idler = fromTransition((seen: number, _message: ResponseMessage) => seen + 1, 0)

/** Resolves when the actor's snapshot is as wanted. */
function reaches(actor: AnyActorRef, wanted: (snapshot: never) => boolean): Promise<void> {
  return new Promise(resolve => {
    const look = (): void => {
      if (wanted(actor.getSnapshot() as never)) resolve()
    }
    actor.subscribe({ next: look, complete: look, error: look })
    look()
  })
}

describe('an xstate actor', () => {
  it('takes an answer from the status to its end', async () => {
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/x\r\n\r\n'
    await using server = await rawServer({ onRequest: () => `${head}${chunk('a')}${chunk('b')}0\r\nx-sum: 2\r\n\r\n` })
    await using client = createClient()
    const actor = createActor(downloader).start()
    client.request(server.origin, { async: true, streamTo: actor })
    await reaches(actor, (it: { status: string }) => it.status === 'done')
    expect(actor.getSnapshot().context).toEqual({ status: 200, type: 'text/x', text: 'ab', sum: '2', error: null })
  })

  it('hears of an error, and lives', async () => {
    await using server = await rawServer(connection => void connection.reset())
    await using client = createClient()
    const actor = createActor(downloader).start()
    client.request(server.origin, { async: true, streamTo: actor })
    await reaches(actor, (it: { value: string }) => it.value === 'failed')
    expect(actor.getSnapshot().context.error).toMatchObject({ code: expect.stringMatching(/^ERR_HANSOM_CONN/) })
    actor.stop()
  })

  it('reads as fast as it asks for messages', async () => {
    await using server = await rawServer({ onRequest: () => answer('x'.repeat(50)) })
    await using client = createClient()
    const taken: string[] = []
    let ref: RequestRef | null = null
    const asker = fromCallback<ResponseMessage>(({ receive }) => {
      receive(message => {
        taken.push(message.type)
        if (message.type !== 'done') client.streamNext(ref!)
      })
    })
    const actor = createActor(asker).start()
    ref = client.request(server.origin, { async: 'once', streamTo: actor })
    client.streamNext(ref)
    await client.recvHead(ref)
    while (taken.at(-1) !== 'done') await new Promise(resolve => setImmediate(resolve))
    expect(taken).toEqual(['status', 'headers', 'chunk', 'done'])
    actor.stop()
  })
})

describe('when the actor that owns a request', () => {
  /** What brings a request into a phase in which it stays. */
  const phases = {
    queued: { limit: 1, respond: undefined },
    waiting: { limit: 2, respond: undefined },
    receiving: { limit: 2, respond: `${answerHead(200, { 'content-length': '10' })}some` },
  } as const

  it.each(Object.entries(phases))('stops, the request is cancelled: %s', async (phase, { limit, respond }) => {
    await using server = await rawServer({
      onRequest: ({ index }) => (index === 0 ? undefined : respond),
    })
    await using client = createClient({ pool: { maxConnections: limit } })
    const blocker = client.request(server.origin)
    const blocked = rejectionOf(client.recvHead(blocker))
    await server.nextRequest()
    const actor = createActor(idler).start()
    const ref = client.request(server.origin, { async: true, streamTo: actor })
    if (phase !== 'queued') await server.nextRequest()
    if (phase === 'receiving') await client.recvHead(ref)
    expect(client.explain(ref).phase).toBe(phase)
    actor.stop()
    const error = await rejectionOf(client.recvHead(ref))
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', message: expect.stringContaining(actor.id) })
    expect(client.explain(ref).phase).toBe('cancelled')
    client.cancel(blocker)
    await blocked
    expect(client.stats().unobserved).toBe(0)
  })

  it('stops while it dials, the request is cancelled', async () => {
    await using client = createClient({ connect: () => new Promise(() => {}) })
    const actor = createActor(idler).start()
    const ref = client.request('http://a.test', { async: true, streamTo: actor })
    expect(client.explain(ref).phase).toBe('dialing')
    actor.stop()
    expect(await rejectionOf(client.recvHead(ref))).toMatchObject({ name: 'AbortError' })
  })

  it('is done, all of its requests are cancelled, and nobody else’s', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const quitter = setup({ types: { events: {} as ResponseMessage | { type: 'quit' } } }).createMachine({
      initial: 'on',
      states: { on: { on: { quit: 'off' } }, off: { type: 'final' } },
    })
    const actor = createActor(quitter).start()
    const other = createActor(idler).start()
    const refs = Array.from({ length: 20 }, () => client.request(server.origin, { async: true, streamTo: actor }))
    const kept = client.request(server.origin, { async: true, streamTo: other })
    actor.send({ type: 'quit' })
    for (const ref of refs) expect(await rejectionOf(client.recvHead(ref))).toMatchObject({ name: 'AbortError' })
    expect(client.stats().live).toBe(1)
    client.cancel(kept)
    other.stop()
  })

  it('had ended before, no actor starts and nothing is dialed', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const actor = createActor(idler).start()
    actor.stop()
    const ref = client.request(server.origin, { async: true, streamTo: actor })
    expect(client.explain(ref).phase).toBe('cancelled')
    expect(await rejectionOf(client.recvHead(ref))).toMatchObject({ name: 'AbortError' })
    expect([client.stats().live, server.connections.total]).toEqual([0, 0])
  })

  it('crashes on a message, the request is cancelled with the error as its cause', async () => {
    await using server = await rawServer({ onRequest: () => answerHead(200, { 'content-length': '1' }) })
    await using client = createClient()
    const fragile = createActor(
      fromTransition((_: null, message: ResponseMessage) => {
        if (message.type === 'headers') throw new Error('cannot')
        return null
      }, null),
    )
    const seen: unknown[] = []
    fragile.subscribe({ error: error => seen.push(error) })
    fragile.start()
    const uncaught = await uncaughtBy(async () => {
      const ref = client.request(server.origin, { async: true, streamTo: fragile })
      await new Promise<void>(resolve => client.on('request.settled', () => resolve()))
      expect(await rejectionOf(client.recvHead(ref))).toMatchObject({ cause: { message: 'cannot' } })
    })
    expect(uncaught).toEqual([])
    expect(seen).toEqual([expect.objectContaining({ message: 'cannot' })])
  })

  it('crashes and nobody observes it, the error is uncaught, as it is without a request', async () => {
    await using server = await rawServer({ onRequest: () => answer('x') })
    await using client = createClient()
    const fragile = createActor(
      fromTransition((): null => {
        throw new Error('cannot')
      }, null),
    ).start()
    const uncaught = await uncaughtBy(async () => {
      client.request(server.origin, { async: true, streamTo: fragile })
      await new Promise<void>(resolve => client.on('request.settled', () => resolve()))
    })
    expect(uncaught).toEqual([expect.objectContaining({ message: 'cannot' })])
  })

  it('is a child and crashes, the error goes to its parent alone', async () => {
    await using server = await rawServer({ onRequest: () => answerHead(200, { 'content-length': '1' }) })
    await using client = createClient()
    const child = fromTransition((): null => {
      throw new Error('cannot')
    }, null)
    const parent = setup({ actors: { child } }).createMachine({
      initial: 'on',
      states: { on: { invoke: { id: 'child', src: 'child', onError: 'told' } }, told: {} },
    })
    const actor = createActor(parent).start()
    const uncaught = await uncaughtBy(async () => {
      const ref = client.request(server.origin, { async: true, streamTo: actor.getSnapshot().children['child']! })
      await reaches(actor, (it: { value: string }) => it.value === 'told')
      expect(await rejectionOf(client.recvHead(ref))).toMatchObject({ name: 'AbortError' })
    })
    expect(uncaught).toEqual([])
    actor.stop()
  })

  it('has handed its request over, it is the new owner that counts', async () => {
    await using server = await rawServer({ onRequest: () => `${answerHead(200, { 'content-length': '6' })}one` })
    await using client = createClient()
    const [first, second] = [createActor(idler).start(), createActor(downloader).start()]
    const ref = client.request(server.origin, { async: true, streamTo: first })
    await reaches(first, (it: { context: number }) => it.context === 3)
    client.setOwner(ref, second)
    first.stop()
    expect(client.explain(ref).phase).toBe('receiving')
    second.stop()
    expect(await rejectionOf(client.recvHead(ref))).toMatchObject({ name: 'AbortError' })
  })

  it('gets a request that it cannot own any more, the request is cancelled', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const [first, second] = [createActor(idler).start(), createActor(idler).start()]
    const ref = client.request(server.origin, { async: true, streamTo: first })
    second.stop()
    client.setOwner(ref, second)
    expect(await rejectionOf(client.recvHead(ref))).toMatchObject({ name: 'AbortError' })
    first.stop()
  })
})

describe('when a request of an actor is over', () => {
  it('nothing of it is left at the actor', async () => {
    await using server = await rawServer({ onRequest: () => answer('x') })
    await using client = createClient()
    const actor = createActor(idler).start()
    let counted = 0
    const watched = Object.create(actor, {
      subscribe: {
        value: (observer: never) => {
          counted++
          const { unsubscribe } = actor.subscribe(observer)
          return {
            unsubscribe: () => {
              counted--
              unsubscribe()
            },
          }
        },
      },
      send: { value: (message: ResponseMessage) => actor.send(message) },
      getSnapshot: { value: () => actor.getSnapshot() },
    }) as typeof actor
    const refs = Array.from({ length: 3 }, () => client.request(server.origin, { async: true, streamTo: watched }))
    expect(counted).toBe(1)
    await reaches(actor, (it: { context: number }) => it.context === 12)
    for (const ref of refs) expect(client.explain(ref).phase).toBe('done')
    expect(counted).toBe(0)
    actor.stop()
  })
})
