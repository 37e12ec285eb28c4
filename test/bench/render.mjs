// Writes docs/benchmarks.md and the numbers of README.md from the JSON that the benchmarks wrote.
//   node test/bench/render.mjs
import { readFileSync, writeFileSync } from 'node:fs'

const root = new URL('../../', import.meta.url)
const read = name => JSON.parse(readFileSync(new URL(`docs/benchmarks/${name}.json`, root), 'utf8'))
const throughput = read('throughput-50-5')
const memory = read('idle-memory')
const actor = read('actor-time')

/** Two digits behind the point. */
const two = number => number.toFixed(2)
const spread = ratio => `${two(ratio.median)} (${two(ratio.min)} to ${two(ratio.max)})`
const { versions } = throughput

const tables = `| small answers at 50 connections, CPU time | µs a request | requests per CPU-second beside undici's | beside the raw-socket floor's |
| --- | --- | --- | --- |
| hansom, \`request\` + \`recvHead\` + \`body\` | ${two(throughput.cpuMicros.hansom)} | ${spread(throughput.ratios['hansom / undici'])} | ${spread(throughput.ratios['hansom / raw'])} |
| hansom, \`get\` | ${two(throughput.cpuMicros['hansom get'])} | ${spread(throughput.ratios['hansom get / undici'])} | ${spread(throughput.ratios['hansom get / raw'])} |
| undici ${versions.undici}, \`pool.request\` + \`body.arrayBuffer()\` | ${two(throughput.cpuMicros.undici)} | 1 | ${spread(throughput.ratios['undici / raw'])} |
| raw sockets, nothing parsed | ${two(throughput.cpuMicros.raw)} | – | 1 |

| an idle plain connection | KB of resident memory | above a raw socket's |
| --- | --- | --- |
| raw socket | ${two(memory.kilobytes.raw)} | – |
| hansom | ${two(memory.kilobytes.hansom)} | ${two(memory.above.hansom)} |
| undici ${memory.versions.undici} | ${two(memory.kilobytes.undici)} | ${two(memory.above.undici)} |

| the actors, CPU time in a profile | own code, µs a request | xstate, µs a request |
| --- | --- | --- |
| as they are | ${two(actor.ownLoop.actorMicros)} | ${two(actor.ownLoop.xstateMicros)} |
| with \`inspect\`: xstate runs every actor | ${two(actor.inspected.actorMicros)} | ${two(actor.inspected.xstateMicros)} |
`

const page = `# Benchmarks

Measured on a shared machine with two cores, Node ${versions.node.slice(1)}, on loopback: take the ratios, not the absolute times. The peers are
installed in \`test/bench\` only (\`npm ci --prefix test/bench\`). Each row names its samples in a JSON file in \`docs/benchmarks\`.

${tables}
A ratio is the median over the rounds, with the least and the greatest. In each round every contender runs in a fresh process, the
client and the server each pinned to a core, \`NODE_ENV=production\`, forth and back by turns. All check a header and the length of
each body; hansom is at its defaults but for \`maxConnections\`.

Memory is the slope over three sizes after garbage collection, each connection having answered one request. The young
generation is held small (\`--max-semi-space-size=1\`) for all, because its size is V8's choice and not what is measured.

The commands:

\`\`\`sh
${throughput.command}
${memory.command}
${actor.command}
node test/bench/render.mjs
\`\`\`

## What was learned

- **No \`Map\` or \`Set\` for what comes and goes with each request.** A table that is rehashed leaves a dead one behind that still
  points to its entries and to the next table; once that is in the old generation, the scavenger keeps all of it and copies it.
  Replacing three of them (live requests, idle connections, waiters) by an array and by lists whose entries are their own nodes
  cut the garbage collector's share from 3.4 to 0.8 µs a request in a profile.
- **Bodies are copied by \`slice\` on a plain \`Uint8Array\`**, not by \`Buffer.allocUnsafeSlow\` and \`copy\`: a short one then lies in
  V8's heap and has no backing store of its own.
- **One reading of the clock a turn.** A manager takes the time from the message that it handles.
- **Parsers are lent for an exchange.** With one in each connection, an idle connection cost some 0.7 KB more.
`
writeFileSync(new URL('docs/benchmarks.md', root), page)

const readme = new URL('README.md', root)
const begin = '<!-- numbers -->'
const end = '<!-- /numbers -->'
const text = readFileSync(readme, 'utf8')
const after = text.includes(end)
  ? text.slice(text.indexOf(end) + end.length)
  : text.slice(text.indexOf(begin) + begin.length)
writeFileSync(readme, `${text.slice(0, text.indexOf(begin))}${begin}\n\n${tables}\n${end}${after}`)
