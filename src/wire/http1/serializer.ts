import { argumentError } from '../../errors.ts'
import { isFieldValue, isToken } from './char-class.ts'
import { checkHost, checkTarget } from './request-target.ts'

/** A request's head before it is written. */
export interface RequestHeadInit {
  /** A token; letter case counts. */
  readonly method: string
  /** From `originForm`, `absoluteForm`, `authorityForm`, or `asteriskForm`. */
  readonly target: string
  /** The value of Host, from `hostField`. */
  readonly host: string
  /** All other fields, in order. Default none. */
  readonly fields?: Iterable<readonly [name: string, value: string | number]>
}

/**
 * Fields that a trailer section must not have (RFC 9110 §6.5.1): framing, routing, and what decides before the body
 * comes.
 */
const notInTrailers: ReadonlySet<string> = new Set([
  ...['transfer-encoding', 'content-length', 'host', 'trailer', 'te', 'connection', 'keep-alive', 'upgrade', 'expect'],
  ...[
    'proxy-connection',
    'authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'cache-control',
    'max-forwards',
  ],
  ...['content-encoding', 'content-type', 'content-range', 'range', 'if-match', 'if-none-match', 'if-modified-since'],
  ...['if-unmodified-since', 'if-range'],
])

/** Returns `method` if it is a token (RFC 9110 §9.1). Throws `ERR_HANSOM_INVALID_ARGUMENT` if not. */
export function validateMethod(method: string): string {
  if (typeof method === 'string' && isToken(method)) return method
  throw argumentError(
    'ERR_HANSOM_INVALID_ARGUMENT',
    'method',
    `method is not a token: ${typeof method === 'string' ? JSON.stringify(method) : typeof method}`,
  )
}

/**
 * Puts a request head together, as one latin1 string, and checks all of it: form of the target, characters, one Host,
 * one framing (RFC 9112 §3, §5, §6). Throws a `TypeError` or `RangeError` with code `ERR_HANSOM_INVALID_ARGUMENT` or
 * `ERR_HANSOM_INVALID_HEADER`.
 */
export function checkedRequestHead(init: RequestHeadInit): string {
  const { host } = init
  const method = validateMethod(init.method)
  checkTarget(method, init.target)
  checkHost(host)
  let fields = ''
  let framing = ''
  for (const [name, value] of init.fields ?? []) {
    fields += checkedFieldLine(name, value)
    const lower = name.toLowerCase()
    if (lower === 'host') throw invalidField(name, 'there is one host, given on its own')
    if (lower !== 'content-length' && lower !== 'transfer-encoding') continue
    if (framing !== '') throw invalidField(name, `the body is framed by ${framing} already`)
    framing = lower
    if (lower === 'content-length' && !isLength(String(value))) throw invalidField(name, 'it is one whole number')
    if (lower === 'transfer-encoding' && value !== 'chunked') throw invalidField(name, 'it is chunked')
  }
  return requestHead(method, init.target, host, fields)
}

/**
 * Puts a request head together, as one latin1 string (RFC 9112 §3, §5). Nothing is checked: the method is valid, target
 * and host come from a parsed URL, and `fields` is made of lines by `fieldLine`.
 */
export function requestHead(method: string, target: string, host: string, fields: string): string {
  return `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\n${fields}\r\n`
}

/** Writes a field line. Nothing is checked: see `isToken` and `isFieldValue`. */
export function fieldLine(name: string, value: string): string {
  return `${name}: ${value}\r\n`
}

/**
 * Writes a field line of a token and a value that is a string or a finite number, without the blanks at its ends, which
 * would not arrive (RFC 9110 §5.5). Throws `ERR_HANSOM_INVALID_HEADER`; an object is never coerced, since what was
 * checked need not be what its `toString` says next.
 */
export function checkedFieldLine(name: string, value: string | number): string {
  return fieldLine(name, withoutBlanks(checkedFieldValue(name, value)))
}

/** Gives the value of a field as text. Throws `ERR_HANSOM_INVALID_HEADER` as `checkedFieldLine` does. */
export function checkedFieldValue(name: string, value: unknown): string {
  if (typeof name !== 'string' || !isToken(name)) throw invalidField(name, 'its name is not a token')
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw invalidField(name, 'its value is neither a string nor a number')
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalidField(name, 'its value is not a finite number')
  const text = String(value)
  if (isFieldValue(text)) return text
  throw invalidField(name, 'its value has CR, LF, NUL or another control character, or one outside latin1')
}

/**
 * Writes a Trailer field, which announces the fields of the trailer section (RFC 9110 §6.6.2). Throws
 * `ERR_HANSOM_INVALID_HEADER` for a field that must not be there, and for an empty list.
 */
export function trailerLine(names: readonly string[]): string {
  if (names.length === 0) throw invalidField('trailer', 'it names at least one field')
  for (const name of names) {
    if (typeof name !== 'string' || !isToken(name)) throw invalidField(name, 'its name is not a token')
    if (!isTrailerName(name)) throw invalidField(name, 'it is not allowed in trailers (RFC 9110 §6.5.1)')
  }
  return fieldLine('trailer', names.join(', '))
}

/** Tells whether a field may be in a trailer section (RFC 9110 §6.5.1). `name` is a token, in any letter case. */
export function isTrailerName(name: string): boolean {
  return !notInTrailers.has(name.toLowerCase())
}

/**
 * Writes what comes before the `length` bytes of a chunk (RFC 9112 §7.1). A CRLF follows them. `length` is 1 or more: a
 * chunk of 0 bytes would end the body.
 */
export function chunkHead(length: number): string {
  return `${length.toString(16)}\r\n`
}

/** Writes the end of a chunked body: the last chunk and the trailer section (RFC 9112 §7.1.2). */
export function lastChunk(trailerFields: string): string {
  return `0\r\n${trailerFields}\r\n`
}

function isLength(value: string): boolean {
  return /^\d{1,16}$/.test(value) && Number(value) <= Number.MAX_SAFE_INTEGER
}

function withoutBlanks(value: string): string {
  let from = 0
  let to = value.length
  while (from < to && isBlank(value.charCodeAt(from))) from++
  while (to > from && isBlank(value.charCodeAt(to - 1))) to--
  return value.slice(from, to)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** The error for a field: `ERR_HANSOM_INVALID_HEADER`. */
export function invalidField(name: unknown, why: string): Error {
  const shown = typeof name === 'string' ? name : typeof name
  // The value may be a secret: it is not repeated.
  return argumentError('ERR_HANSOM_INVALID_HEADER', `headers.${shown}`, `header ${JSON.stringify(shown)}: ${why}`)
}
