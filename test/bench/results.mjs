// What a cell's samples become, and where they are kept: docs/benchmarks/node<major>/<cell>.json.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { goals } from './cells.mjs'
import { titleOf } from './contenders/list.mjs'
import { paired, spread } from './statistics.mjs'

const folder = new URL('../../docs/benchmarks/', import.meta.url)

/** The numbers of a cell: for each contender its samples, the spread of each metric, and its ratios to others. */
export function summarise(cell, samples) {
  const valuesOf = (name, metric) => samples[name].map(sample => sample[metric])
  const contenders = {}
  for (const name of Object.keys(samples)) {
    const ratios = {}
    for (const [ratio, { to, of }] of Object.entries(cell.ratios)) {
      if (to === name || samples[to] === undefined) continue
      ratios[ratio] = paired(valuesOf(name, cell.main), valuesOf(to, cell.main), of)
    }
    const metrics = Object.fromEntries(cell.metrics.map(metric => [metric, spread(valuesOf(name, metric))]))
    contenders[name] = { title: titleOf(name, cell), ...metrics, ratios, samples: samples[name] }
  }
  return { contenders, goals: goalsOf(cell, contenders) }
}

function goalsOf(cell, contenders) {
  return goals.flatMap(({ cell: name, of, ratio, metric, ...goal }) => {
    const own = contenders[of]
    const measured = ratio === undefined ? own?.[metric] : own?.ratios[ratio]
    if (name !== cell.name || measured === undefined) return []
    const { median } = measured
    return [{ ...goal, measured, met: goal.atLeast === undefined ? median <= goal.atMost : median >= goal.atLeast }]
  })
}

/** Keeps a result for this major version of Node.js. */
export function writeResult(result) {
  const major = process.versions.node.split('.')[0]
  const target = new URL(`node${major}/`, folder)
  mkdirSync(target, { recursive: true })
  writeFileSync(new URL(`${result.cell.replaceAll('/', '-')}.json`, target), `${JSON.stringify(result, null, 2)}\n`)
}

/** The results that are kept: for each major version of Node.js, the newest first, a map from cell to result. */
export function readResults() {
  const majors = readdirSync(folder).flatMap(name => /^node(\d+)$/.exec(name)?.[1] ?? [])
  return majors
    .sort((a, b) => b - a)
    .map(major => {
      const target = new URL(`node${major}/`, folder)
      const files = readdirSync(target).filter(name => name.endsWith('.json'))
      const results = files.map(name => JSON.parse(readFileSync(new URL(name, target), 'utf8')))
      return { major, cells: new Map(results.map(result => [result.cell, result])) }
    })
}
