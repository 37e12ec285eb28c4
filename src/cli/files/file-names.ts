/** Bytes of a name, in UTF-8: file systems allow 255, and a number may come behind. */
const maxBytes = 200

/**
 * A name for what a URL holds: its last path segment, decoded, or `index.html`. It has no separator, control character or
 * anything else that some file system gives a meaning, and is never hidden, `..`, or like an option.
 */
export function fileNameFor(url: string): string {
  const segment = new URL(url).pathname.split('/').at(-1) ?? ''
  const name = decoded(segment)
    .replace(/[\p{Cc}\p{Bidi_C}/\\:*?"<>|]/gu, '_')
    .replace(/^[.~\s-]+/u, '_')
    .replace(/[.\s]+$/u, '')
  return name === '' ? 'index.html' : shortened(name)
}

/** The same name with a number, before what says its type: `a.txt` and 2 give `a-2.txt`. */
export function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? `${name}-${number}` : `${name.slice(0, dot)}-${number}${name.slice(dot)}`
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

function shortened(name: string): string {
  let short = ''
  let bytes = 0
  for (const character of name) {
    bytes += Buffer.byteLength(character)
    if (bytes > maxBytes) break
    short += character
  }
  return short
}
