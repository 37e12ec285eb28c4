const units = ['kB', 'MB', 'GB', 'TB'] as const

/** `999 B`, `1.5 kB`: decimal units, at most 8 characters up to a petabyte. */
export function bytesText(bytes: number): string {
  if (bytes < 999.5) return `${Math.round(bytes)} B`
  let value = bytes / 1_000
  let unit = 0
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1_000
    unit++
  }
  return `${value.toFixed(1)} ${units[unit]}`
}

/** `0:05`, `12:34`, `1:02:03`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  const two = (number: number): string => String(number).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const rest = two(seconds % 60)
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${two(minutes % 60)}:${rest}`
}

/** At most how many columns a terminal needs for this text. Some characters are taken for two that are one. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += columnsOf(character)
  return width
}

/** The text in exactly so many columns: cut at its end, or filled up with blanks. */
export function fitted(text: string, columns: number): string {
  const width = widthOf(text)
  if (width <= columns) return text + ' '.repeat(columns - width)
  let cut = ''
  let left = columns - 2
  for (const character of text) {
    left -= columnsOf(character)
    if (left < 0) break
    cut += character
  }
  const filled = cut + '..'.slice(0, Math.max(0, columns))
  return filled + ' '.repeat(Math.max(0, columns - widthOf(filled)))
}

/** The scripts before Hangul are narrow; of those behind it, which are wide differs between terminals. */
function columnsOf(character: string): number {
  return character.codePointAt(0)! < 0x1100 ? 1 : 2
}
