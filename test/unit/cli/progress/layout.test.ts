import { describe, expect, it } from 'vitest'
import { finishedLine, frameOf } from '../../../../src/cli/progress/layout.ts'
import type { FileView, ProgressView } from '../../../../src/cli/progress/progress.ts'
import { bytesText, durationText, fitted, widthOf } from '../../../../src/cli/progress/units.ts'

function file(name: string, bytes: number, length: number | null, rate: number | null = 1_500_000): FileView {
  return { name, bytes, length, rate, elapsedMs: 65_000 }
}

function view(files: readonly FileView[], more: Partial<ProgressView> = {}): ProgressView {
  return { files, done: 2, failed: 0, expected: 5, bytes: 3_400_000, rate: 1_500_000, leftMs: null, ...more }
}

describe('the lines of a progress', () => {
  it('are one for each file, and the total', () => {
    const files = [file('a.iso', 450, 1_000), file('b.tar.gz', 1_234_567, null), file('c', 10, 10, null)]
    expect(frameOf(view(files, { failed: 1, leftMs: 34_000 }), 80, 24)).toEqual([
      'a.iso                          [========>            ]  45%    450 B   1.5 MB/s',
      'b.tar.gz                                                      1.2 MB   1.5 MB/s',
      'c                              [=====================] 100%     10 B',
      '3 of 5, 1 failed, 3.4 MB, 1.5 MB/s, 0:34 left',
    ])
  })

  it('leave out what is not known', () => {
    expect(frameOf(view([], { done: 0, expected: null, bytes: 0, rate: null }), 80, 24)).toEqual(['0 of ?, 0 B'])
  })

  it('never reach the last column, nor the last row, whatever the size', () => {
    const files = Array.from({ length: 40 }, (_, index) =>
      file(`${'日本語-résumé-'.repeat(3)}${index}`, index * 1e9, 4e10),
    )
    for (let columns = 1; columns <= 200; columns++) {
      for (const rows of [1, 2, 3, 10, 100]) {
        const lines = frameOf(view(files, { leftMs: 1e7 }), columns, rows)
        expect(lines.length).toBeLessThan(rows)
        for (const line of lines) expect(widthOf(line)).toBeLessThan(columns)
      }
    }
  })

  it('sum up the files that find no room', () => {
    const files = Array.from({ length: 9 }, (_, index) => file(`f${index}`, 1_000, null, null))
    const lines = frameOf(view(files), 60, 6)
    expect(lines.map(line => line.split(' ')[0])).toEqual(['f0', 'f1', 'f2', 'and', '2'])
    expect(lines[3]).toBe('and 6 more, 6.0 kB')
  })

  it('are the total only on a narrow terminal, and none on one that is too narrow', () => {
    expect(frameOf(view([file('a', 1, 2)]), 39, 24)).toHaveLength(1)
    expect(frameOf(view([file('a', 1, 2)]), 19, 24)).toEqual([])
    expect(frameOf(view([file('a', 1, 2)]), 80, 1)).toEqual([])
  })

  it('show no bar for a file that is empty or has more than it said', () => {
    const lines = frameOf(view([file('empty', 0, 0), file('more', 30, 20)]), 80, 24)
    expect(lines[0]).not.toMatch(/[[%]/)
    expect(lines[1]).toContain('100%')
  })

  it('are followed by one for each file that is there', () => {
    expect(finishedLine(file('a.iso', 98_765_432, null))).toBe('a.iso: 98.8 MB in 1:05')
  })
})

describe('units', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [999.6, '1.0 kB'],
    [1_000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [1.5e9, '1.5 GB'],
    [2e15, '2000.0 TB'],
  ])('of %d bytes are %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text)
  })

  it.each([
    [0, '0:00'],
    [59_499, '0:59'],
    [59_500, '1:00'],
    [3_599_600, '1:00:00'],
    [36_061_000, '10:01:01'],
  ])('of %d ms are %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })

  it.each([
    ['short', 8, 'short   '],
    ['just fit', 8, 'just fit'],
    ['too long a name', 8, 'too lo..'],
    ['日本語日本語', 7, '日本.. '],
    ['anything', 1, '.'],
    ['anything', 0, ''],
  ])('fit %s into %d columns', (text, columns, fit) => {
    expect(fitted(text, columns)).toBe(fit)
    expect(widthOf(fit)).toBe(columns)
  })
})
