// What the command prints.

import { format } from './format.mjs'
import { pinnedTo } from './pinning.mjs'

const ratioNames = {
  besideUndici: 'beside undici.request',
  besideFloor: 'beside the floor',
  timesData: 'times the data events',
  timesFloor: 'times the floor',
  abovePull: 'above recvBody',
  aboveRaw: 'above a raw socket',
}

/** `3 min 20 s`. */
export function clock(seconds) {
  const whole = Math.round(seconds)
  return whole < 90 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

/** The cells, each with who takes part. */
export function printCells({ cells }) {
  for (const cell of cells)
    console.log(`${cell.name.padEnd(20)} ${cell.title}\n${' '.repeat(21)}${cell.contenders.join(', ')}`)
}

/** `1 cell`, `2 cells`. */
const counted = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`

/** Who runs where, who does not, and how long it will take. */
export function printHead({ plan, rounds, skipped, quick }, seconds) {
  const pinned =
    pinnedTo === null ? 'not pinned to cores' : `client on core ${pinnedTo.client}, server on core ${pinnedTo.server}`
  console.log(
    `Node ${process.versions.node}, ${counted(plan.length, 'cell')}, ${counted(rounds, 'round')}, ${pinned}; about ${clock(seconds)}`,
  )
  if (quick) console.log('--quick: the numbers mean nothing')
  for (const [name, why] of skipped) console.log(`without ${name}: ${why}`)
}

/** The numbers of a cell as a table. */
export function printResult({ contenders, main, unit, server, seconds, goals }, quick) {
  const names = [...new Set(Object.values(contenders).flatMap(({ ratios }) => Object.keys(ratios)))]
  const rows = Object.values(contenders).map(contender => [
    contender.title.replaceAll('`', ''),
    `${format(contender[main].median)} ${unit}`,
    ...names.map(name => told(contender.ratios[name], ratioNames[name])),
  ])
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)))
  for (const row of rows)
    console.log(
      `  ${row
        .map((text, column) => text.padEnd(widths[column]))
        .join('  ')
        .trimEnd()}`,
    )
  for (const { says, measured, met } of quick ? [] : goals) {
    console.log(`  goal ${met ? 'met' : 'missed'}: ${format(measured.median)} ${says.replaceAll('`', '')}`)
  }
  console.log(`  ${server.name}${server.version === null ? '' : ` ${server.version}`}, ${seconds} s`)
}

function told(ratio, name) {
  if (ratio === undefined) return ''
  return `${format(ratio.median)} (${format(ratio.min)} to ${format(ratio.max)}) ${name}`
}
