import { latin1 } from './bytes.ts'
import { tooLarge } from './faults.ts'
import type { FieldSection } from './field-section.ts'
import { HeldBytes } from './held-bytes.ts'
import { mendedBlock } from './mended-block.ts'
import type { StatusLine } from './status-line.ts'
import { wordsOf } from './words.ts'

/**
 * Reads a response head (status line and fields) or a trailer section (fields only) of at most `maxBytes` bytes, in as
 * many pieces as the socket delivers. A section that lies in one segment is read in place; of any other a copy is held.
 */
export class SectionReader {
  readonly #line: StatusLine | null
  readonly #fields: FieldSection
  readonly #maxBytes: number
  #held: HeldBytes | null = null
  #heldOrigin = 0
  #fresh = true
  #block = ''

  constructor(line: StatusLine | null, fields: FieldSection, maxBytes: number) {
    this.#line = line
    this.#fields = fields
    this.#maxBytes = maxBytes
  }

  get complete(): boolean {
    return this.#fields.complete
  }

  /** The valid field lines of the last complete section, without the empty line and without folds, as latin1. */
  get block(): string {
    return this.#block
  }

  /** Makes ready for the next section. */
  reset(): void {
    this.#fresh = true
    this.#held = null
    this.#line?.reset()
    this.#fields.begin(0)
  }

  /**
   * Reads on from `from` and returns the offset behind the section, or `to` if it is not complete. `origin` is the
   * place of `bytes[0]` in the response. Throws a `ProtocolError` at the first byte that is wrong or over the limit.
   */
  read(bytes: Buffer, from: number, to: number, origin: number): number {
    if (this.#held) return this.#readHeld(this.#held, bytes, from, to)
    if (this.#fresh) {
      this.#fresh = false
      this.#fields.begin(from)
    }
    const stop = this.#scan(bytes, from, to, from, origin, wordsOf(bytes, to - from))
    if (!this.complete) {
      this.#held = new HeldBytes(Math.min((to - from) * 2, this.#maxBytes))
      this.#held.append(bytes, from, to)
      this.#heldOrigin = origin + from
      this.#line?.shift(-from)
      this.#fields.shift(-from)
    }
    return stop
  }

  #readHeld(held: HeldBytes, bytes: Buffer, from: number, to: number): number {
    const before = held.length
    held.append(bytes, from, Math.min(to, from + this.#maxBytes - before))
    const stop = this.#scan(held.bytes, before, held.length, 0, this.#heldOrigin, null)
    if (this.complete) this.#held = null
    return from + stop - before
  }

  /** `start` is where the section begins in `bytes`. */
  #scan(bytes: Buffer, from: number, to: number, start: number, origin: number, words: Int32Array | null): number {
    const bound = start + this.#maxBytes
    const end = Math.min(to, bound)
    const line = this.#line
    const fields = this.#fields
    let pos = from
    if (line !== null && !line.complete) {
      pos = line.scan(bytes, pos, end, origin)
      if (line.complete) fields.begin(pos)
    }
    if (line === null || line.complete) pos = fields.scan(bytes, pos, end, origin, words)
    if (fields.complete) {
      const block = fields.count === 0 ? '' : latin1(bytes, fields.blockFrom, fields.blockTo)
      this.#block = fields.irregular ? mendedBlock(block) : block
    } else if (pos === bound) {
      const section = line === null ? 'a trailer section' : 'a response head'
      throw tooLarge(section, this.#maxBytes, 'bytes', 'limits.headerBytes', origin + pos)
    }
    return pos
  }
}
