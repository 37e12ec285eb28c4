import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT_ROOT } from '../support/project-root.ts'

const load = (file: string) => import(new URL(`../bench/${file}`, import.meta.url).href)
const { readResults } = await load('results.mjs')
const { renderPage } = await load('render-page.mjs')
const { renderPlots } = await load('render-plots.mjs')
const { renderReadme } = await load('render-readme.mjs')

const read = (...path: string[]): string => readFileSync(join(PROJECT_ROOT, ...path), 'utf8')
const folder = join(PROJECT_ROOT, 'docs', 'benchmarks')

/** A number as a table writes it; a version like 7.30.2 is one too. */
const NUMBER = /\d+(?:[.,]\d+)*/g

interface Measured {
  readonly numbers: number[]
  readonly words: Set<string>
}

/** The numbers of a JSON value, and those in its texts and names. Raw samples are left out: among so many, any number is found. */
function collect(value: unknown, into: Measured): Measured {
  if (typeof value === 'number') into.numbers.push(value)
  else if (typeof value === 'string') for (const word of value.match(NUMBER) ?? []) into.words.add(word)
  if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      if (name === 'samples' || name === 'date') continue
      collect(name, into)
      collect(inner, into)
    }
  }
  return into
}

/** Whether a number of the JSON, written with as many digits behind the point, reads like this. */
function isMeasured(text: string, { numbers, words }: Measured): boolean {
  if (words.has(text)) return true
  const plain = text.replaceAll(',', '')
  const digits = plain.split('.')[1]?.length ?? 0
  return numbers.some(number => Math.abs(number).toFixed(digits) === plain)
}

const jsonFiles = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.json'))
const editions = readResults()

describe('the tables of measured numbers', () => {
  const measured: Measured = { numbers: [], words: new Set() }
  for (const name of jsonFiles) collect(JSON.parse(readFileSync(join(folder, name), 'utf8')), measured)
  // Node's major versions are the names of folders.
  for (const { major } of editions) measured.words.add(major)

  it.each(['README.md', 'docs/benchmarks.md'])('of %s hold only numbers that a command has written', file => {
    const rows = read(file)
      .split('\n')
      .filter(line => line.startsWith('|'))
    const numbers = rows.flatMap(row => row.match(NUMBER) ?? [])
    expect(numbers.length).toBeGreaterThan(20)
    expect(numbers.filter(number => !isMeasured(number, measured))).toEqual([])
  })

  it('are of seven rounds or more', () => {
    const published = editions as readonly { cells: Map<string, { cell: string; rounds: number }> }[]
    const results = published.flatMap(({ cells }) => [...cells.values()])
    expect(results.filter(({ rounds }) => rounds < 7).map(({ cell }) => cell)).toEqual([])
  })

  it('are noticed when a number is made up', () => {
    expect(isMeasured('123456.78', measured)).toBe(false)
    expect(isMeasured('9.8.7', measured)).toBe(false)
  })
})

describe('rendering the benchmarks again', () => {
  it('changes nothing in docs/benchmarks.md', () => {
    expect(renderPage(editions)).toBe(read('docs', 'benchmarks.md'))
  })

  it('changes nothing in README.md', () => {
    const text = read('README.md')
    expect(renderReadme(text, editions)).toBe(text)
  })

  it('changes no plot and leaves none behind', () => {
    const plots: Map<string, string> = renderPlots(editions)
    expect(
      readdirSync(folder)
        .filter(name => /^node\d+-.*\.svg$/.test(name))
        .sort(),
    ).toEqual([...plots.keys()].sort())
    for (const [name, svg] of plots) expect(svg).toBe(read('docs', 'benchmarks', name))
  })

  it('names in each JSON file the cell whose name it bears, and the command that wrote it', () => {
    for (const { major, cells } of editions) {
      for (const [name, result] of cells) {
        expect(existsSync(join(folder, `node${major}`, `${name.replaceAll('/', '-')}.json`))).toBe(true)
        expect(result.command).toContain(name)
        expect(result.versions.node.split('.')[0]).toBe(major)
      }
    }
  })
})
