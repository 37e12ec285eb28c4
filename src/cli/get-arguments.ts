import { type ClientOptions, drop, overflow, type PolicyOption, queue, type RequestInit } from '../index.ts'
import { type RequestData, requestData } from './request-data.ts'
import { urlFault } from './urls/url.ts'
import { inUrlOrder } from './urls/url-order.ts'
import { parseFlags, UsageError } from './usage.ts'

/** A header field to send. */
export type Header = readonly [name: string, value: string]

/** What `hansom get` was asked to do. */
export interface GetArguments {
  /** Those of the command line. */
  readonly urls: readonly string[]
  /** Where more of them stand: a path, `-` for stdin, or `null`. */
  readonly inputFile: string | null
  /** How many requests are begun and not over, at most. */
  readonly parallel: number
  readonly client: ClientOptions
  /** For one more request, with these headers besides the given ones: a body can be read once. */
  readonly init: (headers: readonly Header[]) => RequestInit
  /** A body that breaks off can be gone on with later. */
  readonly resumable: boolean
  /** `null`: the bodies go to stdout, or nowhere with `json`. */
  readonly outputDir: string | null
  /** Files that are there are not requested again. */
  readonly continues: boolean
  readonly json: boolean
  readonly progress: boolean
  readonly timing: boolean
}

const flags = {
  continue: { type: 'boolean', short: 'c' },
  data: { type: 'string', short: 'd' },
  header: { type: 'string', short: 'H', multiple: true },
  help: { type: 'boolean', short: 'h' },
  'input-file': { type: 'string', short: 'i' },
  json: { type: 'boolean' },
  'max-connections': { type: 'string' },
  method: { type: 'string', short: 'X' },
  'no-progress': { type: 'boolean' },
  'output-dir': { type: 'string' },
  parallel: { type: 'string' },
  policy: { type: 'string' },
  timeout: { type: 'string' },
  timing: { type: 'boolean' },
} as const

const policies: Readonly<Record<string, () => PolicyOption>> = { queue, drop, overflow }

const clientDefaults = { maxConnections: 1_024, maxWaiting: 16_384 }

/** A list may be endless: without a bound all that was read of it would wait in memory. */
const listParallel = 256

/** With one of these a range is the user's own affair. */
const rangeFields: ReadonlySet<string> = new Set(['range', 'if-range'])

/** Reads the arguments; `null` is a call for help. Rejects with a `UsageError` that tells the first thing wrong. */
export async function getArguments(args: readonly string[]): Promise<GetArguments | null> {
  const { values, positionals: urls } = parseFlags(args, flags)
  if (values.help === true) return null
  const inputFile = values['input-file'] ?? null
  if (inputFile === '') throw new UsageError('--input-file wants the name of a file, or - for stdin')
  if (urls.length === 0 && inputFile === null) throw new UsageError('there is no URL to get')
  for (const url of urls) {
    const fault = urlFault(url)
    if (fault !== null) throw new UsageError(fault)
  }
  const connections = values['max-connections']
  const maxConnections = connections === undefined ? undefined : wholeNumber('--max-connections', connections)
  const atOnce = inputFile === null ? Infinity : listParallel
  const parallel = values.parallel === undefined ? atOnce : wholeNumber('--parallel', values.parallel)
  const policy = inUrlOrder(policyOf(values.policy ?? 'queue'))
  const totalMs = values.timeout === undefined ? undefined : milliseconds('--timeout', values.timeout)
  const outputDir = values['output-dir'] ?? null
  if (outputDir === '') throw new UsageError('--output-dir wants the name of a directory')
  const continues = values.continue === true
  if (continues && outputDir === null) throw new UsageError('--continue goes on with files: add --output-dir')
  const headers = (values.header ?? []).map(headerOf)
  if (values.data === '@-' && inputFile === '-') {
    throw new UsageError('--data @- and --input-file - cannot both read stdin: give one of them a file')
  }
  const data = values.data === undefined ? null : await requestData(values.data)
  if (data?.once && (urls.length > 1 || inputFile !== null)) {
    throw new UsageError('--data can read that only once: give one URL, or a file')
  }
  const { method } = values
  const ownRange = headers.some(([name]) => rangeFields.has(name.toLowerCase()))
  return {
    ...{ urls, inputFile, parallel, outputDir, continues },
    client: {
      maxConnections: Math.max(clientDefaults.maxConnections, maxConnections ?? 0),
      pool: { maxConnections, policy, maxWaiting: maxWaiting(parallel, urls.length) },
      // The queue is of our own making: how long its end waits says nothing about the server.
      timeouts: { totalMs, queueMs: Infinity },
    },
    init: more => ({
      headers: [...headers, ...lengthHeader(data, headers), ...more],
      ...bodyOf(data),
      ...(method === undefined ? {} : { method }),
    }),
    resumable: outputDir !== null && (method ?? 'GET') === 'GET' && data === null && !ownRange,
    json: values.json === true,
    progress: values['no-progress'] !== true,
    timing: values.timing === true,
  }
}

/** All that are begun may wait for one host. */
function maxWaiting(parallel: number, urls: number): number {
  return Math.max(clientDefaults.maxWaiting, Number.isFinite(parallel) ? parallel : urls)
}

function bodyOf(data: RequestData | null): RequestInit {
  return data === null ? {} : { body: data.open() }
}

/** A length of the user's own is left for the library to check. */
function lengthHeader(data: RequestData | null, headers: readonly Header[]): readonly Header[] {
  const given = headers.some(([name]) => name.toLowerCase() === 'content-length')
  return data === null || data.length === null || given ? [] : [['content-length', String(data.length)]]
}

function wholeNumber(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError(`${flag} is a whole number of 1 or more, not ${JSON.stringify(text)}`)
}

function milliseconds(flag: string, text: string): number {
  const ms = /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : 0
  if (ms > 0) return ms
  throw new UsageError(`${flag} is a number of milliseconds above 0, not ${JSON.stringify(text)}`)
}

function policyOf(name: string): PolicyOption {
  if (Object.hasOwn(policies, name)) return policies[name]!()
  throw new UsageError(`--policy is ${Object.keys(policies).join(', ')}, not ${JSON.stringify(name)}`)
}

/** The value may be a secret, and so may what lacks a colon: it is not repeated. */
function headerOf(text: string): Header {
  const colon = text.indexOf(':')
  if (colon <= 0) throw new UsageError("--header is 'Name: value'; one has no name and colon")
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]
}
