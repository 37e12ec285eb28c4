import { argumentError } from '../errors.ts'
import { checkedFieldValue, fieldLine, invalidField } from '../wire/http1/serializer.ts'

/** Request headers: `Headers`, a record, or pairs. An array as a value makes one field line of each entry. */
export type HeadersInput =
  | Headers
  | Readonly<Record<string, string | number | readonly (string | number)[] | undefined>>
  | Iterable<readonly [string, string | number]>

/** Headers of the user, checked and serialised. */
export interface HeaderFields {
  /** Field lines with CRLF. */
  readonly lines: string
  readonly host: string | null
  readonly contentLength: number | null
  readonly hasContentType: boolean
  readonly hasUserAgent: boolean
  readonly hasAuthorization: boolean
  readonly idempotencyKey: boolean
}

/** Fields that frame the message or manage the connection: a client that let them through could be made to smuggle. */
const ours = new Set(['transfer-encoding', 'connection', 'keep-alive', 'proxy-connection', 'upgrade', 'expect'])

const none: HeaderFields = {
  lines: '',
  host: null,
  contentLength: null,
  hasContentType: false,
  hasUserAgent: false,
  hasAuthorization: false,
  idempotencyKey: false,
}

/** Checks and serialises the user's headers. Throws `ERR_HANSOM_INVALID_HEADER` with the header's name. */
export function headerFields(headers: HeadersInput | undefined): HeaderFields {
  if (headers === undefined) return none
  const fields = { ...none }
  for (const [name, value] of pairsOf(headers)) {
    if (value === undefined) continue
    if (Array.isArray(value)) for (const each of value) add(fields, name, each)
    else add(fields, name, value)
  }
  return fields
}

/** Serialises trailers; those that frame a message are refused (RFC 9110 §6.5.1). */
export function trailerFields(trailers: HeadersInput | undefined): string {
  const fields = headerFields(trailers)
  if (fields.contentLength !== null || fields.host !== null) {
    throw argumentError('ERR_HANSOM_INVALID_HEADER', 'trailers', 'content-length and host are not allowed in trailers')
  }
  return fields.lines
}

/** `uri-host [ ":" port ]`, without the letters that would make a URL of it (RFC 9110 §7.2). */
const hostValue = /^(\[[0-9a-fA-F:.]+\]|[^\s/?#@:[\]\\]+)(:\d{1,5})?$/

type Fields = { -readonly [K in keyof HeaderFields]: HeaderFields[K] }

function* pairsOf(headers: HeadersInput): Iterable<readonly [string, unknown]> {
  if (headers === null || typeof headers !== 'object') {
    throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'headers', 'headers is a Headers, a record or a list of pairs')
  }
  if (Symbol.iterator in headers) {
    for (const pair of headers as Iterable<readonly [string, unknown]>) {
      if (!Array.isArray(pair) || pair.length !== 2) {
        throw argumentError(
          'ERR_HANSOM_INVALID_ARGUMENT',
          'headers',
          'each entry of headers is a pair of name and value',
        )
      }
      yield pair as unknown as readonly [string, unknown]
    }
  } else for (const name of Object.keys(headers)) yield [name, (headers as Record<string, unknown>)[name]]
}

function add(fields: Fields, name: string, raw: unknown): void {
  if (typeof name !== 'string') throw invalidField(String(name), 'its name is not a token')
  const value = checkedFieldValue(name, raw)
  const lower = name.toLowerCase()
  if (ours.has(lower)) throw invalidField(name, 'the client itself writes it')
  switch (lower) {
    case 'host':
      if (fields.host !== null) throw invalidField(name, 'there is one host')
      if (!hostValue.test(value)) throw invalidField(name, 'its value is a host, and perhaps a port (RFC 9112 §3.2)')
      fields.host = value
      return
    case 'content-length':
      if (!/^\d{1,15}$/.test(value) || fields.contentLength !== null) throw invalidField(name, 'it is one whole number')
      fields.contentLength = Number(value)
      return
    case 'content-type':
      fields.hasContentType = true
      break
    case 'user-agent':
      fields.hasUserAgent = true
      break
    case 'authorization':
      fields.hasAuthorization = true
      break
    case 'idempotency-key':
      fields.idempotencyKey = true
      break
  }
  fields.lines += fieldLine(name, value)
}
