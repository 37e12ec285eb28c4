import { describe, expect, it } from 'vitest'

/** The benchmarks are plain JavaScript, which the type check leaves out. */
const load = (file: string) => import(new URL(`../bench/${file}`, import.meta.url).href)
const { median, paired, roundOrder, slope, spread } = await load('statistics.mjs')
const { parseCell, select } = await load('cell-name.mjs')
const { cellOf, defaultCells, goals } = await load('cells.mjs')
const { format } = await load('format.mjs')

describe('the statistics of the benchmarks', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
    [[7], 7],
  ])('take the median of %j', (numbers, expected) => {
    const before = [...numbers]
    expect(median(numbers)).toBe(expected)
    expect(numbers).toEqual(before)
  })

  it('tell the least and the greatest beside the median', () => {
    expect(spread([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9 })
  })

  it('pair the samples of the same round, so that a slow round changes no ratio', () => {
    const fast = [10, 20, 10]
    const slow = [20, 40, 20]
    expect(paired(fast, slow, (own: number, other: number) => other / own)).toEqual({ median: 2, min: 2, max: 2 })
  })

  it('refuse to pair unequal numbers of rounds', () => {
    expect(() => paired([1], [1, 2], Math.max)).toThrow(RangeError)
  })

  it('find the slope of a line through noise that cancels out', () => {
    const points = [
      { x: 1_000, y: 5_100 },
      { x: 3_000, y: 8_800 },
      { x: 5_000, y: 13_100 },
    ]
    expect(slope(points)).toBeCloseTo(2)
  })

  it('run the contenders forth and back by turns', () => {
    const names = ['a', 'b', 'c']
    expect([0, 1, 2].map(round => roundOrder(names, round).join(''))).toEqual(['abc', 'cba', 'abc'])
    expect(names).toEqual(['a', 'b', 'c'])
  })

  it.each([
    [1.736, '1.74'],
    [9.996, '10.0'],
    [-0.123, '-0.12'],
    [26.35, '26.4'],
    [99.96, '100'],
    [1_234.5, '1235'],
  ])('write %d as %s', (number, text) => {
    expect(format(number)).toBe(text)
  })
})

describe('the names of cells', () => {
  it.each(defaultCells as string[])('%s is written as it is read', name => {
    expect(parseCell(name).name).toBe(name)
  })

  it('tell what differs from the middle of the star', () => {
    expect(parseCell('small/16/fields-30/tls')).toMatchObject({
      kind: 'small',
      connections: 16,
      fields: 30,
      tls: true,
      name: 'small/16/fields-30/tls',
    })
    expect(parseCell('download')).toMatchObject({ connections: 50, fields: 5, tls: false })
  })

  it('do not tell what is the same, in whichever order it is given', () => {
    expect(parseCell('small/50/fields-5/plain').name).toBe('small/50')
    expect(parseCell('small/tls/50').name).toBe('small/50/tls')
    expect(parseCell('messages/tls/chunks-4').name).toBe('messages/chunks-4/tls')
  })

  it.each([
    'small',
    'idle',
    'large/50',
    'small/0',
    'small/50/50',
    'small/50/fields-3',
    'recv-body/50',
    'actors/tls',
    'constructor',
    '',
  ])('%j is none', name => {
    expect(parseCell(name)).toBeNull()
  })

  it('are chosen by a beginning, a pattern, or the whole name alone', () => {
    expect(select(defaultCells, 'idle')).toEqual(['idle/plain', 'idle/tls'])
    expect(select(defaultCells, 'small/50')).toEqual(['small/50'])
    expect(select(defaultCells, 'small/50*')).toEqual(['small/50', 'small/50/fields-30', 'small/50/tls'])
    expect(select(defaultCells, '*tls')).toEqual(['small/50/tls', 'idle/tls'])
    expect(select(defaultCells, 'small.50')).toEqual([])
  })

  it('of goals are cells that are measured by default, with those that they speak of', () => {
    for (const goal of goals) {
      expect(defaultCells).toContain(goal.cell)
      const cell = cellOf(goal.cell)
      expect(cell.contenders).toContain(goal.of)
      if (goal.ratio !== undefined) expect(cell.contenders).toContain(cell.ratios[goal.ratio].to)
    }
  })
})
