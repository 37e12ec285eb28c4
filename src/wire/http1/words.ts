/** From this many bytes on, a view for one use pays. */
const WORTH_BYTES = 1_024

let viewed: Buffer | null = null
let view: Int32Array = new Int32Array(0)
let previous: Buffer | null = null

/**
 * Gives the memory of `bytes` as 32-bit words, or `null` if the view would cost more than it saves: it is kept for a
 * buffer that comes again, like the one that sockets share. `scanned` is how many bytes are to be read. Word 0 is at
 * the start of the memory, which may be before `bytes`.
 */
export function wordsOf(bytes: Buffer, scanned: number): Int32Array | null {
  if (bytes === viewed) return view
  if (bytes !== previous && scanned < WORTH_BYTES) {
    previous = bytes
    return null
  }
  viewed = bytes
  view = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2)
  return view
}
