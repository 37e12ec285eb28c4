import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'

/** An option as its interface declares it. */
export interface DocumentedOption {
  /** Like `maxIdle`; one inside another has its path, like `dns.ttlMs`. */
  readonly name: string
  /** The types that it may have, as they are written in the source, without `undefined`. */
  readonly types: readonly string[]
  /** What the docstring's sentence that begins with "Default" says; `null` without one. */
  readonly default: string | null
  /** The rest of the docstring, on one line. */
  readonly meaning: string
}

interface Place {
  /** Under `src`. */
  readonly file: string
  readonly name: string
}

/** The interfaces of the page, by its headings and in its order. */
const sections = {
  Client: { file: 'client/options.ts', name: 'ClientOptions' },
  Host: { file: 'client/options.ts', name: 'HostOptions' },
  Pool: { file: 'client/options.ts', name: 'PoolOptions' },
  Timeouts: { file: 'request/timeouts.ts', name: 'Timeouts' },
  Limits: { file: 'client/options.ts', name: 'LimitsOptions' },
  Lenient: { file: 'wire/leniency.ts', name: 'Leniency' },
  Request: { file: 'request/request-init.ts', name: 'RequestInit' },
  'Reading a body': { file: 'client/client.ts', name: 'BodyOptions' },
  'Closing a client': { file: 'client/client.ts', name: 'CloseOptions' },
  'The policy queue': { file: 'host/policy/queue.ts', name: 'QueueOptions' },
  'The policy drop': { file: 'host/policy/drop.ts', name: 'DropOptions' },
  'The policy overflow': { file: 'host/policy/overflow.ts', name: 'OverflowOptions' },
} as const satisfies Record<string, Place>

/** The heading of a section of the page. */
export type OptionSection = keyof typeof sections

/** What stands between a heading and its table. */
const prose: Record<OptionSection, string> = {
  Client: '`createClient(options)` takes these and everything of [Host](#host).',
  Host: 'On the client, or for one origin in `hosts`.',
  Pool: '`pool` of the client or of a host, or an entry of `pools`. Each pair of pool and origin has connections of its own.',
  Timeouts:
    "`timeouts` of the client, a host or a request. Each ends the request with a `TimeoutError` that has the phase, the limit and the bill. A timeout is never early; the timer wheel is at most 16 ms late, and the event loop's own lag comes on top. Before one fires the sockets are polled once more, so that an answer that has already come counts. Each must be more than 0.",
  Limits: '`limits` of the client: bounds on what a server may make it hold.',
  Lenient:
    '`lenient` of the client or of a host: what a parser lets pass although RFC 9112 forbids it. All are `false` by default. Whatever two parsers on the way read differently can be used to smuggle a response past one of them.',
  Request:
    'The second argument of `request()`. `get()` and its like take it too, without `method`, `async`, `streamTo`, `maxUnread`, `upgrade` and `authority`.',
  'Reading a body': 'The second argument of `body(ref, options)`.',
  'Closing a client': 'The argument of `client.close(options)`.',
  'The policy queue': 'The argument of `queue(options)`, a value of `pool.policy`; see [pooling](pooling.md).',
  'The policy drop': 'The argument of `drop(options)`.',
  'The policy overflow': 'The argument of `overflow(options)`.',
}

/** Types whose definition the page repeats. */
const definitions: readonly Place[] = [
  { file: 'dial/dial.ts', name: 'ConnectFunction' },
  { file: 'dial/resolve.ts', name: 'LookupFunction' },
  { file: 'host/policy/policy.ts', name: 'PolicyOption' },
  { file: 'request/header-fields.ts', name: 'HeadersInput' },
  { file: 'request/body-source.ts', name: 'BodyInput' },
  { file: 'request/body-source.ts', name: 'BodyChunk' },
  { file: 'request/response-message.ts', name: 'StreamTo' },
]

const introduction = [
  '<!-- Written by `npx tsx docs/generate-options.ts` from the types and docstrings in `src`. Change those, not this. -->',
  '# Options',
  "`Infinity` is off. An option that is `undefined` is as if it were not there. An unknown option, a wrong type or a number out of range is thrown at the call, as a `TypeError` or `RangeError` with the code `ERR_HANSOM_INVALID_OPTION` and the option's path in `error.argument`. Numbers are at least 0 where nothing else is said. Counts of a client, a pool or a request and all of `limits` are whole, or `Infinity`.",
  "Where the same option stands in several places the nearest wins: the request, then the named pool, then the host, then the client. Each pool option and each timeout is looked up by itself, so a host that sets `pool.maxIdle` keeps the client's `pool.idleMs`.",
]

/** The text of `docs/options.md`. Throws if an interface is gone, or if an option has no docstring. */
export function optionsPage(): string {
  const tables = Object.keys(sections).flatMap(heading => {
    const section = heading as OptionSection
    const rows = optionsOf(section).map(option => [
      `\`${option.name}\``,
      option.types.map(shownType).join(' or '),
      option.default ?? (option.types.some(isSection) ? 'each its own' : 'none'),
      unitOf(option),
      option.meaning,
    ])
    return [`## ${section}`, prose[section], table(['option', 'type', 'default', 'unit', 'meaning'], rows)]
  })
  const types = definitions.map(place =>
    declarationIn(place)
      .getText()
      .replace(/^export /, ''),
  )
  return `${[...introduction, ...tables, '## Types', ['```typescript', types.join('\n\n'), '```'].join('\n')].join('\n\n')}\n`
}

/** The options of a section, in the order of the source. Those of a base are left out: they have a section of their own. */
export function optionsOf(section: OptionSection): DocumentedOption[] {
  const declaration = declarationIn(sections[section])
  if (!ts.isInterfaceDeclaration(declaration)) throw new Error(`${sections[section].name} is not an interface`)
  return declaration.members.flatMap(member => optionsIn(member, ''))
}

function optionsIn(member: ts.TypeElement, path: string): DocumentedOption[] {
  if (!ts.isPropertySignature(member) || member.type === undefined) throw new Error(`${member.getText()} is no option`)
  const name = `${path}${member.name.getText()}`
  const parts = ts.isUnionTypeNode(member.type) ? member.type.types : [member.type]
  const types = parts.filter(part => part.kind !== ts.SyntaxKind.UndefinedKeyword)
  const nested = types.find(ts.isTypeLiteralNode)
  if (nested !== undefined) return nested.members.flatMap(inner => optionsIn(inner, `${name}.`))
  const text = docstringOf(member)
  if (text === '') throw new Error(`${name} has no docstring`)
  const [sentence, said] = /(?:^|(?<=\. ))Default (.+?)\.(?:\s|$)/.exec(text) ?? []
  const meaning = sentence === undefined ? text : text.replace(sentence, '').trim()
  return [{ name, types: types.map(written), default: said ?? null, meaning: localLinks(meaning) }]
}

function docstringOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' ')
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Links in docstrings start from their source file. */
function localLinks(text: string): string {
  return text.replaceAll('](../../docs/', '](')
}

/** A type on one line, without what only the compiler needs. */
function written(type: ts.TypeNode): string {
  const node = ts.isParenthesizedTypeNode(type) ? type.type : type
  const text = node.getText().replaceAll(/\s+/g, ' ')
  return text.replace(/^Readonly<(.*)>$/, '$1').replace(/^TlsOptions$/, 'tls.ConnectionOptions')
}

function shownType(type: string): string {
  const section = sectionOf(type)
  if (section !== undefined) return `[\`${type}\`](#${section.toLowerCase().replaceAll(' ', '-')})`
  return definitions.some(({ name }) => name === type) ? `[\`${type}\`](#types)` : `\`${type}\``
}

function isSection(type: string): boolean {
  return sectionOf(type) !== undefined && !type.startsWith('Record<')
}

/** The section that tells the options of a type, like `Record<string, PoolOptions>`. */
function sectionOf(type: string): OptionSection | undefined {
  const names = type.split(/\W+/).map(name => (name === 'TimeoutsInput' ? 'Timeouts' : name))
  const headings = Object.keys(sections) as OptionSection[]
  return headings.find(heading => names.includes(sections[heading].name))
}

/** Names say the unit, but for a rank. */
function unitOf({ name, types }: DocumentedOption): string {
  if (!types.includes('number')) return ''
  if (name.endsWith('Ms')) return 'ms'
  if (name.endsWith('Bytes')) return 'bytes'
  return name === 'priority' ? '' : 'count'
}

/** As biome formats it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map(row => row.map(cell => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(...cells.map(row => row[column]!.length)))
  const lines = cells.map(row => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`)
  const rule = `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}

const files = new Map<string, ts.SourceFile>()

function declarationIn({ file, name }: Place): ts.InterfaceDeclaration | ts.TypeAliasDeclaration {
  let source = files.get(file)
  if (source === undefined) {
    const text = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')
    source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
    files.set(file, source)
  }
  for (const statement of source.statements) {
    const declares = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
    if (declares && statement.name.text === name) return statement
  }
  throw new Error(`src/${file} does not declare ${name}`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('options.md', import.meta.url), optionsPage())
}
