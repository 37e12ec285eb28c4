// The numbers of README.md, between their two marks.
import { shortTable, spreadText } from './render-tables.mjs'
import { table } from './table.mjs'

const begin = '<!-- numbers -->'
const end = '<!-- /numbers -->'
const shown = ['hansom', 'hansom-get', 'undici-request', 'undici-dispatch', 'fetch', 'node-http', 'raw-socket']

/** README's text with the block replaced. Throws if it has not both marks. */
export function renderReadme(text, editions) {
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`README.md has not ${begin} … ${end}`)
  return `${text.slice(0, from + begin.length)}\n\n${block(editions)}\n${text.slice(to)}`
}

function block(editions) {
  return `${shortTable(editions, shown)}
${otherTable(editions)}
${versions(editions)} All tables, with got, axios, Go, TLS, long bodies and the rows that hansom loses: [docs/benchmarks.md](docs/benchmarks.md).
`
}

function otherTable(editions) {
  const rows = [
    ['KB of an idle plain connection above a raw socket: hansom', aboveRaw('hansom')],
    ['KB of an idle plain connection above a raw socket: undici', aboveRaw('undici-request')],
    ['µs a request in the actor layer', cells => spreadText(cells.get('actors')?.contenders.hansom.layerMicros)],
  ]
  const heads = editions.map(({ major }) => `Node ${major}`)
  return table([
    ['memory and actors', ...heads],
    ...rows.map(([says, tell]) => [says, ...editions.map(({ cells }) => tell(cells))]),
  ])
}

function aboveRaw(name) {
  return cells => spreadText(cells.get('idle/plain')?.contenders[name].ratios.aboveRaw)
}

function versions(editions) {
  const measured = editions.flatMap(({ cells }) => cells.get('small/50')?.versions ?? [])
  const told = measured.map(({ node, 'undici-request': undici }) => `undici ${undici} on Node ${node}`)
  return `Measured with ${told.join(' and ')}.`
}
