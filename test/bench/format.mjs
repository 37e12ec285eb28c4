/** A number with two digits behind the point below 10, one below 100, none above: as the tables show it. */
export function format(number) {
  const size = Math.abs(number)
  return number.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0)
}
