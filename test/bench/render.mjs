// The command that writes docs/benchmarks.md, its plots and the numbers of README.md from what `npm run bench` has kept.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { renderPage } from './render-page.mjs'
import { renderPlots } from './render-plots.mjs'
import { renderReadme } from './render-readme.mjs'
import { readResults } from './results.mjs'

const root = new URL('../../', import.meta.url)
const plotFolder = new URL('docs/benchmarks/', root)
const editions = readResults()
if (editions.length === 0) {
  console.error('render: no results in docs/benchmarks; run npm run bench -- --write')
  process.exit(2)
}

const plots = renderPlots(editions)
for (const name of readdirSync(plotFolder)) {
  if (/^node\d+-.*\.svg$/.test(name) && !plots.has(name)) rmSync(new URL(name, plotFolder))
}
for (const [name, svg] of plots) writeFileSync(new URL(name, plotFolder), svg)
writeFileSync(new URL('docs/benchmarks.md', root), renderPage(editions))
const readme = new URL('README.md', root)
writeFileSync(readme, renderReadme(readFileSync(readme, 'utf8'), editions))
console.log(`rendered docs/benchmarks.md, README.md and ${plots.size} plots`)
