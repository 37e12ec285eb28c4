import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type Bill, createClient, type RequestRef, TimeoutError, type Timeouts } from '../../src/index.ts'
import { answer, answerHead, chunk } from '../support/answer.ts'
import { localCertificate } from '../support/certificates.ts'
import { leakCheck } from '../support/leak-check.ts'
import { type RawServer, rawServer } from '../support/raw-server.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

const limitMs = 60
/** What the promise of 20 ms becomes where two noisy cores run everything. */
const lateMs = 250
/** The bill is rounded to whole microseconds. */
const roundingMs = 0.01

const never = (): Promise<never> => new Promise(() => {})

interface Outcome {
  readonly error: TimeoutError
  readonly bill: Bill
}

interface Stall {
  /** What makes a request stall, given these timeouts. */
  readonly run: (server: RawServer, timeouts: Partial<Timeouts>) => Promise<Outcome>
  readonly option: keyof Timeouts
  readonly code: string
  readonly phase: string
  /** The part of the bill that the option bounds. */
  readonly part: keyof Bill
  readonly message: RegExp
}

/** Silent, but begins an answer to `/begin`, and never reads what goes to `/deaf`. */
function stallingServer() {
  return rawServer({
    onHead({ target, connection }) {
      if (target === '/begin') return `${answerHead(200, { 'Transfer-Encoding': 'chunked' })}${chunk('part')}`
      if (target === '/deaf') connection.socket.pause()
      return undefined
    },
  })
}

async function outcomeOf(client: ReturnType<typeof createClient>, ref: RequestRef): Promise<Outcome> {
  const error = await rejectionOf<TimeoutError>(client.recvHead(ref).then(() => client.body(ref)))
  const { bill } = client.explain(ref)
  await client.close({ withinMs: 0 })
  return { error, bill }
}

const stalls: Readonly<Record<string, Stall>> = {
  'waits for a busy connection': {
    async run(server, timeouts) {
      const client = createClient({ pool: { maxConnections: 1 } })
      await client.recvHead(client.request(server.url('/begin')))
      return outcomeOf(client, client.request(server.url('/'), { timeouts }))
    },
    option: 'queueMs',
    code: 'ERR_HANSOM_TIMEOUT_QUEUE',
    phase: 'queue',
    part: 'queue',
    message:
      /^no connection to http:\S+ within 60 ms \(timeouts\.queueMs\); 0 ahead, policy queue, 1 of 1 connections busy$/,
  },
  'waits for a dial': {
    run(server, timeouts) {
      const client = createClient({ connect: never })
      return outcomeOf(client, client.request(server.url(), { timeouts }))
    },
    option: 'connectMs',
    code: 'ERR_HANSOM_TIMEOUT_CONNECT',
    phase: 'connect',
    part: 'queue',
    message: /^no connection to http:\S+ was made within 60 ms \(timeouts\.connectMs\); /,
  },
  'sends to a server that does not read': {
    run(server, timeouts) {
      const client = createClient()
      const body = Buffer.alloc(32_000_000)
      return outcomeOf(client, client.request(server.url('/deaf'), { body, timeouts }))
    },
    option: 'sendIdleMs',
    code: 'ERR_HANSOM_TIMEOUT_SEND',
    phase: 'send',
    part: 'send',
    message: /^http:\S+ accepted no byte of the request within 60 ms \(timeouts\.sendIdleMs\)$/,
  },
  'gets no head': {
    run(server, timeouts) {
      const client = createClient()
      return outcomeOf(client, client.request(server.url(), { timeouts }))
    },
    option: 'headMs',
    code: 'ERR_HANSOM_TIMEOUT_HEAD',
    phase: 'head',
    part: 'firstByte',
    message: /^http:\S+ sent no response head within 60 ms \(timeouts\.headMs\)$/,
  },
  'gets a part of the body': {
    run(server, timeouts) {
      const client = createClient()
      return outcomeOf(client, client.request(server.url('/begin'), { timeouts }))
    },
    option: 'bodyIdleMs',
    code: 'ERR_HANSOM_TIMEOUT_BODY',
    phase: 'body',
    part: 'body',
    message: /^http:\S+ sent no byte of the response body within 60 ms \(timeouts\.bodyIdleMs\)$/,
  },
}

function expectExact(bill: Bill): void {
  expect(bill.queue + bill.send + bill.firstByte + bill.body).toBe(bill.total)
  for (const part of Object.values(bill)) expect(part).toBeGreaterThanOrEqual(0)
}

describe.each(Object.entries(stalls))('a request that %s', (_, { run, option, code, phase, part, message }) => {
  it(`ends by ${option}, never early and hardly late`, async () => {
    await using server = await stallingServer()
    const { error, bill } = await run(server, { [option]: limitMs })
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ code, phase, timeoutMs: limitMs, method: expect.any(String), origin: server.origin })
    expect(error.message).toMatch(message)
    expect(error.bill).toEqual(bill)
    expectExact(bill)
    expect(bill[part]).toBeGreaterThanOrEqual(limitMs - roundingMs)
    // What goes before: a loopback connection, and what the kernel buffers of a body.
    expect(bill.total).toBeLessThan(limitMs + 2 * lateMs)
    expect(error.retryable).toBe(part === 'queue')
  })

  it('ends by totalMs, in whatever phase it is', async () => {
    await using server = await stallingServer()
    const { error, bill } = await run(server, { totalMs: limitMs })
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TIMEOUT_TOTAL', phase, timeoutMs: limitMs })
    expect(error.message).toMatch(/^no whole answer from http:\S+ within 60 ms \(timeouts\.totalMs\)$/)
    expectExact(bill)
    expect(bill.total).toBeGreaterThanOrEqual(limitMs - roundingMs)
    expect(bill.total).toBeLessThan(limitMs + lateMs)
  })

  it('waits on while no timeout of its phase has passed', async () => {
    await using server = await stallingServer()
    const others = Object.fromEntries(
      (['queueMs', 'connectMs', 'sendIdleMs', 'headMs', 'bodyIdleMs'] as const)
        .filter(name => name !== option && !(option === 'connectMs' && name === 'queueMs'))
        .map(name => [name, limitMs]),
    )
    const { error } = await run(server, { ...others, [option]: 4 * limitMs })
    expect(error).toMatchObject({ code, timeoutMs: 4 * limitMs })
  })
})

describe('a timeout', () => {
  it.each([
    ['the client', undefined, undefined, 40],
    ['the host', 80, undefined, 80],
    ['the request', 80, 120, 120],
  ])('is that of %s', async (_, hostMs, requestMs, expectedMs) => {
    await using server = await stallingServer()
    await using client = createClient({
      timeouts: { headMs: 40 },
      hosts: { [`${server.origin}/`]: { timeouts: { headMs: hostMs } }, 'http://else:1': { timeouts: { headMs: 1 } } },
    })
    const error = await rejectionOf(client.get(server.url(), { timeouts: { headMs: requestMs } }))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_TIMEOUT_HEAD', timeoutMs: expectedMs })
  })

  it('does not fire if what it waits for is in the socket when the loop was blocked', async () => {
    await using server = await rawServer({
      onRequest({ connection }) {
        connection.write(answerHead(200, { 'Content-Length': '4' }))
        block(150)
        setTimeout(() => {
          connection.write('done')
          block(150)
        }, 1)
      },
    })
    await using client = createClient({ timeouts: { headMs: 50, bodyIdleMs: 50 } })
    expect((await client.get(server.url())).text()).toBe('done')
  })

  it('of the body does not run while nobody reads it', async () => {
    const body = Buffer.alloc(4_000_000, 'x')
    await using server = await rawServer({ onRequest: () => answer(body) })
    await using client = createClient({ timeouts: { bodyIdleMs: limitMs } })
    const ref = client.request(server.url())
    await client.recvHead(ref)
    await delay(4 * limitMs)
    expect(client.explain(ref)).toMatchObject({ phase: 'receiving', waitsFor: expect.stringContaining('reader') })
    let length = 0
    for await (const bytes of ref) length += bytes.length
    expect(length).toBe(body.length)
  })

  it('of sending does not run while the user has nothing to send', async () => {
    await using server = await rawServer({ onRequest: ({ body }) => answer(body) })
    await using client = createClient({ timeouts: { sendIdleMs: limitMs } })
    const ref = client.request(server.url(), { streamBody: true })
    await client.sendBody(ref, 'slow')
    await delay(4 * limitMs)
    expect(await client.sendBody(ref, 'ly')).toBe(true)
    await delay(4 * limitMs)
    await client.finishBody(ref)
    expect(Buffer.from(await client.body(ref)).toString()).toBe('slowly')
  })

  it('of the head begins when the last byte of the request was sent', async () => {
    await using server = await rawServer({ onRequest: () => answer('ok') })
    await using client = createClient({ timeouts: { headMs: limitMs } })
    const ref = client.request(server.url(), { streamBody: true })
    await client.sendBody(ref, 'slow')
    await delay(4 * limitMs)
    await client.finishBody(ref)
    expect((await client.recvHead(ref)).status).toBe(200)
    await client.drain(ref)
  })
})

describe('the bill of an answer', () => {
  it('has what the dial took, inside queue, only where the request waited for it', async () => {
    const { key, cert, ca } = await localCertificate()
    const tls = { key, cert }
    await using server = await rawServer({ onRequest: () => answer('ok') }, { tls, hostname: 'localhost' })
    await using client = createClient({ tls: { ca }, pool: { maxConnections: 1 } })
    const [dialed, waited] = await Promise.all([client.get(server.url()), client.get(server.url())])
    const reused = await client.get(server.url())
    for (const { bill } of [dialed, waited, reused]) expectExact(bill)
    const { dns, tcp, tls: handshake, queue } = dialed.bill
    expect([dns, tcp, handshake]).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)])
    expect(dns! + tcp! + handshake!).toBeLessThanOrEqual(queue + roundingMs)
    for (const { bill } of [waited, reused]) {
      expect(Object.keys(bill)).toEqual(['queue', 'send', 'firstByte', 'body', 'total'])
    }
    expect(server.connections.total).toBe(1)
  })

  it('has no dns for an address, and no tls for http', async () => {
    await using server = await rawServer({ onRequest: () => answer('ok') })
    await using client = createClient()
    const { bill } = await client.get(server.url())
    expectExact(bill)
    expect(Object.keys(bill)).toEqual(['queue', 'send', 'firstByte', 'body', 'total', 'tcp'])
  })

  it('puts the time where it went', async () => {
    const slow = async (): Promise<string> => {
      await delay(limitMs)
      return `${answerHead(200, { 'Content-Length': '2' })}o`
    }
    await using server = await rawServer({ onRequest: slow })
    await using client = createClient({ pool: { maxConnections: 1 } })
    const [first, second] = [client.request(server.url()), client.request(server.url())]
    for (const ref of [first, second]) {
      await client.recvHead(ref)
      const pausedMs = performance.now()
      await delay(limitMs)
      await server.sockets[0]!.write('k')
      await client.drain(ref)
      expect(client.explain(ref).bill.body).toBeGreaterThanOrEqual(limitMs - 2)
      expect(performance.now() - pausedMs).toBeGreaterThanOrEqual(limitMs - 2)
      // One timer of Node's may end up to 1 ms before performance.now() says so.
      expect(client.explain(ref).bill.firstByte).toBeGreaterThanOrEqual(limitMs - 2)
    }
    expect(client.explain(second).bill.queue).toBeGreaterThanOrEqual(2 * limitMs - 4)
    expectExact(client.explain(second).bill)
  })
})

function block(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs) {}
}
