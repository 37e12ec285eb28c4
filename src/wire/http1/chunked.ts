import { HeadersView } from '../headers-view.ts'
import { strict } from '../leniency.ts'
import type { ResponseSink, WireOptions } from '../message.ts'
import { CR, LF } from './bytes.ts'
import { ChunkSizeReader } from './chunk-size.ts'
import { printable, protocolFault } from './faults.ts'
import { FieldSection } from './field-section.ts'
import { SectionReader } from './section-reader.ts'

const SIZE_LINE = 0
const DATA = 1
const DATA_CR = 2
const DATA_LF = 3
const TRAILERS = 4
const COMPLETE = 5

/**
 * Reads a chunked body and its trailer section (RFC 9112 §7.1). Chunks are passed on as they come, however large they
 * say they are. Trailers are kept apart and never change how the message is read, whatever their names (§7.1.2).
 */
export class ChunkedBody {
  readonly #line: ChunkSizeReader
  readonly #fields: FieldSection
  readonly #section: SectionReader
  #state = SIZE_LINE
  #remaining = 0

  constructor(options: WireOptions) {
    this.#line = new ChunkSizeReader(options.chunkExtensionBytes, options.lenient ?? strict)
    // No leniency here: the trailer section is the end of the framing.
    this.#fields = new FieldSection(options.headerCount, null, strict)
    this.#section = new SectionReader(null, this.#fields, options.headerBytes)
  }

  get complete(): boolean {
    return this.#state === COMPLETE
  }

  /** The trailers of a complete body, `null` when it had none. */
  trailers(): HeadersView | null {
    return this.#fields.count === 0 ? null : new HeadersView(this.#section.block)
  }

  /** Makes ready for the next body. */
  reset(): void {
    this.#state = SIZE_LINE
    this.#line.reset()
    this.#section.reset()
  }

  /**
   * Reads on from `from`, gives the data to `sink.onData`, and returns the offset behind the trailer section, or `to`
   * if the body is not complete. `origin` is the place of `bytes[0]` in the response.
   */
  read(bytes: Buffer, from: number, to: number, origin: number, sink: ResponseSink): number {
    let pos = from
    while (pos < to && this.#state !== COMPLETE) {
      switch (this.#state) {
        case SIZE_LINE:
          pos = this.#line.read(bytes, pos, to, origin)
          if (this.#line.complete) this.#beginChunk()
          break
        case DATA: {
          const start = pos
          pos = Math.min(to, start + this.#remaining)
          this.#remaining -= pos - start
          if (this.#remaining === 0) this.#state = DATA_CR
          sink.onData(bytes, start, pos)
          break
        }
        case DATA_CR:
          // In most segments the whole line end is there.
          if (bytes[pos] === CR && pos + 1 < to && bytes[pos + 1] === LF) {
            pos += 2
            this.#state = SIZE_LINE
            break
          }
          expect(CR, bytes[pos]!, origin + pos)
          pos++
          this.#state = DATA_LF
          break
        case DATA_LF:
          expect(LF, bytes[pos]!, origin + pos)
          pos++
          this.#state = SIZE_LINE
          break
        default:
          pos = this.#section.read(bytes, pos, to, origin)
          if (this.#section.complete) this.#state = COMPLETE
      }
    }
    return pos
  }

  #beginChunk(): void {
    this.#remaining = this.#line.size
    this.#state = this.#remaining === 0 ? TRAILERS : DATA
    this.#line.next()
  }
}

function expect(wanted: number, byte: number, offset: number): void {
  if (byte === wanted) return
  throw protocolFault(`${printable(byte)} where the line end behind a chunk belongs`, offset, 'RFC 9112 §7.1')
}
