// The names of cells, like small/50/fields-30/tls: a kind and how it differs from the middle of the star.

/** What each kind may vary, in the order in which a name tells it, and its default. `shown`: told even then. */
const kinds = {
  small: { connections: { default: 50, shown: true }, fields: { default: 5 }, tls: { default: false } },
  download: { connections: { default: 50 }, tls: { default: false } },
  upload: { connections: { default: 50 }, tls: { default: false } },
  'recv-body': { tls: { default: false } },
  messages: { chunkKib: { default: 64, shown: true }, tls: { default: false } },
  idle: { tls: { default: false, shown: true } },
  actors: {},
}

const parts = [
  { key: 'connections', pattern: /^[1-9]\d{0,3}$/, read: Number, write: String },
  {
    key: 'fields',
    pattern: /^fields-(?:[5-9]|[1-9]\d)$/,
    read: text => Number(text.slice(7)),
    write: n => `fields-${n}`,
  },
  {
    key: 'chunkKib',
    pattern: /^chunks-(?:1|2|4|8|16|32|64)$/,
    read: text => Number(text.slice(7)),
    write: n => `chunks-${n}`,
  },
  { key: 'tls', pattern: /^(?:tls|plain)$/, read: text => text === 'tls', write: tls => (tls ? 'tls' : 'plain') },
]

/**
 * Takes a name apart; null if no cell is called so. Parts may come in any order, once each; what is left out has its
 * default. `name` of the answer is the name as this suite writes it.
 */
export function parseCell(text) {
  const [kind, ...rest] = text.split('/')
  const allowed = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  if (allowed === undefined) return null
  const cell = { kind, connections: 1, fields: 5, chunkKib: 64, tls: false }
  for (const [key, { default: value }] of Object.entries(allowed)) cell[key] = value
  const seen = new Set()
  for (const word of rest) {
    const part = parts.find(({ pattern }) => pattern.test(word))
    if (part === undefined || !(part.key in allowed) || seen.has(part.key)) return null
    seen.add(part.key)
    cell[part.key] = part.read(word)
  }
  // `small` and `messages` alone mean all of their kind.
  if (Object.entries(allowed).some(([key, { shown }]) => shown && !seen.has(key))) return null
  return { ...cell, name: nameOf(cell, allowed) }
}

function nameOf(cell, allowed) {
  const told = parts.filter(({ key }) => key in allowed && (allowed[key].shown || cell[key] !== allowed[key].default))
  return [cell.kind, ...told.map(({ key, write }) => write(cell[key]))].join('/')
}

/**
 * The names that a pattern means: those of `names` that it begins, up to a slash or a dash, or that it matches with `*`
 * for any letters. One that it names exactly is meant alone.
 */
export function select(names, pattern) {
  if (names.includes(pattern)) return [pattern]
  if (pattern.includes('*')) {
    const source = pattern.split('*').map(text => text.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    const whole = new RegExp(`^${source.join('.*')}$`)
    return names.filter(name => whole.test(name))
  }
  return names.filter(name => name.startsWith(`${pattern}/`) || name.startsWith(`${pattern}-`))
}
