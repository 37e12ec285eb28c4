// Bar plots as SVG, which need no program to read and follow the reader's light or dark background.

const width = 760
const margin = 16
const barHeight = 20
const rowHeight = 26
const groupGap = 14
const groupHead = 24
const letterWidth = 7.1
const valueWidth = 92

const style = `
    svg { color-scheme: light dark; }
    .page { fill: #ffffff; stroke: #d0d7de; }
    text { font: 13px ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; }
    .title { font-size: 15px; font-weight: 600; }
    .group { font-weight: 600; }
    .ours { fill: #0969da; }
    .peer { fill: #8c959f; }
    .floor { fill: #bf8700; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #0d1117; stroke: #30363d; }
      text { fill: #e6edf3; }
      .ours { fill: #58a6ff; }
      .peer { fill: #6e7681; }
      .floor { fill: #d29922; }
    }`

/**
 * Horizontal bars from zero, on one scale. A group is `{ label, bars }`, a bar `{ label, value, text, role }`: the text is
 * what stands behind it, and the role, `ours`, `peer` or `floor`, chooses its colour.
 */
export function barPlot({ title, groups }) {
  const bars = groups.flatMap(group => group.bars)
  const labelWidth = Math.max(...bars.map(bar => bar.label.length)) * letterWidth
  const left = margin + labelWidth + 10
  const scale = (width - left - valueWidth - margin) / Math.max(...bars.map(bar => bar.value))
  const lines = []
  let y = 50
  for (const { label, bars } of groups) {
    if (label !== null) {
      lines.push(`<text class="group" x="${margin}" y="${y + 16}">${escapeXml(label)}</text>`)
      y += groupHead
    }
    for (const { label, value, text, role } of bars) {
      const length = Math.max(1, value * scale)
      const middle = y + barHeight / 2 + 5
      lines.push(`<text x="${left - 10}" y="${middle}" text-anchor="end">${escapeXml(label)}</text>`)
      lines.push(
        `<rect class="${role}" x="${round(left)}" y="${y}" width="${round(length)}" height="${barHeight}" rx="2"/>`,
      )
      lines.push(`<text x="${round(left + length + 8)}" y="${middle}">${escapeXml(text)}</text>`)
      y += rowHeight
    }
    y += groupGap
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" role="img">
  <title>${escapeXml(title)}</title>
  <style>${style}
  </style>
  <rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${y - 1}" rx="6"/>
  <text class="title" x="${margin}" y="30">${escapeXml(title)}</text>
  ${lines.join('\n  ')}
</svg>
`
}

function round(number) {
  return Number(number.toFixed(1))
}

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
