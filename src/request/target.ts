import { BoundedMap } from '../actor/bounded-map.ts'
import type { OutgoingRequest } from '../connection/messages.ts'
import { argumentError } from '../errors.ts'

/** A request as it is written. */
export interface Serialized {
  readonly outgoing: OutgoingRequest
  /** The length that the head promises for a streamed body, or `null`. */
  readonly bodyLength: number | null
  /** Sending it twice is as good as once (RFC 9110 §9.2.2). */
  readonly idempotent: boolean
}

/** A URL, taken apart once: where to dial, and what to write. */
export interface RequestTarget {
  /** Without credentials and fragment. */
  readonly url: string
  /** Scheme, host and port if it is not the default one. */
  readonly origin: string
  readonly secure: boolean
  /** Without the brackets of IPv6. */
  readonly hostname: string
  readonly port: number
  /** The `Host` field's value (RFC 9112 §3.2). */
  readonly host: string
  /** Origin-form: path and query (RFC 9112 §3.2.1). */
  readonly path: string
  /** From the URL's credentials, as the value of `Authorization` (RFC 7617), or `null`. */
  readonly authorization: string | null
  /** The head of a GET without headers, once it was serialised. */
  plainGet: Serialized | null
}

const cache = new BoundedMap<RequestTarget>(4_096)

/** Takes a URL apart. Throws `ERR_HANSOM_INVALID_URL`. Strings without credentials are remembered, up to 4,096. */
export function targetOf(input: string | URL): RequestTarget {
  if (typeof input === 'string') {
    const known = cache.get(input)
    if (known !== undefined) return known
  } else if (!(input instanceof URL)) {
    throw argumentError('ERR_HANSOM_INVALID_URL', 'url', `url is a string or a URL, not ${describe(input)}`)
  }
  const url = parse(input)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw argumentError('ERR_HANSOM_INVALID_URL', 'url', `the scheme ${url.protocol} is neither http: nor https:`)
  }
  const target = takeApart(url)
  if (typeof input === 'string' && target.authorization === null) cache.set(input, target)
  return target
}

function takeApart(url: URL): RequestTarget {
  const secure = url.protocol === 'https:'
  const authorization = url.username === '' && url.password === '' ? null : basic(url.username, url.password)
  const path = url.pathname + url.search
  return {
    url: `${url.protocol}//${url.host}${path}`,
    origin: `${url.protocol}//${url.host}`,
    secure,
    hostname: url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    host: url.host,
    path,
    authorization,
    plainGet: null,
  }
}

function parse(input: string | URL): URL {
  try {
    return new URL(input)
  } catch {
    // The input may hold credentials: it is not repeated.
    throw argumentError('ERR_HANSOM_INVALID_URL', 'url', 'url is not an absolute http: or https: URL')
  }
}

function basic(username: string, password: string): string {
  const credentials = `${decode(username)}:${decode(password)}`
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function describe(value: unknown): string {
  return value === null ? 'null' : typeof value
}
