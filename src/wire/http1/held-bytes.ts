/** Keeps the bytes of a section that came in several segments. Grows by doubling, so that byte by byte stays linear. */
export class HeldBytes {
  #bytes: Buffer
  #length = 0

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(Math.max(256, capacity))
  }

  /** The storage; only the first `length` bytes mean something. Another object after a growing `append`. */
  get bytes(): Buffer {
    return this.#bytes
  }

  get length(): number {
    return this.#length
  }

  /** Copies `bytes[from, to)` behind what is held. */
  append(bytes: Buffer, from: number, to: number): void {
    const length = this.#length + to - from
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, this.#bytes.length * 2))
      this.#bytes.copy(grown, 0, 0, this.#length)
      this.#bytes = grown
    }
    bytes.copy(this.#bytes, this.#length, from, to)
    this.#length = length
  }
}
