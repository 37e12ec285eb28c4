// What a row's results say about hansom beside the others.

/**
 * `{ place, text }`; `place` is `ahead`, `level`, `behind`, `alone` (nobody else was measured), `not yet` or `broken`.
 * Where hansom has several ways, the slowest is compared with the best of the others.
 */
export function verdictOf(row, contenders) {
  const measured = contenders.filter(({ value }) => value !== undefined)
  const byScore = own => measured.filter(it => it.own === own).sort((a, b) => score(row, a) - score(row, b))
  const ours = byScore(true).at(-1)
  const others = byScore(false)
  if (ours === undefined) return { place: 'broken', text: 'its script broke' }
  if (row.notYet !== undefined) return { place: 'not yet', text: `not yet: ${row.notYet}` }
  const best = others[0]
  if (best === undefined) {
    const missing = contenders.some(it => it.missing)
    return { place: 'alone', text: missing ? 'nobody to compare with' : 'nobody else has this' }
  }
  const names = list => list.map(({ name }) => name).join(', ')
  if (level(row, ours, best)) {
    return { place: 'level', text: `as good as ${names(others.filter(it => level(row, it, ours)))}` }
  }
  if (score(row, ours) < score(row, best)) return { place: 'ahead', text: 'ahead of the others' }
  return { place: 'behind', text: `behind ${names(others.filter(it => score(row, it) < score(row, ours)))}` }
}

/** Less is better. */
function score(row, { value }) {
  if (value === null) return Number.MAX_VALUE
  return row.better === 'less' ? value : -value
}

/** Within a fifth of each other, or for times within 25 ms: that much comes and goes on a busy machine. */
function level(row, a, b) {
  if (a.value === null || b.value === null) return a.value === b.value
  const gap = Math.abs(a.value - b.value)
  return gap <= Math.max(Math.abs(a.value), Math.abs(b.value)) / 5 || (row.unit === 'ms' && gap <= 25)
}
