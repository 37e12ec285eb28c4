// Markdown tables, with their columns aligned as the formatter of the project wants them.

/** Cells are texts; those of the first row are the heads. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map(row => row[column].length)))
  const line = cells => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  const [heads, ...body] = rows
  return [line(heads), line(widths.map(width => '-'.repeat(width))), ...body.map(line), ''].join('\n')
}
