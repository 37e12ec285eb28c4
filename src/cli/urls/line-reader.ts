import { isUtf8 } from 'node:buffer'

/** One line of a list. */
export interface Line {
  /** From 1 on. */
  readonly number: number
  /** Without its end and the white space around it. `null`: it cannot be read, see `fault`. */
  readonly text: string | null
  readonly fault: string
}

const newline = 10

/** Longer lines are not kept: a list may be a mistake, such as a disk image. */
export const maxLineBytes = 65_536

/** Takes bytes apart into lines of UTF-8, as they come. A line of more than 65,536 bytes has no text but a fault. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line, void, void> {
  let number = 0
  let pieces: Uint8Array[] = []
  let length = 0
  const keep = (piece: Uint8Array): void => {
    length += piece.length
    if (length <= maxLineBytes) pieces.push(piece)
  }
  const finish = (): Line => {
    const line = lineOf(++number, length <= maxLineBytes ? pieces : null)
    pieces = []
    length = 0
    return line
  }
  for await (const chunk of bytes) {
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, end))
      from = end + 1
      yield finish()
    }
    keep(chunk.subarray(from))
  }
  if (length > 0) yield finish()
}

function lineOf(number: number, pieces: readonly Uint8Array[] | null): Line {
  if (pieces === null) return { number, text: null, fault: `longer than ${maxLineBytes} bytes` }
  const bytes = Buffer.concat(pieces)
  if (!isUtf8(bytes)) return { number, text: null, fault: 'not UTF-8' }
  // A byte order mark is white space to trim().
  return { number, text: bytes.toString('utf8').trim(), fault: '' }
}
