// docs/benchmarks.md as text.
import { readFileSync } from 'node:fs'
import { defaultCells } from './cells.mjs'
import { format } from './format.mjs'
import { cellTable, goalTable, starTable } from './render-tables.mjs'

const star = [
  ['small/1', '1 connection'],
  ['small/16', '16'],
  ['small/50', '50'],
  ['small/200', '200'],
  ['small/50/fields-30', '50, 30 fields'],
  ['small/50/tls', '50, TLS'],
]

/** The page made of these editions (see `readResults`). */
export function renderPage(editions) {
  const learned = readFileSync(new URL('learned.md', import.meta.url), 'utf8').trim()
  return `# Benchmarks

Made by \`npm run bench\`: take the ratios, not the absolute times, for the machine is small and shared. Every number of a
table is in a JSON file below \`docs/benchmarks\`, with its raw samples; this page is rendered from them.

${editions.map(({ cells }) => `- ${versionsOf(cells)}.`).join('\n')}

## The goals

${goalTable(editions)}
A ratio or a difference is the median over the rounds, with the least and the greatest.

## Small answers

${section(editions, 'small', 'CPU time for a small answer at 50 connections', ['small/50'])}
${section(editions, 'connections', 'CPU time for a small answer at 1, 16, 50 and 200 connections', [], starOf)}
The middle is 50 connections, 5 response fields and no TLS; each column differs from it in one thing. Other combinations can
be run by name, like \`npm run bench -- --only small/16/fields-30/tls\`.

## Long bodies, whole

${section(editions, null, '', ['download', 'upload'])}
A raw socket's bytes are counted and not kept; all others hand over the whole body.

## Long bodies, piece by piece

${section(editions, 'recv-body', 'CPU time to read a body of 1 GiB', ['recv-body', 'messages/chunks-64', 'messages/chunks-1'])}
The floor is one socket that reads into one buffer again and again, which stays in the processor's cache. A chunk of
\`recvBody\` and of message mode has memory of its own, which its reader may keep; so has one of a socket's \`data\` event.

## Idle connections

${section(editions, 'idle', 'Resident memory of an idle connection', ['idle/plain', 'idle/tls'])}
## The actors

${section(editions, null, '', ['actors'])}
## Where hansom loses

Those that need less than hansom's stream of \`request\`, \`recvHead\` and \`recvBody\` or \`body\`, the floor aside:

${losses(editions)}

## How it is measured

- Each sample runs in a fresh process. In a round all contenders have their turn, forth and back (ABBA); ratios compare samples
  of the same round.
- ${pinning(editions)} \`NODE_ENV\` is \`production\`.
- CPU time is the client's process time, user and system, from \`process.cpuUsage\` (of Go: \`getrusage\`). The server's is not
  in it. A client warms up, and is then measured, until it has used a given CPU time; how much is in the JSON files.
- All check a header and the length of each body. hansom is at its defaults but for the connections that it may have; every
  other client may have as many. Node's fetch gets them by an \`Agent\` of the undici that Node carries, got and axios by a
  keep-alive agent of \`node:http\`.
- nginx serves small answers and downloads where it is installed, else the raw server of \`test/bench/servers\`. The raw server
  serves the rest in all cases: nginx cannot hold answers back, answers an upload before it has read it, and does not write in
  pieces of a given size.
- Memory is the slope over three numbers of connections, after garbage collection, each connection having answered one request.
  The young generation is held small (\`--max-semi-space-size=1\`) for all, because its size is V8's choice and not what is measured.
- The actor layer is the self time of \`dist/actor\` and of xstate in a CPU profile, after a warm-up, divided by the requests.

\`\`\`sh
npm run build
npm run bench -- --list                  # the cells
npm run bench -- --only 'small/50*'      # some of them
npm run bench -- --write                 # all, into docs/benchmarks
node test/bench/render.mjs               # this page, its plots, the numbers of README.md
\`\`\`

## What was learned

${learned}
`
}

/** For each edition: its plot, and the table of each cell that was measured. */
function section(editions, plot, alt, names, more = () => '') {
  const parts = editions.flatMap(edition => {
    const { major, cells } = edition
    const tables = names.filter(name => cells.has(name)).map(name => cellTable(cells.get(name)))
    const extra = more(edition)
    if (tables.length === 0 && extra === '') return []
    const image = plot === null ? [] : [`![${alt}, Node ${major}](benchmarks/node${major}-${plot}.svg)\n`]
    return [`Node ${major}:\n`, ...image, ...tables, ...(extra === '' ? [] : [extra])]
  })
  return parts.join('\n')
}

function starOf({ cells }) {
  const measured = star.filter(([name]) => cells.has(name))
  if (measured.length < 2) return ''
  const results = measured.map(([name]) => cells.get(name))
  return starTable(
    results,
    measured.map(([, head]) => head),
  )
}

function versionsOf(cells) {
  const versions = Object.assign({}, ...[...cells.values()].map(result => result.versions))
  const servers = [...cells.values()].map(({ server }) => server).filter(({ version }) => version !== null)
  const { node, hansom, 'undici-request': undici, fetch, got, axios, go } = versions
  const named = { hansom, undici, "Node's own": fetch, got, axios, Go: go, nginx: servers[0]?.version }
  const told = Object.entries(named).filter(([, version]) => version !== undefined)
  return `Node ${node}: ${told.map(([name, version]) => `${name} ${version}`).join(', ')}`
}

function losses(editions) {
  const items = editions.flatMap(({ major, cells }) =>
    defaultCells.flatMap(name => {
      const result = cells.get(name)
      const ours = result?.contenders.hansom
      if (ours === undefined) return []
      const { contenders, main, unit } = result
      const better = Object.entries(contenders).filter(
        ([other, each]) => !/^(hansom|raw-socket)/.test(other) && each[main].median < ours[main].median,
      )
      const told = better.map(([, each]) => `${each.title} (${format(each[main].median)})`)
      return told.length === 0
        ? []
        : [`- Node ${major}, ${result.title}: ${told.join('; ')}; hansom ${format(ours[main].median)} ${unit}.`]
    }),
  )
  return items.length === 0 ? 'None in these runs.' : items.join('\n')
}

function pinning(editions) {
  const pinned = editions.every(({ cells }) => [...cells.values()].every(({ pinnedTo }) => pinnedTo !== null))
  return pinned
    ? 'The client and the server are pinned to a core each.'
    : 'The client and the server were not pinned to cores.'
}
