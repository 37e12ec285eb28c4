// The tables of measured numbers, for docs/benchmarks.md and README.md.
import { cellOf, goals } from './cells.mjs'
import { titleOf } from './contenders/list.mjs'
import { format } from './format.mjs'
import { table } from './table.mjs'

const ratioHeads = {
  besideUndici: "requests per CPU-second, times `undici.request`'s",
  besideFloor: "times the floor's",
  timesData: 'CPU time, times the `data` events',
  timesFloor: 'CPU time, times the floor',
  abovePull: 'above `recvBody`',
  aboveRaw: 'above a raw socket',
}
const metricHeads = { actorMicros: 'own code', xstateMicros: 'xstate', perSecond: 'requests a second' }

/** `1.74 (1.29 to 1.88)`; a dash for what is not there. */
export function spreadText(spread) {
  return spread === undefined ? '–' : `${format(spread.median)} (${format(spread.min)} to ${format(spread.max)})`
}

/** All rows of one result: the main metric, the others that a table shows, and the ratios. */
export function cellTable({ contenders, main, unit, title }) {
  const all = Object.values(contenders)
  const metrics = Object.keys(metricHeads).filter(metric => metric !== main && all.some(each => metric in each))
  const ratios = Object.keys(ratioHeads).filter(ratio => all.some(each => ratio in each.ratios))
  const heads = [title, unit, ...metrics.map(name => metricHeads[name]), ...ratios.map(name => ratioHeads[name])]
  const rows = all.map(each => [
    each.title,
    format(each[main].median),
    ...metrics.map(name => format(each[name].median)),
    ...ratios.map(name => spreadText(each.ratios[name])),
  ])
  return table([heads, ...rows])
}

/** The main metric of several cells side by side: a row for each contender that takes part in all but the first's extras. */
export function starTable(results, heads) {
  const names = Object.keys(results[0].contenders).filter(name => results.every(({ contenders }) => name in contenders))
  const rows = names.map(name => [
    titleOf(name, { kind: 'small', tls: false }, false),
    ...results.map(({ contenders, main }) => format(contenders[name][main].median)),
  ])
  return table([[`CPU time, ${results[0].unit}`, ...heads], ...rows])
}

/** Each goal, and what was measured in each edition. */
export function goalTable(editions) {
  const rows = goals.map(({ cell, says, atLeast, atMost }) => [
    `${says} (\`${cell}\`)`,
    atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`,
    ...editions.map(({ cells }) => outcome(cells.get(cell)?.goals.find(goal => goal.says === says))),
  ])
  return table([['goal', 'bound', ...editions.map(({ major }) => `Node ${major}`)], ...rows])
}

function outcome(goal) {
  return goal === undefined ? 'not measured' : `${spreadText(goal.measured)}, ${goal.met ? 'met' : 'missed'}`
}

/** README's first table: who needs how much CPU time for a request. */
export function shortTable(editions, names) {
  const measured = editions.filter(({ cells }) => cells.has('small/50'))
  const heads = measured.flatMap(({ major }) => [
    `Node ${major}: µs a request`,
    "requests per CPU-second, times `undici.request`'s",
  ])
  const rows = names.map(name => [
    titleOf(name, cellOf('small/50'), false),
    ...measured.flatMap(({ cells }) => {
      const contender = cells.get('small/50').contenders[name]
      return contender === undefined
        ? ['–', '–']
        : [format(contender.cpuMicros.median), spreadText(contender.ratios.besideUndici)]
    }),
  ])
  return table([['small answers at 50 connections, CPU time', ...heads], ...rows])
}
