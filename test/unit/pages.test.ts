import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pages, pageText } from '../support/markdown.ts'
import { PROJECT_ROOT } from '../support/project-root.ts'

describe('the pages', () => {
  it.each(pages())('%s links to files that exist', page => {
    const links = [...pageText(page).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link!)
    const local = links.filter(link => !/^\w+:/.test(link))
    expect(local.filter(link => !existsSync(join(PROJECT_ROOT, dirname(page), link)))).toEqual([])
  })

  it('name source files that exist', () => {
    const named = [...pageText('docs/architecture.md').matchAll(/`((?:\w+\/)+[\w-]+\.ts)`/g)].map(([, file]) => file!)
    expect(named.length).toBeGreaterThan(15)
    const missing = named.filter(file => !['', 'src'].some(root => existsSync(join(PROJECT_ROOT, root, file))))
    expect(missing).toEqual([])
  })

  it('say of every dependency, and of no other package, why it is there', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8'))
    const rows = [...pageText('docs/dependencies.md').matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name!)
    expect(rows.sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort())
  })
})
