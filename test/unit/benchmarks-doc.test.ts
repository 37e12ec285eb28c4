import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT_ROOT } from '../support/project-root.ts'

const read = (...path: string[]): string => readFileSync(join(PROJECT_ROOT, ...path), 'utf8')

/** Every number of a JSON value, as the tables show it. */
function shown(value: unknown, into = new Set<string>()): Set<string> {
  if (typeof value === 'number') into.add(value.toFixed(2))
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) shown(inner, into)
  return into
}

describe('the tables of measured numbers', () => {
  const measured = new Set(
    ['throughput-50-5', 'idle-memory', 'actor-time'].flatMap(name => [
      ...shown(JSON.parse(read('docs', 'benchmarks', `${name}.json`))),
    ]),
  )

  it.each(['README.md', 'docs/benchmarks.md'])('of %s hold only numbers that a command has written', file => {
    const rows = read(file)
      .split('\n')
      .filter(line => line.startsWith('|'))
    const numbers = rows.flatMap(row => row.replace(/undici [\d.]+/, '').match(/-?\d+\.\d\d\b/g) ?? [])
    expect(numbers.length).toBeGreaterThan(20)
    expect(numbers.filter(number => !measured.has(number))).toEqual([])
  })
})
