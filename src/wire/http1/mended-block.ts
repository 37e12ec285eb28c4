/**
 * Makes a regular field block of one whose lines are folded, or end with LF alone, or have blanks before their colon:
 * each fold becomes one SP (RFC 9112 §5.2), each line ends with CRLF. `block` was checked by a `FieldSection`.
 */
export function mendedBlock(block: string): string {
  let mended = ''
  let pieces: string[] = []
  const flush = (): void => {
    if (pieces.length > 0) mended += `${pieces.join(' ')}\r\n`
  }
  for (const line of block.split('\n')) {
    // Behind the last LF.
    if (line === '') continue
    if (isBlank(line, 0)) pieces.push(trimmed(line))
    else {
      flush()
      pieces = [regular(line)]
    }
  }
  flush()
  return mended
}

/** The first line of a field, without blanks before its colon and without its line end. */
function regular(line: string): string {
  const text = trimmed(line)
  const colon = text.indexOf(':')
  return isBlank(text, colon - 1) ? `${trimmed(text.slice(0, colon))}${text.slice(colon)}` : text
}

/** Not by a regular expression: those take quadratic time for blanks that no line end follows. */
function trimmed(line: string): string {
  let from = 0
  let to = line.length
  while (to > 0 && (isBlank(line, to - 1) || line.charCodeAt(to - 1) === 0x0d)) to--
  while (from < to && isBlank(line, from)) from++
  return line.slice(from, to)
}

function isBlank(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code === 0x20 || code === 0x09
}
