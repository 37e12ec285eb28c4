// The table on the terminal: a block of lines for each row.

const widths = { situation: 46, hansom: 27, name: 17, peer: 30 }

/** The line of versions and the heads of the columns. */
export function heading({ versions, cores, date }) {
  const { node, hansom, ...peers } = versions
  const beside = Object.entries(peers).map(([name, version]) => `${name} ${version ?? 'not installed'}`)
  const first = `hansom ${hansom} beside ${beside.join(', ')} and Node's own clients; Node ${node}, ${cores} cores, ${date.slice(0, 10)}`
  const heads = line('situation', 'hansom', 'others')
  return `${first}\n\n${heads}\n${'-'.repeat(widths.situation + widths.hansom + widths.name + widths.peer)}`
}

/** The lines of one row. */
export function block(row) {
  const situation = [...wrap(row.title, widths.situation - 2), row.script]
  const own = row.contenders.filter(({ own }) => own)
  const hansom = own.flatMap(it =>
    wrap(`${own.length > 1 ? `${it.name.replace('hansom ', '')}: ` : ''}${shown(row, it)}`, widths.hansom - 2),
  )
  hansom.push(...wrap(row.verdict.text, widths.hansom - 2))
  const peers = row.contenders
    .filter(({ own }) => !own)
    .flatMap(it => {
      const [first, ...more] = wrap(shown(row, it), widths.peer)
      return [`${it.name.padEnd(widths.name)}${first}`, ...more.map(text => `${' '.repeat(widths.name)}${text}`)]
    })
  const height = Math.max(situation.length, hansom.length, peers.length)
  const lines = Array.from({ length: height }, (_, at) => line(situation[at], hansom[at], peers[at]))
  return `${lines.join('\n')}\n`
}

/** A result in words: `1,538 ms, answered 200`. */
export function shown(row, { value, said, error, none }) {
  if (error !== undefined) return `broke: ${error}`
  if (none !== undefined) return none
  if (value === null || row.unit === null) return said
  const digits = Number.isInteger(value) ? 0 : 1
  const number = `${value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${value === 1 ? row.unit.replace(/s$/, '') : row.unit}`
  return said === undefined ? number : `${number}, ${said}`
}

function line(situation = '', hansom = '', peers = '') {
  return `${situation.padEnd(widths.situation)}${hansom.padEnd(widths.hansom)}${peers}`.trimEnd()
}

/** Breaks at spaces; a word longer than the width keeps its line. */
function wrap(text, width) {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
