import { type ErrorCode, type Explanation, errorTable, HansomError, type ResponseHead } from '../index.ts'

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Options of the library that have a flag here. */
const flags: Readonly<Record<string, string>> = {
  'timeouts.totalMs': '--timeout',
  'pool.maxConnections': '--max-connections',
}

/** What to do about an error, in terms of this program. For the codes that are not here, the library's own words do. */
const advice: Partial<Record<ErrorCode, string>> = {
  ERR_HANSOM_BODY_LENGTH: 'correct the content-length given with --header, or leave it out',
  ERR_HANSOM_BODY_SOURCE: 'check what --data names',
  ERR_HANSOM_BODY_TRUNCATED: 'what came is not the whole body; repeat the request if it is safe to',
  ERR_HANSOM_CONNECT: 'check that the server listens and the network lets you through',
  ERR_HANSOM_CONNECTION_CLOSED: 'repeat the request if it is safe to',
  ERR_HANSOM_CONNECTION_RESET: 'repeat the request if it is safe to',
  ERR_HANSOM_DNS: 'check the name; the library option lookup sets another resolver',
  ERR_HANSOM_HEADERS_TOO_LARGE: 'raise the library option limits.headerBytes or limits.headerCount',
  ERR_HANSOM_POOL_DROPPED: 'raise --max-connections, or use --policy queue',
  ERR_HANSOM_POOL_FULL: 'raise --max-connections, or use --policy queue',
  ERR_HANSOM_PROTOCOL: 'mend the server',
  ERR_HANSOM_TIMEOUT_BODY: 'raise the library option timeouts.bodyIdleMs if the server pauses on purpose',
  ERR_HANSOM_TIMEOUT_CONNECT: 'check the address; raise the library option timeouts.connectMs',
  ERR_HANSOM_TIMEOUT_HEAD: 'raise the library option timeouts.headMs if the server needs longer',
  ERR_HANSOM_TIMEOUT_QUEUE: 'raise --max-connections, or the library option timeouts.queueMs',
  ERR_HANSOM_TIMEOUT_SEND: 'raise the library option timeouts.sendIdleMs if the server is merely slow',
  ERR_HANSOM_TIMEOUT_TOTAL: 'raise --timeout; --timing tells where the time went',
  ERR_HANSOM_TLS: 'NODE_EXTRA_CA_CERTS=FILE trusts an authority of your own (library option tls.ca)',
}

/** On one line, and without what would command a terminal: much of it comes from servers. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, it => `\\x${it.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** Why a request failed: URL, what happened, code, host, phase, and what can be done. */
export function failureLine(url: string, error: unknown): string {
  if (!(error instanceof HansomError)) return `${url}: ${error instanceof Error ? error.message : String(error)}`
  const message = error.message.replace(/\b(?:timeouts|pool)\.\w+/g, option => flags[option] ?? option)
  const phase = error.phase === undefined ? '' : `, phase ${error.phase}`
  return `${url}: ${message} (${error.code}, host ${new URL(url).host}${phase}): ${adviceFor(error.code)}`
}

/** That a status counts as a failure; `null` if it does not. */
export function statusLine(url: string, { status, statusText }: ResponseHead): string | null {
  return status < 400 ? null : `${url}: the server answered ${status} ${statusText}`.trimEnd()
}

/** Where a redirect leads; `null` if the answer is none. */
export function redirectLine(url: string, { status, headers }: ResponseHead): string | null {
  const location = headers.get('location')
  if (!redirects.has(status) || location === null) return null
  return `${url}: ${status} redirects to ${location}; redirects are not followed`
}

/** What each phase of a request took. */
export function timingLine(url: string, status: number | null, { bill, connection }: Explanation): string {
  const { queue, dns, tcp, tls, send, firstByte, body, total } = bill
  const dial = phases({ dns, tcp, tls })
  const inQueue = phases({ queue }) + (dial === '' ? '' : ` (${dial})`)
  const kind = connection === null ? 'no' : connection.reused ? 'reused' : 'new'
  const rest = phases({ send, 'first byte': firstByte, body, total })
  return `timing: ${status ?? '---'}, ${inQueue}, ${rest} ms, ${kind} connection, ${url}`
}

/** Those that there were, in milliseconds. */
function phases(times: Readonly<Record<string, number | undefined>>): string {
  return Object.entries(times)
    .flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${ms.toFixed(1)}`]))
    .join(', ')
}

function adviceFor(code: ErrorCode): string {
  return advice[code] ?? errorTable[code].remedy.replaceAll('`', '')
}
