import type { ClientStats, Explanation } from 'hansom'
import { hosts } from './hosts.ts'
import type { Sent } from './load.ts'
import type { Watch } from './watch.ts'

/** The value that `fraction` of them do not exceed; 0 if there are none. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? 0
}

/** One line for each host, and under it how its failures went. */
export function table(
  sent: readonly Sent[],
  watch: Watch,
  stats: ClientStats,
  urls: Readonly<Record<string, string>>,
): string {
  const rows = hosts.map(({ name, about }) => {
    const mine = sent.filter(({ host }) => host === name)
    const count = (verdict: Sent['verdict']): string => whole(mine.filter(it => it.verdict === verdict).length)
    const bills = mine.flatMap(({ ref }) => watch.settled.get(ref.id)?.bill ?? [])
    const queue = bills.map(bill => bill.queue)
    const total = bills.map(bill => bill.total)
    const host = stats.hosts.find(({ origin }) => origin === urls[name])
    const cells = [
      name,
      whole(mine.length),
      count('ok'),
      count('failed'),
      count('cancelled'),
      host === undefined || host.granted === 0 ? '-' : `${((100 * host.reused) / host.granted).toFixed(1)}%`,
      ms(percentile(queue, 0.5)),
      ms(percentile(queue, 0.99)),
      ms(percentile(total, 0.5)),
      ms(percentile(total, 0.99)),
      whole(host?.dials ?? 0),
      whole(host?.restarts ?? 0),
    ]
    return { cells, notes: [about, ...errors(mine)] }
  })
  const widths = columns.map((title, column) =>
    Math.max(title.length, ...rows.map(({ cells }) => cells[column]!.length)),
  )
  const line = (cells: readonly string[]): string =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')
  const indent = ' '.repeat(widths[0]! + 2)
  return [
    line(columns),
    ...rows.flatMap(({ cells, notes }) => [line(cells), ...notes.map(note => indent + note)]),
  ].join('\n')
}

/** An explanation for people, and what the request cost in the end. */
export function explained(caught: Explanation, later: Explanation): string {
  const { queue } = caught
  const load = queue?.load
  return [
    `${caught.method} ${caught.url} (${caught.ref})`,
    `  phase      ${caught.phase} for ${ms(caught.sinceMs)} ms`,
    `  waits for  ${caught.waitsFor}`,
    `  queue      ${queue?.ahead} ahead, policy ${queue?.policy}`,
    `  pool       ${load?.connections} connections: ${load?.inFlight} busy, ${load?.idle} idle; ${load?.waiting} requests wait`,
    `  in the end ${later.phase}: ${bill(later)}`,
  ].join('\n')
}

const columns = [
  'host',
  'requests',
  'ok',
  'failed',
  'cancelled',
  'reuse',
  'queue p50',
  'p99',
  'total p50',
  'p99 ms',
  'dials',
  'restarts',
]

function errors(sent: readonly Sent[]): string[] {
  const counts = new Map<string, number>()
  for (const { verdict, why } of sent) {
    if (verdict === 'failed' || verdict === 'wrong') counts.set(why, (counts.get(why) ?? 0) + 1)
  }
  return [...counts].map(([why, times]) => `${whole(times)} x ${why}`)
}

function bill({ bill }: Explanation): string {
  const { queue, send, firstByte, body, total } = bill
  return `queue ${ms(queue)} + send ${ms(send)} + first byte ${ms(firstByte)} + body ${ms(body)} = ${ms(total)} ms`
}

/** A whole number with a comma for the thousands. */
export function whole(value: number): string {
  return value.toLocaleString('en')
}

/** Milliseconds with one decimal. */
export function ms(value: number): string {
  return value.toFixed(1)
}
