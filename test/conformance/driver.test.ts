import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Http1Driver } from '../../src/connection/http1-driver.ts'
import type { Lease } from '../../src/connection/lease.ts'
import { ConnectionError, HansomError } from '../../src/errors.ts'
import { defaultWireLimits } from '../../src/wire/message.ts'
import { answer, answerHead } from '../support/answer.ts'
import { DriverBench, type DriverFactory, type FakeRequest } from '../support/driver-bench.ts'
import { thrownBy } from '../support/rejection.ts'

const clock = { now: () => 0 }
const drivers: [name: string, make: DriverFactory][] = [
  ['http1', (socket, owner) => new Http1Driver(socket, defaultWireLimits, clock, owner)],
]

const whole = answer('hello').toString()
const half = whole.slice(0, -2)
const untilClose = `${answerHead(200)}hello`
const broken = () => new ConnectionError('ERR_HANSOM_CONNECTION_RESET', 'reset', { bytesWritten: 0, bytesRead: 0 })
const upload = { method: 'POST', streams: true, chunked: true }

describe.each(drivers)('the %s driver', (_name, make) => {
  it('writes a request and says once that it was sent', () => {
    const bench = new DriverBench(make)
    expect(bench.driver.capacity).toEqual({ free: 1, accepts: 'any' })
    const { request } = bench.start()
    expect(bench.socket.written).toBe('GET / HTTP/1.1\r\n\r\n')
    expect(bench.driver.capacity.free).toBe(0)
    bench.flush()
    bench.flush()
    expect(request.told).toEqual(['request.sent'])
  })

  it.each([1, 100_000])('writes a body of %i bytes behind the head', length => {
    const bench = new DriverBench(make)
    const { request } = bench.start({ method: 'POST', body: Buffer.alloc(length, 'a') })
    expect(bench.socket.written).toBe(`POST / HTTP/1.1\r\n\r\n${'a'.repeat(length)}`)
    expect(request.told).toEqual(['request.sent'])
  })

  it('says that a request was sent only when the socket has taken it', () => {
    const bench = new DriverBench(make)
    bench.socket.stuck = true
    const { request } = bench.start()
    expect(request.told).toEqual([])
    bench.flush()
    expect(request.told).toEqual(['request.sent'])
  })

  it('streams a chunked body: write.ready, pieces, trailers, request.sent', () => {
    const bench = new DriverBench(make)
    const { lease, request } = bench.start(upload)
    expect(request.told).toEqual(['write.ready'])
    expect(bench.driver.write(lease, Buffer.from('ab'))).toBe(true)
    expect(bench.driver.write(lease, Buffer.alloc(0))).toBe(true)
    bench.socket.stuck = true
    expect(bench.driver.write(lease, Buffer.from('c'))).toBe(false)
    bench.flush()
    expect(request.told).toEqual(['write.ready', 'write.ready'])
    bench.driver.finish(lease, 'a: b\r\n')
    expect(request.count('request.sent')).toBe(0)
    bench.flush()
    bench.driver.finish(lease, '')
    bench.driver.write(lease, Buffer.from('late'))
    bench.flush()
    expect(bench.socket.written).toBe('POST / HTTP/1.1\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\na: b\r\n\r\n')
    expect(request.told).toEqual(['write.ready', 'write.ready', 'request.sent'])
  })

  it('streams a body with a length as it is', () => {
    const bench = new DriverBench(make)
    const { lease, request } = bench.start({ ...upload, chunked: false })
    bench.driver.write(lease, Buffer.from('abc'))
    bench.driver.finish(lease, '')
    expect(bench.socket.written).toBe('POST / HTTP/1.1\r\n\r\nabc')
    expect(request.told).toEqual(['write.ready', 'request.sent'])
  })

  it('tells of an answer in order, and ends the exchange once, behind it', () => {
    const bench = new DriverBench(make)
    const { lease, request } = bench.start()
    for (const byte of answerHead(103) + whole) expect(bench.read(byte)).toBe(true)
    expect(request.told).toEqual(['request.sent', 'informed', 'head.received', 'body.ended'])
    expect(request.body).toBe('hello')
    expect(lease.status).toBe(200)
    expect(bench.endings).toEqual([{ lease, ok: true, reusable: true }])
    expect(bench.driver.capacity.free).toBe(1)
  })

  it('hands over what comes behind the head of an upgrade, wherever the bytes are cut', () => {
    const switched = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n'
    for (let cut = 1; cut <= switched.length; cut++) {
      const bench = new DriverBench(make)
      const { request } = bench.start({ upgrade: true })
      bench.read(switched.slice(0, cut))
      if (cut < switched.length) bench.read(`${switched.slice(cut)}early`)
      expect(bench.early).toBe(cut < switched.length ? 'early' : '')
      expect(request.told).toEqual(['request.sent', 'head.received'])
      expect(bench.endings).toEqual([])
    }
  })

  it('serves one exchange after another', () => {
    const bench = new DriverBench(make)
    for (let count = 1; count <= 3; count++) {
      const { request } = bench.start()
      bench.read(whole)
      expect(request.body).toBe('hello')
      expect(bench.endings).toHaveLength(count)
    }
  })

  it.each([
    ['bytes behind it', `${whole}!`],
    ['Connection: close', answer('', { headers: { Connection: 'close' } }).toString()],
  ])('is not reusable after an answer with %s', (_what, bytes) => {
    const bench = new DriverBench(make)
    const { lease } = bench.start()
    bench.read(bytes)
    expect(bench.endings).toEqual([{ lease, ok: true, reusable: false }])
  })

  it('stops reading when the request takes no more, and resumes when it pulls', () => {
    const bench = new DriverBench(make)
    const { lease, request } = bench.start()
    request.wantsMore = false
    expect(bench.read(half)).toBe(false)
    expect(bench.socket.resumed).toBe(0)
    bench.driver.pull(lease)
    bench.driver.pull(lease)
    expect(bench.socket.resumed).toBe(1)
    // The last bytes may fill the reader as well: then nobody pulls, and the socket must be read all the same.
    expect(bench.read('lo')).toBe(true)
    expect(bench.endings).toEqual([{ lease, ok: true, reusable: true }])
  })

  it('takes an answer before the request is finished for the end of the exchange, and of the connection', () => {
    const bench = new DriverBench(make)
    const { lease, request } = bench.start(upload)
    bench.read(whole)
    expect(bench.endings).toEqual([{ lease, ok: true, reusable: false }])
    const before = bench.socket.written
    bench.driver.write(lease, Buffer.from('more'))
    bench.driver.finish(lease, '')
    expect(bench.socket.written).toBe(before)
    expect(request.told).toEqual(['write.ready', 'head.received', 'body.ended'])
  })

  it('lingers after an answer until the socket has taken the request', () => {
    const bench = new DriverBench(make)
    bench.socket.stuck = true
    const { lease, request } = bench.start()
    expect(bench.read(whole)).toBe(true)
    expect({ endings: bench.endings, lingers: bench.lingers }).toEqual({ endings: [], lingers: 1 })
    expect(bench.driver.capacity.free).toBe(0)
    bench.flush()
    expect(bench.endings).toEqual([{ lease, ok: true, reusable: true }])
    expect(request.told).toEqual(['head.received', 'body.ended'])
  })

  it.each<[string, (bench: DriverBench) => void]>([
    ['bytes come', bench => bench.read('!')],
    ['the peer ends', bench => bench.driver.ended()],
  ])('is not reusable if %s while it lingers', (_what, happen) => {
    const bench = new DriverBench(make)
    bench.socket.stuck = true
    const { lease } = bench.start()
    bench.read(whole)
    happen(bench)
    bench.flush()
    expect(bench.endings).toEqual([{ lease, ok: true, reusable: false }])
  })

  it('that fails while it lingers does not fail the request, which has its answer', () => {
    const bench = new DriverBench(make)
    bench.socket.stuck = true
    const { lease, request } = bench.start()
    bench.read(whole)
    bench.driver.fail(broken())
    expect(bench.endings).toEqual([{ lease, ok: true, reusable: false }])
    expect(request.count('exchange.failed')).toBe(0)
  })

  it('takes bytes that answer no request for an error of the peer', () => {
    const bench = new DriverBench(make)
    expect(thrownBy(() => bench.read('!'))).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL', rfc: expect.any(String) })
    const other = new DriverBench(make)
    other.start()
    other.read(whole)
    expect(thrownBy(() => other.read(whole))).toMatchObject({ code: 'ERR_HANSOM_PROTOCOL' })
    expect(other.endings).toHaveLength(1)
  })

  it('tells how long the server keeps an idle connection, less a margin', () => {
    const bench = new DriverBench(make)
    expect(bench.driver.keepAliveMs).toBeUndefined()
    bench.start()
    bench.read(answer('', { headers: { 'Keep-Alive': 'timeout=5' } }).toString())
    expect(bench.driver.keepAliveMs).toBe(4_000)
    bench.start()
    bench.read(whole)
    expect(bench.driver.keepAliveMs).toBeUndefined()
  })

  /** What each call does to an exchange that has come so far. */
  const states: [name: string, reach: (bench: DriverBench) => { lease: Lease; request: FakeRequest }][] = [
    ['that was not sent', bench => stuck(bench)],
    ['that was sent', bench => bench.start()],
    ['whose body is being sent', bench => bench.start(upload)],
    ['whose head came in part', bench => answeredBy(bench, 'HTTP/1.1 2')],
    ['whose body came in part', bench => answeredBy(bench, half)],
    ['whose body is paused', bench => paused(bench)],
  ]

  it.each(states)('cancels an exchange %s: it ends once, and nobody is told', (_state, reach) => {
    const bench = new DriverBench(make)
    const { lease, request } = reach(bench)
    const before = [...request.told]
    bench.driver.cancel(lease)
    bench.driver.cancel(lease)
    bench.driver.fail(broken())
    expect(bench.endings).toEqual([{ lease, ok: false, reusable: false }])
    expect(request.told).toEqual(before)
  })

  it.each(states)('fails an exchange %s: it ends once, and its request is told once', (_state, reach) => {
    const bench = new DriverBench(make)
    const { lease, request } = reach(bench)
    const before = [...request.told]
    bench.driver.fail(broken())
    bench.driver.fail(broken())
    bench.driver.cancel(lease)
    expect(bench.endings).toEqual([{ lease, ok: false, reusable: false }])
    expect(request.told).toEqual([...before, 'exchange.failed'])
    const { error } = request.reports.at(-1) as unknown as { error: ConnectionError }
    expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECTION_RESET', retryable: false })
    expect(error.bytesWritten).toBe(bench.socket.written.length)
  })

  it.each(states)('throws a typed error if the peer ends an exchange %s', (state, reach) => {
    const bench = new DriverBench(make)
    const { request } = reach(bench)
    const code = state.includes('body came') || state.includes('paused') ? 'BODY_TRUNCATED' : 'CONNECTION_CLOSED'
    expect(thrownBy(() => bench.driver.ended())).toMatchObject({ code: `ERR_HANSOM_${code}` })
    expect(request.count('body.ended')).toBe(0)
  })

  it('completes a body that lasts until the peer ends, and is not reusable', () => {
    const bench = new DriverBench(make)
    const { lease, request } = answeredBy(bench, untilClose)
    bench.driver.ended()
    expect(request.body).toBe('hello')
    expect(request.told.at(-1)).toBe('body.ended')
    expect(bench.endings).toEqual([{ lease, ok: true, reusable: false }])
  })

  it('ignores the peer’s end, a failure and a flush while there is no exchange', () => {
    const bench = new DriverBench(make)
    bench.driver.ended()
    bench.driver.fail(broken())
    bench.flush()
    expect(bench.endings).toEqual([])
  })

  it.each(states)('ignores every call on a stale lease, before and in an exchange %s', (_state, reach) => {
    const bench = new DriverBench(make)
    const old = bench.start(upload)
    bench.driver.finish(old.lease, '')
    bench.read(whole)
    const stale = (): void => {
      const before = { written: bench.socket.written, resumed: bench.socket.resumed }
      expect(bench.driver.write(old.lease, Buffer.from('stale'))).toBe(true)
      bench.driver.finish(old.lease, 'a: stale\r\n')
      bench.driver.pull(old.lease)
      bench.driver.cancel(old.lease)
      expect({ written: bench.socket.written, resumed: bench.socket.resumed }).toEqual(before)
      expect(bench.endings).toHaveLength(1)
    }
    stale()
    const { lease } = reach(bench)
    stale()
    bench.driver.cancel(lease)
    expect(bench.endings).toHaveLength(2)
    expect(old.request.told).toEqual(['write.ready', 'request.sent', 'head.received', 'body.ended'])
  })

  it('ends every exchange exactly once, whatever happens in whatever order', () => {
    const step = fc.oneof(
      fc.constantFrom('flush', 'write', 'finish', 'pull', 'cancel', 'fail', 'ended', 'stick', 'full', 'hungry'),
      fc.nat(whole.length + 1).map(count => ({ read: count })),
    )
    fc.assert(
      fc.property(fc.boolean(), fc.array(step, { maxLength: 30 }), (streams, steps) => {
        const bench = new DriverBench(make)
        const { lease, request } = bench.start(streams ? upload : {})
        let left = `${whole}!`
        let cancelled = false
        let over = false
        for (const each of [...steps, 'cancel'] as const) {
          if (over) break
          cancelled ||= each === 'cancel' && bench.endings.length === 0
          const error = play(bench, lease, request, typeof each === 'string' ? each : left.slice(0, each.read))
          if (typeof each !== 'string') left = left.slice(each.read)
          // What a connection does with a throw: fail what runs, and close.
          if (error !== null) bench.driver.fail(error)
          over = error !== null || bench.endings.some(({ reusable }) => !reusable)
        }
        expect(bench.endings.map(ending => ending.lease)).toEqual([lease])
        expect(request.count('request.sent')).toBeLessThanOrEqual(1)
        const outcomes = request.count('body.ended') + request.count('exchange.failed')
        expect(outcomes).toBe(cancelled && request.count('body.ended') === 0 ? 0 : 1)
        if (bench.endings[0]!.reusable) expect(request.body).toBe('hello')
      }),
      { numRuns: 1_000 },
    )
  })
})

function stuck(bench: DriverBench): ReturnType<DriverBench['start']> {
  bench.socket.stuck = true
  return bench.start()
}

function answeredBy(bench: DriverBench, bytes: string): ReturnType<DriverBench['start']> {
  const exchange = bench.start()
  bench.read(bytes)
  return exchange
}

function paused(bench: DriverBench): ReturnType<DriverBench['start']> {
  const exchange = bench.start()
  exchange.request.wantsMore = false
  bench.read(half)
  return exchange
}

/** Does one step; what is no word is bytes to read. Gives the error of the peer that the driver found. */
function play(bench: DriverBench, lease: Lease, request: FakeRequest, step: string): HansomError | null {
  try {
    if (step === 'flush') bench.flush()
    else if (step === 'write') bench.driver.write(lease, Buffer.from('a'))
    else if (step === 'finish') bench.driver.finish(lease, '')
    else if (step === 'pull') bench.driver.pull(lease)
    else if (step === 'cancel') bench.driver.cancel(lease)
    else if (step === 'fail') bench.driver.fail(broken())
    else if (step === 'ended') bench.driver.ended()
    else if (step === 'stick') bench.socket.stuck = true
    else if (step === 'full' || step === 'hungry') request.wantsMore = step === 'hungry'
    else if (step !== '') bench.read(step)
    return null
  } catch (error) {
    if (error instanceof HansomError) return error
    throw error
  }
}
