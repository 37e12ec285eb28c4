import type { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { Env, ResolvedAddress } from '../../../src/actor/env.ts'
import { TimerWheel } from '../../../src/actor/timer-wheel.ts'
import type { SocketHandler, TransportSocket } from '../../../src/actor/transport.ts'
import { Dial, type DialOptions } from '../../../src/dial/dial.ts'
import { DialLimiter } from '../../../src/dial/limiter.ts'
import type { DialReport } from '../../../src/dial/messages.ts'
import { VirtualTime } from '../../support/virtual-time.ts'

/** A socket that connects, fails and closes when the test says so. */
class FakeSocket implements TransportSocket {
  handler: SocketHandler
  readonly remoteAddress: string
  readonly alpn = null
  readonly pendingBytes = 0
  destroyed = false

  constructor(handler: SocketHandler, remoteAddress: string) {
    this.handler = handler
    this.remoteAddress = remoteAddress
  }

  fail(message: string): void {
    this.handler.onError(new Error(message))
    this.handler.onClose()
  }

  destroy(): void {
    this.destroyed = true
  }

  write(): boolean {
    return true
  }

  pause(): void {}
  resume(): void {}
  ref(): void {}
  end(): void {}
}

/** A dial in a world that the test moves. */
class World {
  readonly time = new VirtualTime()
  readonly sockets: FakeSocket[] = []
  readonly reports: DialReport[] = []
  readonly limiter = new DialLimiter(1)
  /** Answers the last question for a name. */
  answer: (error: Error | null, addresses: readonly ResolvedAddress[]) => void = () => {}
  forgotten = 0
  readonly dial: Dial

  constructor(url: 'http' | 'https', hostname: string, options: Partial<DialOptions> = {}) {
    const { time } = this
    const connect = (handler: SocketHandler, address: string): FakeSocket => {
      const socket = new FakeSocket(handler, address)
      this.sockets.push(socket)
      return socket
    }
    const env: Env = {
      clock: time,
      timers: time,
      random: { next: () => 0 },
      transport: {
        connect: (target, handler) => connect(handler, target.kind === 'tcp' ? target.address : target.path),
        secure: (socket, _target, handler) => connect(handler, socket.remoteAddress),
      },
      resolver: {
        resolve: (_hostname, done) => {
          this.answer = done
          return () => void this.forgotten++
        },
      },
    }
    this.dial = new Dial({
      env,
      wheel: new TimerWheel(time, time),
      limiter: this.limiter,
      target: { origin: `${url}://${hostname}`, secure: url === 'https', hostname, port: 80 },
      options: { tls: {}, socketPath: undefined, connect: undefined, allowAddress: undefined, ...options },
      connectMs: 1_000,
      host: { send: report => void this.reports.push(report) },
    })
  }

  get told(): string[] {
    return this.reports.map(({ type }) => type)
  }
}

const two: readonly ResolvedAddress[] = [
  { address: '10.0.0.1', family: 4 },
  { address: '10.0.0.2', family: 4 },
]

/** Each state of a dial, and how it is reached. */
const states: [name: string, reach: () => World][] = [
  [
    'waits for its turn',
    () => {
      const world = new World('http', 'name.example')
      world.limiter.enter('other', () => {})
      world.dial.start()
      return world
    },
  ],
  [
    'waits for its name',
    () => {
      const world = new World('http', 'name.example')
      world.dial.start()
      return world
    },
  ],
  [
    'connects',
    () => {
      const world = new World('http', '10.0.0.1')
      world.dial.start()
      return world
    },
  ],
  [
    'connects to its second address',
    () => {
      const world = new World('http', 'name.example')
      world.dial.start()
      world.answer(null, two)
      world.sockets[0]!.fail('refused')
      return world
    },
  ],
  [
    'makes a TLS handshake',
    () => {
      const world = new World('https', '10.0.0.1')
      world.dial.start()
      world.sockets[0]!.handler.onConnect()
      return world
    },
  ],
]

/** The socket that is open, if one is. */
function openSockets(world: World): FakeSocket[] {
  // A failed one was closed before the next began, and the one below TLS belongs to that.
  return world.sockets.slice(-1)
}

describe('a dial that', () => {
  it.each(states)('%s is cancelled: it says no more than that it is closed, when its socket is', (_state, reach) => {
    const world = reach()
    world.dial.stop()
    world.dial.stop()
    for (const socket of openSockets(world)) {
      expect(world.told).toEqual([])
      expect(socket.destroyed).toBe(true)
      socket.handler.onConnect()
      socket.handler.onError(new Error('late'))
      socket.handler.onClose()
    }
    world.answer(null, two)
    world.time.advance(5_000)
    expect(world.told).toEqual(['dial.closed'])
    expect(world.time.pendingTimers).toBe(0)
  })

  it.each(states.slice(1))('%s fails at its deadline, and is closed when its socket is', (_state, reach) => {
    const world = reach()
    world.time.advance(999)
    expect(world.told).toEqual([])
    world.time.advance(30)
    expect(world.told[0]).toBe('dial.failed')
    const error = { code: 'ERR_HANSOM_TIMEOUT_CONNECT', timeoutMs: 1_000, retryable: true }
    expect(world.reports[0]).toMatchObject({ error })
    for (const socket of openSockets(world)) {
      expect(world.told).toEqual(['dial.failed'])
      expect(socket.destroyed).toBe(true)
      socket.handler.onClose()
    }
    expect(world.told).toEqual(['dial.failed', 'dial.closed'])
  })

  it('waits for its turn has no deadline yet', () => {
    const world = states[0]![1]()
    world.time.advance(60_000)
    expect(world.told).toEqual([])
    world.dial.stop()
  })

  it('waits for its name gives the question up with itself', () => {
    const world = states[1]![1]()
    world.dial.stop()
    expect(world.forgotten).toBe(1)
  })

  it('connected is its host’s no more: to cancel it does nothing', () => {
    const world = new World('http', '10.0.0.1')
    world.dial.start()
    world.sockets[0]!.handler.onConnect()
    world.time.advance(5_000)
    expect(world.told).toEqual(['dial.connected'])
    expect(world.sockets[0]!.destroyed).toBe(false)
    expect(world.limiter.running).toBe(1)
  })

  it('tries one address after the other, never two at a time, and tells of all that failed', () => {
    const world = new World('http', 'name.example')
    world.dial.start()
    world.answer(null, two)
    expect(world.sockets).toHaveLength(1)
    world.time.advance(10)
    world.sockets[0]!.handler.onError(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }))
    expect(world.sockets).toHaveLength(1)
    world.sockets[0]!.handler.onClose()
    world.time.advance(5)
    world.sockets[1]!.fail('unreachable')
    expect(world.told).toEqual(['dial.failed', 'dial.closed'])
    const error = {
      code: 'ERR_HANSOM_CONNECT',
      attempts: [
        { address: '10.0.0.1:80', startedMs: 0, endedMs: 10, outcome: 'ECONNREFUSED' },
        { address: '10.0.0.2:80', startedMs: 10, endedMs: 15, outcome: 'unreachable' },
      ],
    }
    expect(world.reports[0]).toMatchObject({ error })
  })

  it('tries the next address after a TLS handshake that failed', () => {
    const world = new World('https', 'name.example')
    world.dial.start()
    world.answer(null, two)
    world.sockets[0]!.handler.onConnect()
    world.sockets[1]!.fail('bad certificate')
    expect(world.sockets[2]!.remoteAddress).toBe('10.0.0.2')
    world.sockets[2]!.handler.onConnect()
    world.sockets[3]!.handler.onConnect()
    expect(world.told).toEqual(['dial.connected'])
    expect(world.reports[0]).toMatchObject({ socket: world.sockets[3] })
  })

  it('is timed from its turn: what each part took', () => {
    const world = new World('https', 'name.example')
    world.dial.start()
    world.time.advance(20)
    world.answer(null, two)
    world.time.advance(30)
    world.sockets[0]!.handler.onConnect()
    world.time.advance(40)
    world.sockets[1]!.handler.onConnect()
    expect(world.reports[0]).toMatchObject({ timings: { dns: 20, tcp: 30, tls: 40 } })
  })

  it('has an own connect that never answers holds no slot once it is given up', () => {
    const world = new World('http', 'peer', { connect: () => new Promise<Duplex>(() => {}) })
    world.dial.start()
    world.time.advance(10)
    world.dial.stop()
    expect(world.told).toEqual(['dial.closed'])
  })
})
