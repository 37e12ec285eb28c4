import type {
  Env,
  ResolvedAddress,
  Resolver,
  TimerHandle,
  Timers,
  TlsTarget,
  Transport,
  TransportTarget,
} from '../../src/actor/env.ts'
import type { SocketHandler, TransportSocket } from '../../src/actor/transport.ts'

/** A small generator of chance that a seed decides wholly (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

interface Event {
  readonly atMs: number
  readonly order: number
  run: (() => void) | null
}

/** What a simulated server makes of a request: bytes to send after a while, or the end of the connection. */
export type Reaction =
  | { readonly afterMs: number; readonly bytes: string }
  | { readonly afterMs: number; readonly reset: true }
  | { readonly afterMs: number; readonly bytes: string; readonly end: true }

/** A simulated server, asked once for each request head that it gets. */
export type Respond = (head: string, chance: () => number) => Reaction

/**
 * A world without sockets and without time: a virtual clock, one queue of events, hosts that answer by a function. What
 * happens depends on the seed alone.
 */
export class World implements Env, Timers, Transport, Resolver {
  /** Everything that crossed the border between the client and the world, in order. */
  readonly trace: string[] = []
  readonly clock = { now: (): number => this.#nowMs }
  readonly timers: Timers = this
  readonly transport: Transport = this
  readonly resolver: Resolver = this
  readonly random: { next: () => number }
  readonly chance: () => number
  /** Sockets open now and at most at once, by host. */
  readonly open = new Map<string, number>()
  readonly peak = new Map<string, number>()
  held = false
  readonly #hosts: ReadonlyMap<string, Respond>
  readonly #events: Event[] = []
  readonly #microtasks: (() => void)[] = []
  #nowMs = 0
  #order = 0
  #sockets = 0

  constructor(seed: number, hosts: ReadonlyMap<string, Respond>) {
    this.chance = seeded(seed)
    this.random = { next: this.chance }
    this.#hosts = hosts
  }

  after(delayMs: number, run: () => void): TimerHandle {
    const event: Event = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run }
    this.#events.push(event)
    return {
      cancel() {
        event.run = null
      },
    }
  }

  immediate(run: () => void): TimerHandle {
    return this.after(0, run)
  }

  microtask(run: () => void): void {
    this.#microtasks.push(run)
  }

  hold(): void {
    this.held = true
  }

  letGo(): void {
    this.held = false
  }

  resolve(hostname: string, done: (error: Error | null, addresses: readonly ResolvedAddress[]) => void): () => void {
    this.note(`resolve ${hostname}`)
    const answer = this.after(1 + this.chance() * 5, () => done(null, [{ address: hostname, family: 4 }]))
    return () => answer.cancel()
  }

  connect(target: TransportTarget, handler: SocketHandler): TransportSocket {
    const host = target.kind === 'tcp' ? target.address : target.path
    const respond = this.#hosts.get(host)
    if (respond === undefined) throw new Error(`no host ${host} in this world`)
    return new SimulatedSocket(this, ++this.#sockets, host, respond, handler)
  }

  secure(_socket: TransportSocket, _target: TlsTarget, _handler: SocketHandler): TransportSocket {
    throw new Error('there is no TLS in this world')
  }

  note(what: string): void {
    this.trace.push(`${this.#nowMs.toFixed(3)} ${what}`)
  }

  /** Runs events in the order of their time until none is left or `done` says so. Promises settle between two events. */
  async run(done: () => boolean, maxEvents = 1_000_000): Promise<void> {
    await this.#drain()
    for (let count = 0; count < maxEvents && !done(); count++) {
      const event = this.#next()
      if (event === undefined) return
      this.#nowMs = Math.max(this.#nowMs, event.atMs)
      event.run?.()
      await this.#drain()
    }
  }

  #next(): Event | undefined {
    let best = 0
    for (let i = 1; i < this.#events.length; i++) {
      const a = this.#events[i]!
      const b = this.#events[best]!
      if (a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)) best = i
    }
    return this.#events.splice(best, 1)[0]
  }

  /** p-queue and the user's own `await`s take some turns of the microtask queue each. */
  async #drain(): Promise<void> {
    for (let quiet = 0; quiet < 12; quiet++) {
      await undefined
      for (let run = this.#microtasks.shift(); run !== undefined; run = this.#microtasks.shift()) {
        quiet = 0
        run()
      }
    }
  }
}

class SimulatedSocket implements TransportSocket {
  handler: SocketHandler
  readonly alpn = null
  readonly pendingBytes = 0
  readonly remoteAddress: string
  readonly #world: World
  readonly #name: string
  readonly #host: string
  readonly #respond: Respond
  #received = ''
  #closed = false

  constructor(world: World, number: number, host: string, respond: Respond, handler: SocketHandler) {
    this.#world = world
    this.#name = `${host}/${number}`
    this.#host = host
    this.#respond = respond
    this.handler = handler
    this.remoteAddress = `${host}:80`
    const open = (world.open.get(host) ?? 0) + 1
    world.open.set(host, open)
    world.peak.set(host, Math.max(open, world.peak.get(host) ?? 0))
    world.note(`dial ${this.#name}`)
    this.#later(1 + world.chance() * 30, () => this.handler.onConnect())
  }

  write(data: string | Uint8Array): boolean {
    const text = typeof data === 'string' ? data : Buffer.from(data).toString('latin1')
    this.#received += text
    for (let end = this.#received.indexOf('\r\n\r\n'); end >= 0; end = this.#received.indexOf('\r\n\r\n')) {
      const head = this.#received.slice(0, end)
      this.#received = this.#received.slice(end + 4)
      this.#world.note(`${this.#name} <- ${head.split('\r\n')[0]}`)
      this.#react(this.#respond(head, this.#world.chance))
    }
    return true
  }

  pause(): void {}

  resume(): void {}

  ref(): void {}

  end(): void {}

  destroy(): void {
    if (this.#closed) return
    this.#closed = true
    this.#world.note(`${this.#name} destroyed`)
    this.#world.after(0, () => this.#gone())
  }

  #react(reaction: Reaction): void {
    this.#later(reaction.afterMs, () => {
      if ('reset' in reaction) {
        this.#world.note(`${this.#name} reset`)
        this.#closed = true
        this.handler.onError(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
        this.#world.after(0, () => this.#gone())
        return
      }
      const bytes = Buffer.from(reaction.bytes, 'latin1')
      const cut = Math.floor(this.#world.chance() * bytes.length)
      this.#deliver(bytes.subarray(0, cut))
      this.#later(this.#world.chance() * 2, () => {
        this.#deliver(bytes.subarray(cut))
        if ('end' in reaction && !this.#closed) this.handler.onEnd()
      })
    })
  }

  #deliver(bytes: Buffer): void {
    if (bytes.length === 0 || this.#closed) return
    this.#world.note(`${this.#name} -> ${bytes.length} bytes`)
    this.handler.onBytes(bytes, bytes.length)
  }

  #later(delayMs: number, run: () => void): void {
    this.#world.after(delayMs, () => {
      if (!this.#closed) run()
    })
  }

  #gone(): void {
    this.#world.open.set(this.#host, this.#world.open.get(this.#host)! - 1)
    this.handler.onClose()
  }
}
