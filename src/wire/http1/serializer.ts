import { argumentError } from '../../errors.ts'
import { isToken } from './char-class.ts'

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
