// The plots of docs/benchmarks.md.
import { format } from './format.mjs'
import { barPlot } from './plot.mjs'

const perConnections = ['hansom', 'hansom-get', 'undici-request', 'undici-dispatch', 'raw-socket']

/** Each plot's file name in docs/benchmarks and its SVG, for the results that are there. */
export function renderPlots(editions) {
  const plots = new Map()
  for (const { major, cells } of editions) {
    const add = (name, title, groups) => {
      if (groups.length > 0)
        plots.set(`node${major}-${name}.svg`, barPlot({ title: `${title}, Node ${major}`, groups }))
    }
    const cell = name => (cells.has(name) ? [group(null, cells.get(name))] : [])
    const by = (names, only) =>
      names.filter(name => cells.has(name)).map(name => group(cells.get(name).title, cells.get(name), only))

    add('small', 'Small answers at 50 connections: CPU time, µs a request', cell('small/50'))
    const connections = ['small/1', 'small/16', 'small/50', 'small/200']
    add('connections', 'Small answers: CPU time, µs a request', by(connections, perConnections))
    add('recv-body', 'A body of 1 GiB, read piece by piece: CPU time, ms', cell('recv-body'))
    add('idle', 'Resident memory of an idle connection, KB', by(['idle/plain', 'idle/tls']))
  }
  return plots
}

function group(label, { contenders, main }, only = Object.keys(contenders)) {
  const bars = only
    .filter(name => name in contenders)
    .map(name => {
      const { title, [main]: value } = contenders[name]
      const role = name.startsWith('raw-socket') ? 'floor' : name.startsWith('hansom') ? 'ours' : 'peer'
      return { label: title.replaceAll('`', ''), value: value.median, text: format(value.median), role }
    })
  return { label, bars: bars.sort((a, b) => a.value - b.value) }
}
