import { describe, expect, inject, it } from 'vitest'
import { errorTable } from '../../src/error-table.ts'
import * as hansom from '../../src/index.ts'
import { pageText } from '../support/markdown.ts'
import { typeFaults } from '../support/type-check.ts'

const pages = ['docs/coming-from-hackney.md', 'docs/coming-from-undici.md', 'docs/coming-from-got.md']

/** What the code in the tables may use: our exports, some of Node's, and the names declared here. */
const prelude = `
import * as hansom from 'hansom'
import { createWriteStream, openAsBlob } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { checkServerIdentity, type ConnectionOptions } from 'node:tls'

const { ${Object.keys(hansom).join(', ')} } = hansom

type All<T> = { readonly [K in keyof T]-?: NonNullable<T[K]> }
declare const forClient: All<hansom.ClientOptions>, forRequest: All<hansom.RequestInit>
const { pools, hosts, lookup, dns, limits, socketPath, connect, allowAddress, maxConnections, maxDials } = forClient
const { method, streamTo, signal, priority, key } = forRequest
declare const pool: All<hansom.PoolOptions>, timeouts: hansom.Timeouts, tls: ConnectionOptions

declare const url: string, path: string, pem: string
declare const ref: hansom.RequestRef, client: hansom.Client, answer: hansom.Answer, headers: hansom.HeadersView
declare const bytes: Uint8Array, chunk: Uint8Array, chunks: AsyncIterable<Uint8Array>, value: object
declare const actor: { send(message: hansom.ResponseMessage): void }, listener: () => void
declare const error: hansom.HansomError & Pick<hansom.ConnectError, 'attempts'> & Pick<hansom.TimeoutError, 'timeoutMs'>
  & Pick<hansom.ConnectionError, 'bytesWritten' | 'bytesRead'> & Pick<hansom.PoolError, 'policy' | 'load'>
const message = (_: hansom.ResponseMessage): void => {}
`.split('\n')

/** How code of ours begins, wherever it stands on a page. */
const ours = new RegExp(
  `^(?:(?:timeouts|pool|limits|dns|answer|client|error)\\.\\w|(?:${Object.keys(hansom).join('|')})\\()`,
)

interface Span {
  /** Its page and line. */
  readonly place: string
  readonly code: string
}

interface Row {
  readonly place: string
  readonly cells: readonly string[]
}

describe('the pages for those who come from another client', () => {
  it('use only what hansom has, in the way that its types allow', () => {
    expect(inject('buildFailure')).toBe('')
    expect(faultsIn(pages.flatMap(spansOf))).toEqual([])
  }, 60_000)

  it('are read by a check that sees a slip', () => {
    const slips = ['streamNxt(ref)', 'timeouts.queueMS', 'createClient({ conections: 1 })', "{ type: 'stats' }"]
    const faults = faultsIn(slips.map(code => ({ place: 'here', code })))
    expect(faults.map(fault => slips.findIndex(slip => fault.includes(slip)))).toEqual([0, 1, 2, 3])
  }, 60_000)

  it.each(pages)('%s names error codes that exist', page => {
    const named = pageText(page).match(/ERR_HANSOM_\w+/g) ?? []
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter(code => !Object.hasOwn(errorTable, code))).toEqual([])
  })

  it.each(pages)('%s has an answer in every row', page => {
    const rows = rowsOf(page)
    expect(rows.length).toBeGreaterThan(40)
    expect(rows.filter(({ cells }) => cells.length !== 3 || cells[1] === '')).toEqual([])
  })
})

/** What the compiler says of each span, taken as an expression. */
function faultsIn(spans: readonly Span[]): string[] {
  const lines = spans.map(({ code }) => `;${code.startsWith('{') ? 'message' : 'void '}(${code})`)
  const program = [...prelude, ...lines].join('\n')
  return typeFaults(new Map([['coming-from', program]])).map(fault => {
    const line = Number(/, line (\d+): /.exec(fault)?.[1])
    const span = spans[line - 1 - prelude.length]
    return span === undefined ? `prelude${fault}` : `${span.place}: ${span.code}: ${fault}`
  })
}

/** The code in the second column of each table, and what is ours elsewhere; the first column is another client's. */
function spansOf(page: string): Span[] {
  return textLines(page).flatMap(({ place, line }) => {
    const [, second, third] = cellsOf(line) ?? []
    const inTable = second !== undefined
    const rest = inTable ? (third ?? '') : line
    const codes = [...(inTable ? codesIn(second) : []), ...codesIn(rest).filter(code => ours.test(code))]
    return codes.filter(code => !/^ERR_HANSOM_\w+$/.test(code)).map(code => ({ place, code }))
  })
}

function codesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!)
}

/** The rows of the tables, without their heads. */
function rowsOf(page: string): Row[] {
  const rows = textLines(page).flatMap(({ place, line }) => {
    const cells = cellsOf(line)
    return cells === null ? [] : [{ place, cells }]
  })
  return rows.filter(({ cells }) => cells[1] !== 'hansom' && !/^[-:]+$/.test(cells[1] ?? ''))
}

function cellsOf(line: string): string[] | null {
  return line.startsWith('|')
    ? line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim())
    : null
}

/** The lines outside the code blocks. */
function textLines(page: string): { place: string; line: string }[] {
  let open = false
  const lines = pageText(page)
    .split('\n')
    .map((line, index) => ({ place: `${page}:${index + 1}`, line }))
  return lines.filter(({ line }) => {
    if (line.startsWith('```')) open = !open
    return !open
  })
}
