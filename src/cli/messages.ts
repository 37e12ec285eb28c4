import { printable } from './report.ts'

/** What the lines must stand above, so that they do not run into it. */
export interface LinesBelow {
  /** Shows this text, of whole lines, above them, soon. */
  above(text: string): void
  /** Takes them away, and shows what is still to be shown. */
  stop(): void
}

/** Where the lines go: stderr, or a stand-in. */
export interface MessageStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

/** Everything that people are told on stderr: one line each, and none that comes from a server can command a terminal. */
export class Messages {
  /** What is drawn at the bottom of the terminal, if anything is. */
  below: LinesBelow | null = null
  /** A terminal shows a line of stdout that has not ended. Set by whoever writes there. */
  midLine = false
  readonly #stream: MessageStream

  constructor(stream: MessageStream = process.stderr) {
    this.#stream = stream
  }

  /** A failure: `hansom: ` and the line. */
  complain(line: string): void {
    this.line(`hansom: ${line}`)
  }

  /** Something worth knowing: `note: ` and the line. */
  note(line: string): void {
    this.line(`note: ${line}`)
  }

  /** The line as it is. */
  line(line: string): void {
    const start = this.midLine && this.#stream.isTTY === true ? '\n' : ''
    this.midLine = false
    const text = `${start}${printable(line)}\n`
    if (this.below === null) this.#stream.write(text)
    else this.below.above(text)
  }
}
