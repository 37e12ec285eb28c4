import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT_ROOT } from './project-root.ts'

/** A fenced block of code in a page. */
export interface CodeBlock {
  /** Its page and line, like `README.md:12`. */
  readonly place: string
  /** The words after the fence, like `ts` and `runnable`. */
  readonly words: readonly string[]
  readonly code: string
  /** What stands in the `text` block behind it, if one comes before the next block of another kind. */
  readonly output: string | null
}

const FENCE = /^```(.*)$/

/** The pages that the project writes by hand, `README.md` first, as paths from its root. */
export function pages(): string[] {
  const docs = readdirSync(join(PROJECT_ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  const names = docs.map(name => name.replaceAll('\\', '/')).filter(name => /^(?!api\/).*\.md$/.test(name))
  return ['README.md', ...names.sort().map(name => `docs/${name}`)]
}

/** The text of a page. */
export function pageText(page: string): string {
  return readFileSync(join(PROJECT_ROOT, page), 'utf8')
}

/** The fenced blocks of a page, in order. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: { place: string; words: string[]; lines: string[] }[] = []
  let open = false
  for (const [index, line] of pageText(page).split('\n').entries()) {
    const fence = FENCE.exec(line)
    if (fence === null) {
      if (open) blocks.at(-1)!.lines.push(line)
      continue
    }
    open = !open
    if (open) blocks.push({ place: `${page}:${index + 1}`, words: fence[1]!.split(' '), lines: [] })
  }
  if (open) throw new Error(`${blocks.at(-1)!.place}: the fence is not closed`)
  const code = (at: number): string => blocks[at]!.lines.join('\n')
  return blocks.map(({ place, words }, at) => {
    const output = blocks[at + 1]?.words[0] === 'text' ? code(at + 1) : null
    return { place, words, code: code(at), output }
  })
}
