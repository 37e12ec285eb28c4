import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RequestRecord } from '../../../src/request/record.ts'
import type { ResponseMessage, StreamTo } from '../../../src/request/response-message.ts'
import { HeadersView } from '../../../src/wire/headers-view.ts'

const highWaterBytes = 8

/** What may happen to a stream, in any order. */
const commands = ['head', 'chunk', 'end', 'fail', 'next', 'pause', 'resume', 'resolve', 'hand over', 'turn'] as const
const anyCommands = fc.array(fc.constantFrom(...commands), { maxLength: 60 })
const anyMode = fc.constantFrom('all', 'once')
const anyRecipient = fc.constantFrom('function', 'promise', 'send')

interface Settings {
  readonly mode: 'all' | 'once'
  readonly recipient: 'function' | 'promise' | 'send'
  readonly maxUnread: number
}

/** A stream with a record that a test plays the actor of. */
class World {
  readonly record = new RequestRecord(1, 'GET', 'http://a/', 'http://a', 0, highWaterBytes)
  readonly received: ResponseMessage[] = []
  /** By owner: how many messages went to each. */
  readonly owners: number[] = [0]
  readonly #pending: (() => void)[] = []
  readonly #promised: (() => void)[] = []
  readonly #settings: Settings
  pushed = ''
  nexts = 0
  paused = false

  constructor(settings: Settings) {
    this.#settings = settings
    const { mode, maxUnread } = settings
    this.record.deliver({ mode, to: this.#recipient(), maxUnread }, call => this.#pending.push(call))
  }

  get text(): string {
    return this.received.map(it => (it.type === 'chunk' ? Buffer.from(it.chunk).toString() : '')).join('')
  }

  /** Those whom nobody waits for. */
  get busy(): number {
    return this.#promised.length
  }

  async run(command: (typeof commands)[number]): Promise<void> {
    const { record } = this
    const stream = record.stream('test')
    switch (command) {
      case 'head':
        if (record.head === null && !record.settled) record.headReceived(head, 1)
        return
      case 'chunk': {
        if (record.head === null || record.settled) return
        const letter = String.fromCharCode(97 + (this.pushed.length % 26))
        this.pushed += letter
        record.inbox.push(Buffer.from(letter))
        return
      }
      case 'end':
        if (record.head !== null && !record.settled) record.settle('done', undefined, 2)
        return
      case 'fail':
        if (!record.settled) record.settle('failed', new Error('broken'), 2)
        return
      case 'next':
        this.nexts++
        return stream.streamNext()
      case 'pause':
        this.paused = true
        return stream.pause()
      case 'resume':
        this.paused = false
        return stream.resume()
      case 'resolve':
        this.#promised.shift()?.()
        return this.run('turn')
      case 'hand over':
        this.owners.push(0)
        return stream.setOwner(this.#recipient())
      case 'turn':
        await Promise.resolve()
        await Promise.resolve()
        for (const call of this.#pending.splice(0)) call()
    }
  }

  /** Everything that can come does. */
  async finish(): Promise<void> {
    await this.run('head')
    await this.run('end')
    await this.run('resume')
    for (let step = 0; step < 400 && !this.over; step++) {
      await this.run('next')
      await this.run('resolve')
    }
  }

  get over(): boolean {
    return ['done', 'error'].includes(this.received.at(-1)?.type ?? '')
  }

  #recipient(): StreamTo {
    const owner = this.owners.length - 1
    const take = (message: ResponseMessage): Promise<void> | undefined => {
      // A message to a former owner would be one too many.
      expect(owner).toBe(this.owners.length - 1)
      expect(this.paused).toBe(false)
      this.received.push(message)
      this.owners[owner]!++
      if (this.#settings.recipient !== 'promise') return undefined
      return new Promise(resolve => this.#promised.push(resolve))
    }
    return this.#settings.recipient === 'send' ? { send: message => void take(message) } : take
  }
}

const head = { status: 200, statusText: 'OK', headers: new HeadersView(''), httpVersion: '1.1' } as never

describe('a message stream, whatever happens in whatever order', () => {
  const anyCase = [anyCommands, anyMode, anyRecipient, fc.integer({ min: 1, max: 4 })] as const

  it('sends each message once and in order, ends with one done or error, and loses no byte of a whole body', async () => {
    await fc.assert(
      fc.asyncProperty(...anyCase, async (script, mode, recipient, maxUnread) => {
        const world = new World({ mode, recipient, maxUnread } as Settings)
        for (const command of script) await world.run(command)
        await world.finish()
        const shape = world.received.map(({ type }) => type[0]).join('')
        if (world.record.outcome === 'failed') expect(shape).toMatch(/^(|s|shc*)e$/)
        else expect(shape).toMatch(/^shc*d$/)
        if (world.record.outcome === 'done') expect(world.text).toBe(world.pushed)
        expect(world.pushed.startsWith(world.text)).toBe(true)
      }),
      { numRuns: 400 },
    )
  })

  it('sends at most one message for each streamNext in once mode', async () => {
    await fc.assert(
      fc.asyncProperty(anyCommands, anyRecipient, async (script, recipient) => {
        const world = new World({ mode: 'once', recipient, maxUnread: 1 })
        for (const command of script) {
          await world.run(command)
          expect(world.received.length).toBeLessThanOrEqual(world.nexts)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('leaves no owner with more than maxUnread messages that it has not acknowledged', async () => {
    await fc.assert(
      fc.asyncProperty(anyCommands, fc.integer({ min: 1, max: 4 }), async (script, maxUnread) => {
        const world = new World({ mode: 'all', recipient: 'send', maxUnread })
        let asked = 0
        for (const command of script) {
          if (command === 'hand over') asked = 0
          await world.run(command)
          if (command === 'next') asked++
          const error = world.received.at(-1)?.type === 'error' ? 1 : 0
          expect(world.owners.at(-1)).toBeLessThanOrEqual(maxUnread + asked + error)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('calls a function again only when its promise is settled', async () => {
    await fc.assert(
      fc.asyncProperty(anyCommands, anyMode, async (script, mode) => {
        const world = new World({ mode, recipient: 'promise', maxUnread: 4 } as Settings)
        for (const command of script.filter(it => it !== 'hand over')) {
          await world.run(command)
          expect(world.busy).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 200 },
    )
  })
})
