import { describe, expect, it } from 'vitest'
import type { Lease } from '../../../src/connection/lease.ts'
import { BodyWriter, type WriterOwner } from '../../../src/request/body-writer.ts'
import { rejectionOf } from '../../support/rejection.ts'

/** A socket that takes `room` pieces, then is full until `ready`. */
class Socket {
  readonly written: number[] = []
  readonly lease: Lease
  trailers: string | null = null
  room: number

  constructor(room = Infinity) {
    this.room = room
    const write = (chunk: Uint8Array): boolean => {
      this.written.push(chunk.length)
      return --this.room > 0
    }
    const finish = (trailers: string): void => {
      this.trailers = trailers
    }
    this.lease = { write, finish } as Partial<Lease> as Lease
  }
}

class Owner implements WriterOwner {
  readonly waiting: boolean[] = []
  readonly failures: unknown[] = []
  writer: BodyWriter | null = null
  #turns: (() => void)[] = []

  nextTurn(run: () => void): void {
    this.#turns.push(run)
  }

  /** Lets the loop have its turn. */
  turn(): void {
    for (const run of this.#turns.splice(0)) run()
  }

  progressed(waiting: boolean): void {
    this.waiting.push(waiting)
  }

  bodyFailed(error: unknown): void {
    this.failures.push(error)
    this.writer?.fail(error)
  }
}

function make(length: number | null = null): { readonly owner: Owner; readonly writer: BodyWriter } {
  const owner = new Owner()
  const writer = new BodyWriter(length, owner)
  owner.writer = writer
  return { owner, writer }
}

const bytes = (length: number): Uint8Array => new Uint8Array(length)

/** Which of the promises are settled, once those that can be are. */
async function settledOf(promises: readonly Promise<unknown>[]): Promise<boolean[]> {
  const settled = promises.map(() => false)
  for (const [index, promise] of promises.entries()) {
    const note = (): void => void (settled[index] = true)
    promise.then(note, note)
  }
  await new Promise(resolve => setImmediate(resolve))
  return settled
}

describe('a body writer', () => {
  it('keeps chunks until the connection takes bytes, then writes them in order', async () => {
    const { writer } = make()
    const socket = new Socket()
    const sent = [writer.send(bytes(1)), writer.send(bytes(2)), writer.send(bytes(0)), writer.send(bytes(3))]
    const finished = writer.finish('x: y\r\n')
    expect(await settledOf([...sent, finished])).toEqual([false, false, false, false, false])
    writer.ready(socket.lease)
    expect(await Promise.all(sent)).toEqual([true, true, true, true])
    await finished
    expect(socket).toMatchObject({ written: [1, 2, 0, 3], trailers: 'x: y\r\n' })
  })

  it('writes a large chunk in pieces, the next when the socket has taken the last and the loop had a turn', async () => {
    const { owner, writer } = make()
    const socket = new Socket(1)
    writer.ready(socket.lease)
    const sent = [writer.send(bytes(150_000)), writer.send(bytes(1))]
    expect(socket.written).toEqual([65_536])
    owner.turn()
    expect(socket.written).toEqual([65_536])
    socket.room = 1
    writer.ready(socket.lease)
    expect(socket.written).toEqual([65_536, 65_536])
    socket.room = 1
    writer.ready(socket.lease)
    expect(socket.written).toEqual([65_536, 65_536])
    owner.turn()
    expect(socket.written).toEqual([65_536, 65_536, 18_928])
    expect(await settledOf(sent)).toEqual([false, false])
    socket.room = 2
    writer.ready(socket.lease)
    expect(await Promise.all(sent)).toEqual([true, true])
    expect(owner.waiting.at(-1)).toBe(false)
  })

  it('leaves the loop a turn after each 64 KiB, and counts a small chunk as 1 KiB', async () => {
    const { owner, writer } = make()
    const socket = new Socket()
    writer.ready(socket.lease)
    for (let chunk = 0; chunk < 100; chunk++) void writer.send(bytes(10))
    expect(socket.written).toHaveLength(64)
    const finished = writer.finish('')
    expect(socket.trailers).toBeNull()
    owner.turn()
    await finished
    expect(socket.written).toHaveLength(100)
    expect(socket.trailers).toBe('')
  })

  it('tells its owner of progress, and not of mere wishes', () => {
    const { owner, writer } = make()
    const socket = new Socket(1)
    writer.ready(socket.lease)
    for (let call = 0; call < 3; call++) void writer.send(bytes(10))
    expect(owner.waiting).toEqual([false, true])
    socket.room = Infinity
    writer.ready(socket.lease)
    expect(owner.waiting).toEqual([false, true, false])
    void writer.finish('')
    expect(owner.waiting).toEqual([false, true, false, true])
  })

  it('answers false to all once nobody wants the rest', async () => {
    const { writer } = make()
    const waiting = writer.send(bytes(5))
    const finished = writer.finish('')
    writer.stop()
    expect(await waiting).toBe(false)
    await finished
    expect(await writer.send(bytes(5))).toBe(false)
    expect(writer.over).toBe(true)
  })

  it('rejects all with the error of the request, and says whether somebody was told', async () => {
    const error = new Error('gone')
    const { writer } = make()
    const waiting = writer.send(bytes(5))
    expect(writer.fail(error)).toBe(true)
    expect(await rejectionOf(waiting)).toBe(error)
    expect(await rejectionOf(writer.send(bytes(1)))).toBe(error)
    expect(make().writer.fail(error)).toBe(false)
  })

  it('holds a body to its length', async () => {
    const long = make(3)
    expect(await rejectionOf(long.writer.send(bytes(4)))).toBe(long.owner.failures[0])
    const short = make(3)
    void short.writer.send(bytes(2)).catch(() => {})
    const error = await rejectionOf(short.writer.finish(''))
    expect(error).toMatchObject({ code: 'ERR_HANSOM_BODY_LENGTH', message: expect.stringContaining('shorter') })
    const exact = make(3)
    void exact.writer.send(bytes(3))
    void exact.writer.finish('')
    exact.writer.ready(new Socket().lease)
    expect([long, short, exact].map(({ owner }) => owner.failures.length)).toEqual([1, 1, 0])
  })

  it('calls a source only off the stack of whoever ends it', async () => {
    const { writer } = make()
    writer.ready(new Socket(1).lease)
    let cancelled: unknown
    const reader = { next: async () => ({ value: bytes(9) }), cancel: (reason: unknown) => (cancelled = reason) }
    const pumped = writer.pump(() => reader)
    await new Promise(resolve => setImmediate(resolve))
    const error = new Error('gone')
    writer.fail(error)
    expect(cancelled).toBeUndefined()
    await pumped
    expect(cancelled).toBe(error)
  })
})
