import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Bars, type Terminal } from '../../../../src/cli/progress/bars.ts'
import { drawsBars } from '../../../../src/cli/progress/wanted.ts'

/** With `^` for the beginning of a command. */
const pieces = /\^(\d+)A|\r|\^J|\n|[^^\r\n]+/g

/** Understands what `Bars` writes: text, line ends, the cursor up, and clearing to the end. */
class Screen implements Terminal {
  readonly isTTY = true
  columns = 40
  rows = 10
  writableNeedDrain = false
  writes = 0
  lines: string[] = ['$ hansom']
  #row = 1

  write(text: string): boolean {
    this.writes++
    for (const [piece, up] of text.replaceAll('\x1b[', '^').matchAll(pieces)) {
      if (up !== undefined) this.#row -= Number(up)
      else if (piece === '\n') this.#row++
      else if (piece === '^J') this.lines.length = this.#row
      else if (piece !== '\r') this.lines[this.#row] = piece
    }
    return true
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('bars', () => {
  it('are drawn over what was drawn before', () => {
    const screen = new Screen()
    let lines = ['a 1%', 'total']
    const bars = new Bars(screen, () => lines)
    vi.advanceTimersByTime(100)
    expect(screen.lines).toEqual(['$ hansom', 'a 1%', 'total'])
    lines = ['a 2%', 'b 1%', 'total']
    vi.advanceTimersByTime(100)
    expect(screen.lines).toEqual(['$ hansom', 'a 2%', 'b 1%', 'total'])
    lines = ['total']
    vi.advanceTimersByTime(100)
    expect(screen.lines).toEqual(['$ hansom', 'total'])
    bars.stop()
    expect(screen.lines).toEqual(['$ hansom'])
  })

  it('stay below what is told meanwhile', () => {
    const screen = new Screen()
    const bars = new Bars(screen, () => ['total'])
    vi.advanceTimersByTime(100)
    bars.above('one\n')
    bars.above('two\n')
    vi.advanceTimersByTime(100)
    expect(screen.lines).toEqual(['$ hansom', 'one', 'two', 'total'])
    bars.above('three\n')
    bars.stop()
    expect(screen.lines).toEqual(['$ hansom', 'one', 'two', 'three'])
  })

  it('are drawn at most ten times a second, and only if they have changed', () => {
    const screen = new Screen()
    let frames = 0
    const bars = new Bars(screen, () => [`frame ${Math.floor(frames++ / 2)}`])
    for (let ms = 0; ms < 1_000; ms++) {
      bars.above('')
      vi.advanceTimersByTime(1)
    }
    expect(frames).toBe(10)
    expect(screen.writes).toBe(5)
    bars.stop()
    vi.advanceTimersByTime(1_000)
    expect(frames).toBe(10)
  })

  it('wait for a terminal that is slow, and lose no line', () => {
    const screen = new Screen()
    const bars = new Bars(screen, () => ['total'])
    screen.writableNeedDrain = true
    bars.above('one\n')
    vi.advanceTimersByTime(1_000)
    expect(screen.writes).toBe(0)
    screen.writableNeedDrain = false
    vi.advanceTimersByTime(100)
    expect(screen.lines).toEqual(['$ hansom', 'one', 'total'])
    bars.stop()
  })

  it('ask for the size each time, and clear the rows that lines take in a narrower terminal', () => {
    const screen = new Screen()
    const sizes: string[] = []
    const bars = new Bars(screen, (columns, rows) => {
      sizes.push(`${columns}x${rows}`)
      return ['x'.repeat(Math.min(columns - 1, 39)), 'total']
    })
    vi.advanceTimersByTime(100)
    screen.columns = 20
    const written: string[] = []
    screen.write = text => written.push(text) > 0
    vi.advanceTimersByTime(100)
    expect(sizes).toEqual(['40x10', '20x10'])
    expect(written[0]?.startsWith('\x1b[3A\r\x1b[J')).toBe(true)
    bars.stop()
  })

  it('take a terminal without a size for one of 80 by 24', () => {
    const sizes: string[] = []
    const frame = (columns: number, rows: number): string[] => {
      sizes.push(`${columns}x${rows}`)
      return []
    }
    const bars = new Bars({ columns: 0, rows: 0, write: () => true }, frame)
    vi.advanceTimersByTime(100)
    expect(sizes).toEqual(['80x24'])
    bars.stop()
  })

  it('write nothing when there is nothing to draw', () => {
    const screen = new Screen()
    const bars = new Bars(screen, () => [])
    vi.advanceTimersByTime(1_000)
    bars.stop()
    expect(screen.writes).toBe(0)
  })
})

describe('whether bars are drawn', () => {
  const terminal = { allowed: true, stderrIsTerminal: true, stdoutIsTerminal: true, stdoutIsUsed: false, env: {} }

  it.each([
    ['on a terminal to which nothing else is written', {}, true],
    ['beside a stdout that goes elsewhere', { stdoutIsTerminal: false, stdoutIsUsed: true }, true],
    ['not on one that bodies are written to', { stdoutIsUsed: true }, false],
    ['not without a terminal', { stderrIsTerminal: false }, false],
    ['not when they were turned off', { allowed: false }, false],
    ['not on a terminal that understands nothing', { env: { TERM: 'dumb' } }, false],
    ['not in a build', { env: { CI: 'true' } }, false],
    ['on a terminal that says it is in no build', { env: { CI: 'false', TERM: 'xterm' } }, true],
  ])('%s', (_what, changed, drawn) => {
    expect(drawsBars({ ...terminal, ...changed })).toBe(drawn)
  })
})
