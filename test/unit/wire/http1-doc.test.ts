import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultWireLimits } from '../../../src/wire/message.ts'
import { pageText } from '../../support/markdown.ts'
import { PROJECT_ROOT } from '../../support/project-root.ts'

const page = pageText('docs/http1.md')

describe('docs/http1.md', () => {
  it('has every limit with its default', () => {
    const rows = [...page.matchAll(/^\| `limits\.(\w+)` +\| ([\d,]+) +\|/gm)]
    const told = rows.map(([, name, value]) => [name, Number(value!.replaceAll(',', ''))])
    expect(Object.fromEntries(told)).toEqual(defaultWireLimits)
  })

  it('has every leniency, with who does it and its danger', () => {
    const source = readFileSync(join(PROJECT_ROOT, 'src/wire/leniency.ts'), 'utf8')
    const names = [...source.matchAll(/readonly (\w+)\?: boolean/g)].map(([, name]) => name!)
    const section = page.slice(page.indexOf('## Leniencies'))
    const rows = [...section.matchAll(/^\| `(\w+)` +\| \S.* \| \S.* \| \S.* \|$/gm)].map(([, name]) => name!)
    expect(rows.filter(name => name !== 'lenient')).toEqual(names)
  })
})
