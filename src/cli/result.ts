import { type Bill, type Explanation, HansomError, type RequestRef, type ResponseHead } from '../index.ts'

/** What became of one URL, as far as it came. */
export interface Trace {
  /** Without credentials. `null` for a line of the list that holds none. */
  readonly url: string | null
  /** The last request that was made for it; `null` if none was. */
  ref: RequestRef | null
  head: ResponseHead | null
  /** Of the body, as they came from the server. */
  bytes: number
  /** How many bytes of an earlier run the body was put behind. */
  resumedFrom: number
  /** Where the body is, if it was saved or was there. */
  file: string | null
  /** Nothing was requested, because the file was there. */
  skipped: boolean
}

/** The object that `--json` prints for a URL. Documented in `docs/cli.md`. */
export interface JsonResult {
  readonly url: string | null
  readonly ok: boolean
  readonly status: number | null
  readonly headers: Readonly<Record<string, string | string[]>> | null
  readonly bytes: number
  readonly file: string | null
  readonly resumedFrom: number
  readonly skipped: boolean
  readonly bill: Bill | null
  readonly connection: { readonly reused: boolean; readonly remoteAddress: string } | null
  readonly error: JsonError | null
}

/** An error in a `JsonResult`. */
export interface JsonError {
  /** Of the library, or of the operating system for a file that cannot be written. */
  readonly code: string | null
  readonly message: string
  readonly phase: string | null
  readonly retryable: boolean
}

/** The beginning of a trace. */
export function traceOf(url: string | null): Trace {
  return { url, ref: null, head: null, bytes: 0, resumedFrom: 0, file: null, skipped: false }
}

/** One line of JSON, and its end. Characters that command a terminal are escaped. */
export function jsonLine(result: JsonResult): string {
  const escaped = (it: string): string => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${JSON.stringify(result).replace(/[\p{Cc}\p{Bidi_C}]/gu, escaped)}\n`
}

/** What `--json` tells of a URL. `error` is what it failed with, `undefined` if it did not. */
export function jsonResult(trace: Trace, explanation: Explanation | null, ok: boolean, error: unknown): JsonResult {
  const { url, head, bytes, file, resumedFrom, skipped } = trace
  const connection = explanation?.connection ?? null
  return {
    ...{ url, ok, status: head?.status ?? null, headers: head?.headers.toJSON() ?? null },
    ...{ bytes, file, resumedFrom, skipped, bill: explanation === null ? null : rounded(explanation.bill) },
    connection: connection && { reused: connection.reused, remoteAddress: connection.remoteAddress },
    error: error === undefined ? null : jsonError(error),
  }
}

function jsonError(error: unknown): JsonError {
  if (error instanceof HansomError) {
    const { code, message, phase = null, retryable } = error
    return { code, message, phase, retryable }
  }
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) }
  return { code: code ?? null, message, phase: null, retryable: false }
}

/** To whole microseconds: the sum of a bill is exact, and may need more digits than it has. */
function rounded(bill: Bill): Bill {
  const entries = Object.entries(bill).map(([name, ms]) => [name, Math.round(ms * 1_000) / 1_000])
  return Object.fromEntries(entries) as Bill
}
