import { STATUS_CODES } from 'node:http'

/** What an answer is besides its body. */
export interface AnswerOptions {
  /** Default: 200. */
  status?: number
  /** Written as they are, after `Content-Length`. */
  headers?: Readonly<Record<string, string>>
}

/** The bytes of a well-formed HTTP/1.1 answer with a `Content-Length` that fits. */
export function answer(body: string | Uint8Array = '', { status = 200, headers = {} }: AnswerOptions = {}): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from(answerHead(status, { 'Content-Length': `${bytes.length}`, ...headers })), bytes])
}

/** Status line, headers and the empty line; no header is added. For answers that say something untrue, or end too early. */
export function answerHead(status: number, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`
}

/** One chunk of a chunked body (RFC 9112 §7.1). An empty one is the last chunk and ends the body. */
export function chunk(data: string | Uint8Array): Buffer {
  const bytes = Buffer.from(data)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

/** A head that promises so many bytes. */
export function promising(length: number): string {
  return answerHead(200, { 'content-length': `${length}` })
}

/** A chunked answer in two chunks, with a trailer. */
export function trailered(): string {
  const head = 'HTTP/1.1 200 Fine\r\ntransfer-encoding: chunked\r\nx-a: 1\r\n\r\n'
  return `${head}${chunk('one ')}${chunk('two')}0\r\nx-sum: 7\r\n\r\n`
}
