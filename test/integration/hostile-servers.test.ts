import { describe, expect, it } from 'vitest'
import {
  type ClientEventMap,
  type ClientOptions,
  createClient,
  HansomError,
  type RequestInit,
} from '../../src/index.ts'
import { answerHead } from '../support/answer.ts'
import { drip, type Hostility, hostileServer } from '../support/hostility.ts'
import { httpServer } from '../support/http-server.ts'
import { leakCheck } from '../support/leak-check.ts'
import type { RawConnection } from '../support/raw-connection.ts'
import { rejectionOf } from '../support/rejection.ts'

leakCheck()

interface Fault {
  readonly when: string
  readonly hostility: Hostility
  /** Done once the client has the head. */
  readonly next?: Hostility
  readonly fails: Readonly<Record<string, unknown>>
  readonly init?: RequestInit
  readonly options?: ClientOptions
}

const zero = { connections: 0, dialing: 0, inFlight: 0, waiting: 0, idle: 0 }
const chunkedHead = answerHead(200, { 'Transfer-Encoding': 'chunked' })
const tenBytesHead = answerHead(200, { 'Content-Length': '10' })
const halfBody = `${tenBytesHead}12345`
const halfChunk = `${chunkedHead}a\r\n12345`

const says = (bytes: string | Uint8Array) => (connection: RawConnection) => void connection.write(bytes)
const ends = (bytes: string | Uint8Array) => (connection: RawConnection) => connection.end(bytes)
const resets = (connection: RawConnection) => void connection.reset()
const silent = () => {}

const inHead = { phase: 'head' }
const closed = { code: 'ERR_HANSOM_CONNECTION_CLOSED', ...inHead, retryable: false }
const reset = { code: 'ERR_HANSOM_CONNECTION_RESET', ...inHead, retryable: false }
const resetInBody = { code: 'ERR_HANSOM_CONNECTION_RESET', phase: 'body', retryable: false }
const truncated = { code: 'ERR_HANSOM_BODY_TRUNCATED', phase: 'body', retryable: false }
const tooLarge = { code: 'ERR_HANSOM_HEADERS_TOO_LARGE', rfc: 'RFC 9110 §5.4' }

/** A protocol error in the head, at this byte of the response. */
function wrongHead(offset: number, rfc: string): Fault['fails'] {
  return { code: 'ERR_HANSOM_PROTOCOL', ...inHead, offset, rfc, retryable: false }
}

/** A protocol error in a chunked body, at this byte of it. */
function wrongChunk(offset: number): Fault['fails'] {
  const place = { offset: chunkedHead.length + offset, rfc: 'RFC 9112 §7.1' }
  return { code: 'ERR_HANSOM_PROTOCOL', phase: 'body', ...place, retryable: false }
}

const silences: Fault[] = [
  { when: 'closes without a word', hostility: ends(''), fails: closed },
  { when: 'resets without a word', hostility: resets, fails: reset },
  { when: 'closes inside the status line', hostility: ends('HTTP/1.1 20'), fails: closed },
  { when: 'closes inside the header section', hostility: ends('HTTP/1.1 200 OK\r\na: b\r\n'), fails: closed },
  { when: 'closes behind a 100', hostility: ends(answerHead(100)), fails: closed },
  { when: 'closes inside a body with a length', hostility: ends(halfBody), fails: truncated },
  { when: 'closes before the first byte of a body', hostility: ends(tenBytesHead), fails: truncated },
  { when: 'closes inside a chunk', hostility: ends(halfChunk), fails: truncated },
  { when: 'closes before the last chunk', hostility: ends(`${chunkedHead}2\r\nab\r\n`), fails: truncated },
  { when: 'closes inside the last chunk', hostility: ends(`${chunkedHead}0\r\n`), fails: truncated },
  { when: 'closes inside the trailers', hostility: ends(`${chunkedHead}0\r\na: b\r\n`), fails: truncated },
  { when: 'resets inside a body with a length', hostility: says(halfBody), next: resets, fails: resetInBody },
  { when: 'resets inside a chunk', hostility: says(halfChunk), next: resets, fails: resetInBody },
  {
    when: 'resets inside a body that lasts until it closes',
    hostility: says(`${answerHead(200)}12345`),
    next: resets,
    fails: resetInBody,
  },
]

const frames = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
const lengths = answerHead(200, { 'Content-Length': '1', 'content-length': '2' })

const nonsense: Fault[] = [
  { when: 'speaks another protocol', hostility: says('SSH-2.0-x\r\n'), fails: wrongHead(0, 'RFC 9112 §4') },
  { when: 'speaks HTTP/2', hostility: says(frames), fails: wrongHead(0, 'RFC 9112 §4') },
  { when: 'speaks HTTP/0.9', hostility: says('<html>'), fails: wrongHead(0, 'RFC 9112 §4') },
  { when: 'claims HTTP/2', hostility: says('HTTP/2.0 200 OK\r\n\r\n'), fails: wrongHead(5, 'RFC 9112 §4') },
  { when: 'ends a line by LF only', hostility: says('HTTP/1.1 200 OK\n'), fails: wrongHead(15, 'RFC 9112 §4') },
  {
    when: 'folds its first header',
    hostility: says('HTTP/1.1 200 OK\r\n a: b'),
    fails: wrongHead(17, 'RFC 9112 §2.2'),
  },
  { when: 'gives two lengths', hostility: says(lengths), fails: wrongHead(52, 'RFC 9112 §6.3') },
  {
    when: 'gives a length that is none',
    hostility: says(answerHead(200, { 'Content-Length': '+1' })),
    fails: wrongHead(33, 'RFC 9110 §8.6'),
  },
  {
    when: 'upgrades unasked',
    hostility: says(answerHead(101, { Upgrade: 'x', Connection: 'upgrade' })),
    fails: { ...wrongHead(0, 'RFC 9110 §15.2.2'), offset: expect.any(Number) },
  },
  {
    when: 'sends informational responses without end',
    hostility: connection => {
      for (let sent = 0; sent < 40; sent++) void connection.write(answerHead(103, { link: '</a>' }))
    },
    fails: { ...wrongHead(0, 'RFC 9110 §15.2'), offset: 33 * answerHead(103, { link: '</a>' }).length },
  },
  ...['+5', '', 'g', ' 5', '-1', '0x5', '10000000000000000'].map(size => ({
    when: `sends the chunk size ${JSON.stringify(size)}`,
    hostility: says(`${chunkedHead}${size}\r\n`),
    fails: { ...wrongChunk(0), offset: expect.any(Number) },
  })),
  { when: 'ends a chunk size by LF only', hostility: says(`${chunkedHead}5\nabcde`), fails: wrongChunk(1) },
  { when: 'sends more than a chunk size says', hostility: says(`${chunkedHead}1\r\nab\r\n`), fails: wrongChunk(4) },
]

const excesses: Fault[] = [
  {
    when: 'sends a head that is too large',
    hostility: says(answerHead(200, { a: 'b'.repeat(70_000) })),
    fails: { ...tooLarge, ...inHead, offset: 65_536 },
  },
  { when: 'sends a header line without end', hostility: connection => endless(connection), fails: tooLarge },
  {
    when: 'sends too many headers',
    hostility: says(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(1_001)}\r\n`),
    fails: { ...tooLarge, ...inHead },
  },
  {
    when: 'sends trailers that are too large',
    hostility: says(`${chunkedHead}0\r\na: ${'b'.repeat(70_000)}\r\n\r\n`),
    fails: { ...tooLarge, phase: 'body' },
  },
  {
    when: 'sends a chunk extension that is too large',
    hostility: says(`${chunkedHead}1;${'b'.repeat(5_000)}\r\n`),
    fails: { phase: 'body', rfc: 'RFC 9112 §7.1.1' },
  },
]

const delays: Fault[] = [
  {
    when: 'never answers',
    hostility: silent,
    init: { timeouts: { headMs: 100 } },
    fails: { code: 'ERR_HANSOM_TIMEOUT_HEAD', ...inHead, timeoutMs: 100 },
  },
  {
    when: 'lets a head drip',
    hostility: connection => {
      void connection.write('HTTP/1.1 200 OK\r\na: ')
      drip(connection, 'b')
    },
    init: { timeouts: { headMs: 150 } },
    fails: { code: 'ERR_HANSOM_TIMEOUT_HEAD', ...inHead, timeoutMs: 150 },
  },
  {
    when: 'stops inside a body',
    hostility: says(halfBody),
    init: { timeouts: { bodyIdleMs: 100 } },
    fails: { code: 'ERR_HANSOM_TIMEOUT_BODY', phase: 'body', timeoutMs: 100 },
  },
  {
    when: 'lets a body drip',
    hostility: connection => {
      void connection.write(chunkedHead)
      drip(connection, '1\r\na\r\n')
    },
    init: { timeouts: { totalMs: 200 } },
    fails: { code: 'ERR_HANSOM_TIMEOUT_TOTAL', phase: 'body', timeoutMs: 200 },
  },
  {
    when: 'does not read',
    hostility: ({ socket }) => void socket.pause(),
    init: { method: 'POST', body: new Uint8Array(16_777_216), timeouts: { sendIdleMs: 200 } },
    fails: { code: 'ERR_HANSOM_TIMEOUT_SEND', phase: 'send', timeoutMs: 200 },
  },
  {
    when: 'does not read, and resets',
    hostility: connection => {
      connection.socket.pause()
      resets(connection)
    },
    init: { method: 'POST', body: new Uint8Array(16_777_216) },
    fails: { ...reset, phase: 'send' },
  },
]

async function endless(connection: RawConnection): Promise<void> {
  await connection.write('HTTP/1.1 200 OK\r\na: ')
  while (!connection.socket.destroyed) await connection.write('b'.repeat(16_384))
}

describe.each([
  ['ends too early', silences],
  ['talks nonsense', nonsense],
  ['says too much', excesses],
  ['is too slow', delays],
] as const)('a server that %s', (_what, faults) => {
  it.each(faults.map(fault => [fault.when, fault] as const))(
    'fails its own request only, when it %s',
    async (_, fault) => {
      await using hostile = await hostileServer(fault.hostility)
      await using other = await httpServer((_request, response) => void response.end('fine'))
      await using client = createClient(fault.options)
      const settled: ClientEventMap['request.settled'][] = []
      const crashes: unknown[] = []
      client.on('request.settled', event => settled.push(event)).on('crash', crash => crashes.push(crash))
      const held = client.get(hostile.server.url('/hold'))
      await hostile.server.nextRequest()

      const ref = client.request(hostile.server.url('/bad'), fault.init)
      const elsewhere = client.get(other.url())
      const connection = await hostile.struck
      if (fault.next !== undefined) {
        await client.recvHead(ref)
        fault.next(connection)
      }
      const error = await rejectionOf(client.body(ref))
      expect(error).toBeInstanceOf(HansomError)
      expect(error).toMatchObject({ ...fault.fails, ref: ref.id, method: ref.method, origin: hostile.server.origin })
      expect(await rejectionOf(client.recvBody(ref))).toBe(error)
      // One that does not read would not see that the client is gone.
      connection.socket.resume()
      await connection.closed

      expect((await client.get(hostile.server.url('/good'))).text()).toBe('fine')
      expect((await elsewhere).text()).toBe('fine')
      hostile.release()
      expect((await held).text()).toBe('held')
      await client.close()
      expect(settled.filter(({ outcome }) => outcome === 'failed')).toMatchObject([{ ref: ref.id, error }])
      expect(crashes).toEqual([])
      expect(client.stats()).toMatchObject({ live: 0, connections: 0, hosts: [zero, zero] })
    },
  )
})
