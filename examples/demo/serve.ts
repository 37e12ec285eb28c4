import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Fault, Host } from './hosts.ts'

/** What a server tells of each exchange. */
export interface Book {
  /** Counts a request; gives the number of those before. */
  next(): number
  /** A request came on this connection. */
  asked(): void
  /** The answer to this path was cut short on purpose. */
  cut(path: string): void
  /** This connection must not be used again. */
  poison(): void
}

/** An answer that looks perfectly good, to a request that nobody made. */
export const forgedAnswer = 'HTTP/1.1 200 OK\r\nx-path: nobody asked\r\ncontent-length: 6\r\n\r\nforged'

/** Answers GET requests on one connection, byte by byte in our own hands: Node's HTTP server would not misbehave. */
export function serve(socket: Socket, host: Host, book: Book): void {
  let held = ''
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    held += text
    for (let end = held.indexOf('\r\n\r\n'); end >= 0; end = held.indexOf('\r\n\r\n')) {
      const path = held.split(' ', 2)[1]!
      held = held.slice(end + 4)
      book.asked()
      const number = book.next()
      const faulty = host.faultEvery > 0 && number % host.faultEvery === 0 && !path.startsWith('/calm/')
      const fault = faulty ? host.faults[(number / host.faultEvery) % host.faults.length] : undefined
      if (host.delayMs === 0) answer(socket, path, number, fault, book)
      else setTimeout(() => answer(socket, path, number, fault, book), host.delayMs)
    }
  })
  socket.on('end', () => socket.end())
  socket.on('error', () => socket.destroy())
}

function answer(socket: Socket, path: string, number: number, fault: Fault | undefined, book: Book): void {
  if (socket.destroyed) return
  const body = Buffer.alloc(200 + ((number * 977) % 6_000), `${path} `)
  const half = body.subarray(0, body.length / 2)
  const chunked = fault === 'cut-chunked' || (fault === undefined && number % 2 === 0)
  const framing = chunked ? 'transfer-encoding: chunked' : `content-length: ${body.length}`
  const hash = createHash('sha1').update(body).digest('hex')
  const head = Buffer.from(`HTTP/1.1 200 OK\r\nx-path: ${path}\r\nx-sha1: ${hash}\r\n${framing}\r\n\r\n`)
  if (fault?.startsWith('cut')) book.cut(path)
  switch (fault) {
    case undefined:
      socket.write(
        chunked
          ? Buffer.concat([head, chunk(half), chunk(body.subarray(half.length)), lastChunk])
          : Buffer.concat([head, body]),
      )
      return
    case 'reset':
      socket.resetAndDestroy()
      return
    case 'cut-by-reset':
      // What was written must have left before the RST throws it away.
      socket.write(Buffer.concat([head, half]), () => setTimeout(() => socket.resetAndDestroy(), 5))
      return
    case 'cut-by-end':
      socket.end(Buffer.concat([head, half]))
      return
    case 'cut-chunked':
      socket.end(Buffer.concat([head, chunk(half)]))
      return
    case 'noise':
      book.poison()
      socket.write('SSH-2.0-not_a_web_server\r\n\r\n')
      return
    case 'forged':
      book.poison()
      socket.write(Buffer.concat([head, body, Buffer.from(forgedAnswer)]))
      return
  }
}

const lastChunk = Buffer.from('0\r\n\r\n')

function chunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}
