import { describe, expect, it } from 'vitest'
import { ResponseParser } from '../../../src/wire/http1/response-parser.ts'
import { defaultWireLimits, type ResponseSink } from '../../../src/wire/message.ts'
import { everyByte, readResponse } from './record.ts'

describe('ResponseParser', () => {
  it('reads one response after another', () => {
    const parser = new ResponseParser(defaultWireLimits)
    const inputs = [
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=5\r\n\r\nab',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: u\r\n\r\n',
      'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'HTTP/1.1 204 No Content\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
    ]
    for (const input of inputs) {
      const whole = readResponse(input)
      expect(whole.reusable).toBe(true)
      expect(readResponse(input, { parser })).toEqual(whole)
      expect(readResponse(input, { parser, cuts: everyByte(input) })).toEqual(whole)
    }
  })

  it.each([
    ['a folded length', 'HTTP/1.1 200 OK\r\nContent-Length:\r\n 0\r\n\r\n'],
    ['two codings', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0;x\r\na: b\r\n\r\n'],
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n'],
    ['a close', 'HTTP/1.1 103 X\r\nConnection: close\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ])('forgets %s with the response that had it', (_, input) => {
    const parser = new ResponseParser(defaultWireLimits)
    expect(readResponse(input, { parser })).toMatchObject({ done: true, reusable: false })
    const next = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'
    expect(readResponse(next, { parser })).toEqual(readResponse(next))
    expect(readResponse(next, { parser }).reusable).toBe(true)
  })

  it('leaves stray bytes to the caller, before the first response as well as behind one', () => {
    const parser = new ResponseParser(defaultWireLimits)
    expect(parser.read(Buffer.from('HTTP'), 1, 4)).toBe(1)
    readResponse('HTTP/1.1 204 \r\n\r\n', { parser })
    expect(parser.read(Buffer.from('HTTP'), 0, 4)).toBe(0)
    expect(parser.done).toBe(true)
  })

  it('reads a body that lasts until the connection closes (RFC 9112 §6.3)', () => {
    const input = 'HTTP/1.1 200 OK\r\n\r\nhello'
    expect(readResponse(input)).toMatchObject({ body: 'hello', done: false, headSeen: true })
    expect(readResponse(input, { eof: true })).toMatchObject({
      body: 'hello',
      done: true,
      reusable: false,
      error: null,
    })
  })

  it('says at EOF that a body is truncated (RFC 9112 §8)', () => {
    const input = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello'
    const { error, log } = readResponse(input, { eof: true })
    expect(error).toMatchObject({ code: 'ERR_HANSOM_BODY_TRUNCATED', bytesRead: input.length, bytesWritten: 0 })
    expect(error!.message).toContain('1 bytes before its end')
    expect(log).not.toContain('end')
  })

  it.each(['', 'H', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r'])(
    'says at EOF that the connection closed when only %j came',
    input => {
      const { error } = readResponse(input, { eof: true })
      expect(error).toMatchObject({ code: 'ERR_HANSOM_CONNECTION_CLOSED', bytesRead: input.length, bytesWritten: 0 })
    },
  )

  it('says nothing at EOF when no response is outstanding', () => {
    const parser = new ResponseParser(defaultWireLimits)
    parser.end()
    expect(readResponse('HTTP/1.1 204 \r\n\r\n', { parser, eof: true }).error).toBe(null)
  })

  it('tells how far it is', () => {
    const parser = new ResponseParser(defaultWireLimits)
    const input = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab')
    const states: unknown[] = []
    const note = (): void => {
      states.push([parser.begun, parser.headSeen, parser.done, parser.reusable, parser.bytesRead])
    }
    const sink: ResponseSink = { onInformed: note, onHead: note, onData: () => true, onEnd: note }
    parser.start('GET', sink)
    note()
    parser.read(input, 0, 20)
    note()
    parser.read(input, 20, input.length)
    expect(states).toEqual([
      [false, false, false, false, 0],
      [true, false, false, false, 20],
      [true, true, false, false, 38],
      [true, true, true, true, 40],
    ])
  })

  it('lets an error of the sink through', () => {
    const parser = new ResponseParser(defaultWireLimits)
    const boom = new Error('boom')
    const sink: ResponseSink = {
      onInformed() {},
      onHead() {
        throw boom
      },
      onData: () => true,
      onEnd() {},
    }
    parser.start('GET', sink)
    expect(() => parser.read(Buffer.from('HTTP/1.1 204 \r\n\r\n'), 0, 17)).toThrow(boom)
  })

  it('needs time in proportion to the head, also byte by byte', () => {
    const input = `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(60)}Content-Length: 0\r\n\r\n`
    const bytes = Buffer.from(input)
    const parser = new ResponseParser(defaultWireLimits)
    const sink: ResponseSink = { onInformed() {}, onHead() {}, onData: () => true, onEnd() {} }
    const started = performance.now()
    parser.start('GET', sink)
    for (let i = 0; i < bytes.length; i++) parser.read(bytes, i, i + 1)
    expect(parser.done).toBe(true)
    // Quadratic work would be 1.8 billion steps.
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
