/** A request line and its header section. */
export interface RequestHead {
  readonly method: string
  readonly target: string
  readonly version: '1.0' | '1.1'
  /** By name in lower case. Repeated ones are joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** As they came, in their order and case. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[]
}

/** A request that has come in full. */
export interface WholeRequest extends RequestHead {
  /** Decoded. */
  readonly body: Buffer
  readonly trailers: Readonly<Record<string, string>>
}

/** Who hears of requests as they are read. */
export interface RequestSink {
  onHead(head: RequestHead): void
  onRequest(request: WholeRequest): void
}

/** A peer sent bytes that are no HTTP/1 request. */
export class MalformedRequestError extends Error {
  override readonly name = 'MalformedRequestError'
}

type Step = { head: RequestHead } | { request: WholeRequest } | undefined

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const REQUEST_LINE = /^(\S+) (\S+) HTTP\/(1\.[01])$/

/**
 * Reads HTTP/1 requests, pipelined ones too, however the bytes are split. It is stricter than a server need be:
 * what a client must not send (RFC 9112), it does not excuse.
 */
export class RequestReader {
  readonly #sink: RequestSink
  readonly #steps = this.#read()
  #bytes: Buffer = Buffer.alloc(0)
  #released = false

  constructor(sink: RequestSink) {
    this.#sink = sink
  }

  /** Calls the sink for everything that these bytes complete. Throws `MalformedRequestError`, and what the sink throws. */
  push(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    while (!this.#released) {
      const step = this.#steps.next().value
      if (step === undefined) return
      if ('head' in step) this.#sink.onHead(step.head)
      else this.#sink.onRequest(step.request)
    }
  }

  /** Stops reading requests, and gives back the bytes that are not part of one read so far. */
  release(): Buffer {
    this.#released = true
    return this.#bytes
  }

  /** Yields undefined where it needs more bytes. */
  *#read(): Generator<Step, undefined> {
    for (;;) {
      const match = REQUEST_LINE.exec(yield* this.#line())
      if (match === null || !TOKEN.test(match[1]!)) throw new MalformedRequestError('no request line (RFC 9112 §3)')
      const rawHeaders = yield* this.#fields()
      const [, method, target, version] = match as unknown as [string, string, string, '1.0' | '1.1']
      const head: RequestHead = { method, target, version, headers: joined(rawHeaders), rawHeaders }
      const length = bodyLength(head)
      yield { head }
      const body =
        length === 'chunked' ? yield* this.#chunkedBody() : { parts: yield* this.#take(length), trailers: [] }
      yield { request: { ...head, body: Buffer.concat(body.parts), trailers: joined(body.trailers) } }
    }
  }

  *#chunkedBody(): Generator<Step, { parts: Buffer[]; trailers: [string, string][] }> {
    const parts: Buffer[] = []
    for (;;) {
      const size = /^([0-9a-f]{1,8})(;.*)?$/i.exec(yield* this.#line())
      if (size === null) throw new MalformedRequestError('no chunk size (RFC 9112 §7.1)')
      const length = Number.parseInt(size[1]!, 16)
      if (length === 0) return { parts, trailers: yield* this.#fields() }
      parts.push(...(yield* this.#take(length)))
      if ((yield* this.#line()) !== '') throw new MalformedRequestError('a chunk longer than its size (RFC 9112 §7.1)')
    }
  }

  *#fields(): Generator<Step, [string, string][]> {
    const fields: [string, string][] = []
    for (;;) {
      const line = yield* this.#line()
      if (line === '') return fields
      const colon = line.indexOf(':')
      const name = line.slice(0, Math.max(colon, 0))
      const value = line.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, '')
      if (!TOKEN.test(name) || !FIELD_VALUE.test(value)) {
        throw new MalformedRequestError(`no header field: ${JSON.stringify(line)} (RFC 9112 §5)`)
      }
      fields.push([name, value])
    }
  }

  /** A line without its CRLF, as Latin-1. */
  *#line(): Generator<Step, string> {
    let end = this.#bytes.indexOf('\n')
    while (end < 0) {
      yield undefined
      end = this.#bytes.indexOf('\n')
    }
    const line = this.#bytes.toString('latin1', 0, end)
    this.#bytes = this.#bytes.subarray(end + 1)
    if (!line.endsWith('\r')) throw new MalformedRequestError('a bare LF (RFC 9112 §2.2)')
    return line.slice(0, -1)
  }

  /** Exactly so many bytes, in the pieces in which they came. */
  *#take(length: number): Generator<Step, Buffer[]> {
    const parts: Buffer[] = []
    for (let left = length; left > 0; ) {
      if (this.#bytes.length === 0) yield undefined
      const part = this.#bytes.subarray(0, left)
      this.#bytes = this.#bytes.subarray(part.length)
      left -= part.length
      parts.push(part)
    }
    return parts
  }
}

/** Where the body ends (RFC 9112 §6.3); checks Host by the way (§3.2). */
function bodyLength({ version, headers, rawHeaders }: RequestHead): number | 'chunked' {
  const hosts = rawHeaders.filter(([name]) => name.toLowerCase() === 'host').length
  if (hosts > 1 || (hosts === 0 && version === '1.1')) throw new MalformedRequestError(`${hosts} Host (RFC 9112 §3.2)`)
  const coding = headers['transfer-encoding']
  const length = headers['content-length']
  if (coding === undefined) {
    if (length !== undefined && !/^\d{1,15}$/.test(length)) {
      throw new MalformedRequestError(`Content-Length ${length} (RFC 9110 §8.6)`)
    }
    return Number(length ?? 0)
  }
  if (length !== undefined) throw new MalformedRequestError('Content-Length and Transfer-Encoding (RFC 9112 §6.2)')
  if (!/(^|,)[\t ]*chunked$/i.test(coding)) throw new MalformedRequestError('no final chunked coding (RFC 9112 §6.1)')
  return 'chunked'
}

function joined(fields: readonly (readonly [string, string])[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null)
  for (const [name, value] of fields) {
    const key = name.toLowerCase()
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value
  }
  return headers
}
