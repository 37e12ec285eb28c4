import { Duplex, PassThrough, Readable, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { SocketHandler } from '../../../src/actor/transport.ts'
import { isDuplex, StreamSocket } from '../../../src/connection/stream-socket.ts'

/** Keeps what it is told. */
class Listener implements SocketHandler {
  readonly told: string[] = []
  more = true

  onConnect(): void {}

  onBytes(buffer: Buffer, length: number): boolean {
    this.told.push(buffer.toString('latin1', 0, length))
    return this.more
  }

  onEnd(): void {
    this.told.push('end')
  }

  onFlushed(): void {
    this.told.push('flushed')
  }

  onError(error: Error): void {
    this.told.push(error.message)
  }

  onClose(): void {
    this.told.push('close')
  }
}

/** A stream whose `write` does this, over a socket that reads it. */
function socketOver(write: (this: Duplex, bytes: Buffer, done: (error?: Error) => void) => void) {
  const stream: Duplex = new Duplex({
    read() {},
    write(bytes, _encoding, done) {
      write.call(this, bytes, done)
    },
  })
  const listener = new Listener()
  const socket = new StreamSocket(stream, listener, 'peer')
  socket.readByEvents()
  return { stream, socket, listener }
}

function closed(stream: Duplex): Promise<void> {
  return new Promise(resolve => stream.once('close', () => resolve()))
}

describe('a stream socket', () => {
  it('never calls its handler inside write, and keeps the order', async () => {
    const { stream, socket, listener } = socketOver(function (_bytes, done) {
      this.push('a')
      done()
    })
    await new Promise(setImmediate)
    socket.write('x')
    expect(listener.told).toEqual([])
    stream.push('b')
    stream.push(null)
    expect(listener.told).toEqual([])
    await new Promise(setImmediate)
    expect(listener.told).toEqual(['a', 'b', 'end'])
    socket.destroy()
  })

  it('says that all has left only when the stream took it', async () => {
    const pending: (() => void)[] = []
    const { socket, listener } = socketOver((_bytes, done) => void pending.push(done))
    expect(socket.write('abc')).toBe(false)
    expect(socket.write('de')).toBe(false)
    expect(socket.pendingBytes).toBe(5)
    pending.shift()!()
    await new Promise(setImmediate)
    expect(listener.told).toEqual([])
    pending.shift()!()
    await new Promise(setImmediate)
    expect(listener.told).toEqual(['flushed'])
    expect(socket.pendingBytes).toBe(0)
    socket.destroy()
  })

  it('does not say so of a write that failed', async () => {
    const pending: ((error?: Error) => void)[] = []
    const { stream, socket, listener } = socketOver((_bytes, done) => void pending.push(done))
    socket.write('abc')
    pending[0]!(new Error('no'))
    await closed(stream)
    expect(listener.told).toEqual(['no', 'close'])
  })

  it('takes a throw of write for the stream’s failure', async () => {
    const { stream, socket, listener } = socketOver(() => {
      throw new Error('no')
    })
    socket.write('abc')
    expect(listener.told).toEqual([])
    await closed(stream)
    expect(listener.told).toEqual(['no', 'close'])
    expect(socket.write('more')).toBe(true)
  })

  it('pauses the stream when the handler takes no more', async () => {
    const { stream, socket, listener } = socketOver((_bytes, done) => done())
    await new Promise(setImmediate)
    listener.more = false
    stream.push('a')
    stream.push('b')
    await new Promise(setImmediate)
    expect(listener.told).toEqual(['a'])
    listener.more = true
    socket.resume()
    await new Promise(setImmediate)
    expect(listener.told).toEqual(['a', 'b'])
    socket.destroy()
  })

  it('still hears errors when nobody else does, and when the stream was handed over', async () => {
    const { stream, socket, listener } = socketOver((_bytes, done) => done())
    socket.handOver()
    stream.emit('error', new Error('late'))
    stream.destroy(new Error('later'))
    await closed(stream)
    expect(listener.told).toEqual([])
  })
})

describe('isDuplex', () => {
  it.each([
    [new PassThrough(), true],
    [new Readable(), false],
    [new Writable(), false],
    [null, false],
    [undefined, false],
    ['tcp', false],
    [{ write() {}, on() {} }, false],
  ])('tells what can be read and written: %#', (value, expected) => {
    expect(isDuplex(value)).toBe(expected)
  })
})
