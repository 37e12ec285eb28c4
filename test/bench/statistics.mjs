// What is made of the samples.

/** The middle value; of an even count, the mean of the two in the middle. NaN for none. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** Median, least and greatest. */
export function spread(numbers) {
  return { median: median(numbers), min: Math.min(...numbers), max: Math.max(...numbers) }
}

/**
 * Compares two contenders round by round, for the machine is slower in some rounds than in others. `combine` gets the
 * values of one round. Throws a RangeError if they have not the same number of rounds.
 */
export function paired(own, other, combine) {
  if (own.length !== other.length) throw new RangeError(`${own.length} rounds cannot be paired with ${other.length}`)
  return spread(own.map((value, round) => combine(value, other[round])))
}

/** Least squares: how much `y` grows for one `x` more. */
export function slope(points) {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length
  const over = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0)
  return over / points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0)
}

/** The order of a round, counted from 0: forth and back by turns (ABBA), so that a drift favours nobody. */
export function roundOrder(names, round) {
  return round % 2 === 0 ? [...names] : [...names].reverse()
}
