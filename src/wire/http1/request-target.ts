import { argumentError, rangeError } from '../../errors.ts'

/** The schemes of HTTP, which tell the default port (RFC 9110 §4.2). */
export type HttpScheme = 'http' | 'https'

/** The target of `OPTIONS` for the server itself (RFC 9112 §3.2.4). */
export const asteriskForm = '*'

/** VCHAR but `#`: what a parsed URL's path and query are made of. A fragment is never sent (RFC 9110 §7.1). */
const pathAndQuery = /^\/[!"$-~]*$/
/** `reg-name` or IPv4 (RFC 3986 §3.2.2). */
const regName = /^(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/
/**
 * Loosely IPv6: no character of it means anything elsewhere in a request. A zone is of this machine only, and is
 * refused.
 */
const ipv6 = /^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/
/** What follows CONNECT: a host and always a port. */
const authority = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/

/**
 * Gives the value of Host, or the authority of an absolute-form: the port is left out if it is the scheme's own, IPv6
 * has brackets (RFC 9110 §7.2). `hostname` is a name or an address, IPv6 with or without brackets. Throws
 * `ERR_HANSOM_INVALID_ARGUMENT`.
 */
export function hostField(scheme: HttpScheme, hostname: string, port: number): string {
  const host = uriHost(hostname)
  checkPort(port)
  return port === defaultPort(scheme) ? host : `${host}:${port}`
}

/** Gives an origin-form, `/path?query` (RFC 9112 §3.2.1). Throws `ERR_HANSOM_INVALID_ARGUMENT` if it is none. */
export function originForm(path: string): string {
  if (typeof path === 'string' && pathAndQuery.test(path)) return path
  throw invalid('path', 'path begins with / and has no blanks, control characters, # or characters outside ASCII')
}

/**
 * Gives an absolute-form, for a proxy (RFC 9112 §3.2.2). `host` is from `hostField`. Throws
 * `ERR_HANSOM_INVALID_ARGUMENT`.
 */
export function absoluteForm(scheme: HttpScheme, host: string, path: string): string {
  defaultPort(scheme)
  checkHost(host)
  return `${scheme}://${host}${originForm(path)}`
}

/**
 * Gives an authority-form, for `CONNECT`: always with its port (RFC 9112 §3.2.3). Throws `ERR_HANSOM_INVALID_ARGUMENT`.
 */
export function authorityForm(hostname: string, port: number): string {
  checkPort(port)
  return `${uriHost(hostname)}:${port}`
}

/**
 * Throws `ERR_HANSOM_INVALID_ARGUMENT` unless `target` has one of the four forms, and the one that `method` asks for.
 */
export function checkTarget(method: string, target: string): void {
  if (typeof target !== 'string') throw invalid('target', `target is a string, not ${typeof target}`)
  if (method === 'CONNECT') {
    const parts = authority.exec(target)
    if (parts === null) throw invalid('target', 'the target of CONNECT is host:port')
    authorityForm(parts[1]!, Number(parts[2]))
  } else if (target === asteriskForm) {
    if (method !== 'OPTIONS') throw invalid('target', 'the target * is for OPTIONS only')
  } else if (target.startsWith('/')) originForm(target)
  else {
    const parts = /^(https?):\/\/([^/]+)(\/.*)$/s.exec(target)
    if (parts === null) throw invalid('target', 'target is a path, an http: or https: URL, or *')
    absoluteForm(parts[1] as HttpScheme, parts[2]!, parts[3]!)
  }
}

/** Throws `ERR_HANSOM_INVALID_ARGUMENT` unless `host` is a host, perhaps with a port: a legal value of Host. */
export function checkHost(host: string): void {
  if (typeof host !== 'string') throw invalid('host', `host is a string, not ${typeof host}`)
  const parts = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(host)
  if (parts === null || (parts[1]!.startsWith('[') && !ipv6.test(parts[1]!.slice(1, -1)))) throw badHost()
  uriHost(parts[1]!)
  if (parts[2] !== undefined) checkPort(Number(parts[2]))
}

function uriHost(hostname: string): string {
  if (typeof hostname !== 'string') throw invalid('host', `host is a string, not ${typeof hostname}`)
  const bare = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname
  if (ipv6.test(bare)) return `[${bare}]`
  if (bare !== hostname || !regName.test(bare)) throw badHost()
  return bare
}

function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return
  throw rangeError('ERR_HANSOM_INVALID_ARGUMENT', 'port', 'port is a whole number from 1 to 65535')
}

function defaultPort(scheme: HttpScheme): number {
  if (scheme === 'http') return 80
  if (scheme === 'https') return 443
  throw invalid('scheme', 'scheme is http or https')
}

function badHost(): Error {
  return invalid('host', 'host is a name, an IPv4 or an IPv6 address, and perhaps a port')
}

function invalid(argument: string, why: string): Error {
  // What was given may hold a secret: it is not repeated.
  return argumentError('ERR_HANSOM_INVALID_ARGUMENT', argument, why)
}
