import { HansomError } from '../../../src/errors.ts'
import { ResponseParser } from '../../../src/wire/http1/response-parser.ts'
import type { Leniency } from '../../../src/wire/leniency.ts'
import { defaultWireLimits, type ResponseHead, type ResponseSink, type WireLimits } from '../../../src/wire/message.ts'

export interface ReadOptions {
  readonly method?: string
  readonly limits?: Partial<WireLimits>
  readonly lenient?: Leniency
  /** Whether the request asked for an upgrade. Default: false. */
  readonly upgrade?: boolean
  /** Where the input is cut into segments. Default: one segment. */
  readonly cuts?: readonly number[]
  /** Whether the connection ends behind the input. Default: false. */
  readonly eof?: boolean
  /** A parser that has read before. */
  readonly parser?: ResponseParser
}

export interface ReadResult {
  /** `head 200 OK [[name, value], …]` and so on, in order. */
  readonly log: string[]
  readonly body: string
  readonly done: boolean
  readonly reusable: boolean
  readonly upgraded: boolean
  readonly headSeen: boolean
  readonly keepAliveHintMs: number | undefined
  readonly bytesRead: number
  readonly stray: string
  readonly error: HansomError | null
}

/** What lies in a shared read buffer around the segment: an end of a head, as a trap. */
const STALE = '\r\n\r\n0\r\n\r\nHTTP/1.1 500 Stale\r\n\r\n'

/** Reads `input` as the segments of a socket with a shared buffer: stale bytes lie behind each, and it is overwritten. */
export function readResponse(input: string | Buffer, options: ReadOptions = {}): ReadResult {
  const bytes = typeof input === 'string' ? Buffer.from(input, 'latin1') : input
  const parser =
    options.parser ?? new ResponseParser({ ...defaultWireLimits, ...options.limits, lenient: options.lenient })
  const sink = new RecordingSink()
  let error: HansomError | null = null
  let stray = ''
  parser.start(options.method ?? 'GET', sink, options.upgrade)
  try {
    let at = 0
    for (const cut of [...(options.cuts ?? []), bytes.length]) {
      stray += readSegment(parser, bytes.subarray(at, cut))
      at = cut
    }
    if (options.eof) parser.end()
  } catch (thrown) {
    if (!(thrown instanceof HansomError)) throw thrown
    error = thrown
  }
  return {
    log: sink.log,
    body: sink.body,
    done: parser.done,
    reusable: parser.reusable,
    upgraded: parser.upgraded,
    headSeen: parser.headSeen,
    keepAliveHintMs: parser.keepAliveHintMs,
    bytesRead: parser.bytesRead,
    stray,
    error,
  }
}

/** Cuts behind every byte. */
export function everyByte(input: string): number[] {
  return Array.from(input, (_, i) => i)
}

/** Like the buffer that sockets share: it comes again and again. */
let shared = Buffer.alloc(131_072)
let segments = 0

function readSegment(parser: ResponseParser, segment: Buffer): string {
  // At every alignment.
  const from = 3 + (segments++ % 4)
  const to = from + segment.length
  if (to + STALE.length > shared.length) shared = Buffer.alloc((to + STALE.length) * 2)
  segment.copy(shared, from)
  shared.write(STALE, to, 'latin1')
  const stop = parser.read(shared, from, to)
  if (stop < from || stop > to) throw new RangeError(`read stopped at ${stop}, outside of [${from}, ${to}]`)
  if (stop < to && !parser.done) throw new RangeError('read stopped before the end of an incomplete response')
  const stray = shared.toString('latin1', stop, to)
  shared.fill(0, from, to + STALE.length)
  return stray
}

class RecordingSink implements ResponseSink {
  readonly log: string[] = []
  body = ''

  onInformed(head: ResponseHead): void {
    this.log.push(`informed ${describe(head)}`)
  }

  onHead(head: ResponseHead): void {
    this.log.push(`head ${describe(head)}`)
  }

  onData(bytes: Buffer, from: number, to: number): boolean {
    if (to <= from) throw new RangeError('onData without data')
    this.body += bytes.toString('latin1', from, to)
    return false
  }

  onEnd(trailers: { readonly raw: unknown } | null): void {
    this.log.push(trailers ? `end ${JSON.stringify(trailers.raw)}` : 'end')
  }
}

function describe(head: ResponseHead): string {
  return `${head.httpVersion} ${head.status} ${head.statusText} ${JSON.stringify(head.headers.raw)}`
}
