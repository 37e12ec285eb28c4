import { type ClientOptions, drop, overflow, type PolicyOption, queue, type RequestInit } from '../index.ts'
import { type RequestData, requestData } from './request-data.ts'
import { inUrlOrder } from './url-order.ts'
import { parseFlags, UsageError } from './usage.ts'

/** What `hansom get` was asked to do. */
export interface GetArguments {
  readonly urls: readonly string[]
  readonly client: ClientOptions
  /** For one more request: a body can be read once. */
  readonly init: () => RequestInit
  /** `null`: the bodies go to stdout. */
  readonly outputDir: string | null
  readonly timing: boolean
}

const flags = {
  data: { type: 'string', short: 'd' },
  header: { type: 'string', short: 'H', multiple: true },
  help: { type: 'boolean', short: 'h' },
  'max-connections': { type: 'string' },
  method: { type: 'string', short: 'X' },
  'output-dir': { type: 'string' },
  policy: { type: 'string' },
  timeout: { type: 'string' },
  timing: { type: 'boolean' },
} as const

const policies: Readonly<Record<string, () => PolicyOption>> = { queue, drop, overflow }

const clientDefaults = { maxConnections: 1_024, maxWaiting: 16_384 }

/** Reads the arguments; `null` is a call for help. Rejects with a `UsageError` that tells the first thing wrong. */
export async function getArguments(args: readonly string[]): Promise<GetArguments | null> {
  const { values, positionals: urls } = parseFlags(args, flags)
  if (values.help === true) return null
  if (urls.length === 0) throw new UsageError('there is no URL to get')
  urls.forEach(checkUrl)
  const connections = values['max-connections']
  const maxConnections = connections === undefined ? undefined : wholeNumber('--max-connections', connections)
  const policy = inUrlOrder(policyOf(values.policy ?? 'queue'))
  const totalMs = values.timeout === undefined ? undefined : milliseconds('--timeout', values.timeout)
  if (values['output-dir'] === '') throw new UsageError('--output-dir wants the name of a directory')
  const headers = (values.header ?? []).map(headerOf)
  const data = values.data === undefined ? null : await requestData(values.data)
  if (data?.once && urls.length > 1) {
    throw new UsageError('--data can read that only once: give one URL, or a file')
  }
  const { method } = values
  return {
    urls,
    client: {
      maxConnections: Math.max(clientDefaults.maxConnections, maxConnections ?? 0),
      pool: { maxConnections, policy, maxWaiting: Math.max(clientDefaults.maxWaiting, urls.length) },
      // The queue is of our own making: how long its end waits says nothing about the server.
      timeouts: { totalMs, queueMs: Infinity },
    },
    init: () => ({
      headers: [...headers, ...lengthHeader(data, headers)],
      ...bodyOf(data),
      ...(method === undefined ? {} : { method }),
    }),
    outputDir: values['output-dir'] ?? null,
    timing: values.timing === true,
  }
}

type Header = readonly [name: string, value: string]

function bodyOf(data: RequestData | null): RequestInit {
  return data === null ? {} : { body: data.open() }
}

/** A length of the user's own is left for the library to check. */
function lengthHeader(data: RequestData | null, headers: readonly Header[]): readonly Header[] {
  const given = headers.some(([name]) => name.toLowerCase() === 'content-length')
  return data === null || data.length === null || given ? [] : [['content-length', String(data.length)]]
}

/** Names the one that is wrong, without credentials. */
function checkUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return
  const shown = text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, '$1')
  const isBare = !/^[a-z0-9+.-]*:?\/\//i.test(text) && URL.canParse(`http://${text}`)
  const hint = isBare ? `; did you mean http://${shown}?` : ''
  throw new UsageError(`${JSON.stringify(shown)} is not an absolute http: or https: URL${hint}`)
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
