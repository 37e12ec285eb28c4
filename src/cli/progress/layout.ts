import type { FileView, ProgressView } from './progress.ts'
import { bytesText, durationText, fitted } from './units.ts'

/** Narrower than this nothing is drawn; narrower than `fileColumns` only the total. */
const minColumns = 20
const fileColumns = 40
const maxFiles = 20
const maxNameColumns = 30
const minBarColumns = 10
const maxBarColumns = 40

/**
 * The lines to draw: one for each file that is coming, and the total. None is as wide as the terminal, since some go to the
 * next line then, and there are fewer than the terminal has. None at all if it is too narrow.
 */
export function frameOf(view: ProgressView, columns: number, rows: number): string[] {
  if (columns < minColumns || rows < 2) return []
  const room = columns < fileColumns ? 0 : Math.min(maxFiles, rows - 2)
  const width = columns - 1
  return [...fileLines(view.files, room, width), fitted(totalLine(view), width).trimEnd()]
}

/** What is left to read of a file that is there. */
export function finishedLine({ name, bytes, elapsedMs }: FileView): string {
  return `${name}: ${bytesText(bytes)} in ${durationText(elapsedMs)}`
}

/** What is left to read when all is over. */
export function summaryLine(view: ProgressView): string {
  return totalLine({ ...view, rate: null, leftMs: null })
}

function fileLines(files: readonly FileView[], room: number, width: number): string[] {
  if (room === 0) return []
  if (files.length <= room) return files.map(file => fileLine(file, width))
  const shown = files.slice(0, room - 1)
  const rest = files.slice(room - 1)
  const bytes = rest.reduce((sum, file) => sum + file.bytes, 0)
  const more = `and ${rest.length} more, ${bytesText(bytes)}`
  return [...shown.map(file => fileLine(file, width)), fitted(more, width).trimEnd()]
}

function fileLine({ name, bytes, length, rate }: FileView, width: number): string {
  const share = length === null || length === 0 ? null : Math.min(1, bytes / length)
  const percent = share === null ? '' : `${Math.floor(share * 100)}%`
  const numbers = ` ${percent.padStart(4)} ${bytesText(bytes).padStart(8)} ${rateText(rate).padStart(10)}`
  const left = width - numbers.length
  const bar = Math.min(maxBarColumns, left - Math.min(maxNameColumns, left) - 1)
  if (bar < minBarColumns) return (fitted(name, left) + numbers).trimEnd()
  return `${fitted(name, left - bar - 1)} ${barOf(share, bar)}${numbers}`.trimEnd()
}

function barOf(share: number | null, columns: number): string {
  if (share === null) return ' '.repeat(columns)
  const filled = Math.floor(share * (columns - 2))
  const head = filled > 0 && share < 1 ? `${'='.repeat(filled - 1)}>` : '='.repeat(filled)
  return `[${head.padEnd(columns - 2)}]`
}

function totalLine({ done, failed, expected, bytes, rate, leftMs }: ProgressView): string {
  const parts = [`${done + failed} of ${expected ?? '?'}`]
  if (failed > 0) parts.push(`${failed} failed`)
  parts.push(bytesText(bytes))
  if (rate !== null) parts.push(rateText(rate))
  if (leftMs !== null) parts.push(`${durationText(leftMs)} left`)
  return parts.join(', ')
}

function rateText(rate: number | null): string {
  return rate === null ? '' : `${bytesText(rate)}/s`
}
