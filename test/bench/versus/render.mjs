// Writes the table of docs/benchmarks/versus.json between `<!-- versus -->` and `<!-- /versus -->` of README.md, and behind
// its program that is marked `timed` what that printed.
//   node test/bench/versus/render.mjs [FILE]
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { table } from '../table.mjs'
import { shown } from './table.mjs'

const root = new URL('../../../', import.meta.url)
const begin = '<!-- versus -->'
const end = '<!-- /versus -->'

/** The results as markdown: a line of versions and a table. */
export function markdown({ date, command, versions, cores, rows }) {
  const { node, hansom, ...peers } = versions
  const names = Object.entries(peers).map(([name, version]) => `${name} ${version ?? '(not installed)'}`)
  const lines = [
    ['situation', 'hansom', 'others'],
    ...rows.map(row => [
      `[${row.title}](${row.script})`,
      [...row.contenders.filter(({ own }) => own).map(it => cell(row, it, 'hansom')), row.verdict.text].join('<br>'),
      row.contenders
        .filter(({ own }) => !own)
        .map(it => cell(row, it))
        .join('<br>'),
    ]),
  ]
  const measured = `hansom ${hansom} beside ${names.join(', ')} and Node's own clients on Node ${node}, ${cores} cores, ${date.slice(0, 10)}: \`${command}\`.`
  return `${measured}\n\n${table(lines).trimEnd()}`
}

/** Replaces what stands between the marks of a page; null if it does not have both. */
export function rendered(page, results) {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) return null
  return withText(
    `${page.slice(0, from + begin.length)}\n\n${markdown(results)}\n\n${page.slice(to)}`,
    results.texts.readme,
  )
}

/** Replaces the output that is shown behind the program marked `timed`. */
function withText(page, text) {
  const shown = /(^```ts runnable timed\n[\s\S]*?^```\n[\s\S]*?^```text\n)[\s\S]*?(^```$)/m
  return page.replace(shown, (_, before, after) => `${before}${text}\n${after}`)
}

/** Renders docs/benchmarks/versus.json into a page. Returns what to tell the user. */
export function render(file = new URL('README.md', root)) {
  const json = new URL('docs/benchmarks/versus.json', root)
  if (!existsSync(json)) return 'there is no docs/benchmarks/versus.json yet: npm run versus -- --write'
  const results = JSON.parse(readFileSync(json, 'utf8'))
  const name = file instanceof URL ? 'README.md' : file
  const page = rendered(readFileSync(file, 'utf8'), results)
  if (page === null) return `${name} has no ${begin} and ${end}: nothing is rendered into it`
  writeFileSync(file, page)
  return `${name}: the table is rendered`
}

/** `undici.request: 1,538 ms, answered 200`. */
function cell(row, contender, prefix = '') {
  const name = contender.name.slice(prefix.length).trim()
  const text = shown(row, contender).replaceAll('|', '\\|')
  return name === '' ? text : `${name}: ${text}`
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(render(process.argv[2]))
