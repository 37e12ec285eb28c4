import type { LinesBelow } from '../messages.ts'
import { widthOf } from './units.ts'

/** A terminal: `process.stderr`, or a stand-in. */
export interface Terminal {
  readonly columns?: number
  readonly rows?: number
  /** Its other end is slow: it has not shown yet what it was given. */
  readonly writableNeedDrain?: boolean
  write(text: string): unknown
}

/** The size of a terminal that tells none. */
const standard = { columns: 80, rows: 24 }
const intervalMs = 100

/**
 * Draws a few lines at the bottom of a terminal, over and over, at most ten times a second; everything else appears above
 * them. The cursor is below the lines in between and is never hidden, so whatever ends the process leaves a usable terminal.
 */
export class Bars implements LinesBelow {
  readonly #terminal: Terminal
  readonly #frame: (columns: number, rows: number) => readonly string[]
  readonly #timer: NodeJS.Timeout
  #drawn: readonly string[] = []
  #above = ''

  /** `frame` gives the lines for a size: none as wide, and fewer than there are rows. */
  constructor(terminal: Terminal, frame: (columns: number, rows: number) => readonly string[]) {
    this.#terminal = terminal
    this.#frame = frame
    this.#timer = setInterval(() => this.#tick(), intervalMs).unref()
  }

  above(text: string): void {
    this.#above += text
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#show([])
  }

  #tick(): void {
    if (this.#terminal.writableNeedDrain === true) return
    const { columns, rows } = this.#size()
    this.#show(this.#frame(columns, rows))
  }

  #show(lines: readonly string[]): void {
    const isSame = lines.length === this.#drawn.length && lines.every((line, index) => line === this.#drawn[index])
    if (isSame && this.#above === '') return
    const text = this.#erasure() + this.#above + lines.map(line => `${line}\n`).join('')
    this.#above = ''
    this.#drawn = lines
    if (text !== '') this.#terminal.write(text)
  }

  /** Lines that were drawn for a wider terminal take more rows in a narrower one. */
  #erasure(): string {
    const { columns, rows } = this.#size()
    const taken = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0)
    return taken === 0 ? '' : `\x1b[${Math.min(taken, rows - 1)}A\r\x1b[J`
  }

  #size(): { columns: number; rows: number } {
    const { columns, rows } = this.#terminal
    // A pseudo-terminal that nobody gave a size says 0.
    return { columns: columns || standard.columns, rows: rows || standard.rows }
  }
}
