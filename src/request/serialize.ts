import { argumentError } from '../errors.ts'
import { fieldLine, requestHead } from '../wire/http1/serializer.ts'
import type { BodyPlan } from './body-source.ts'
import { headerFields } from './header-fields.ts'
import type { RequestInit } from './request-init.ts'
import type { RequestTarget, Serialized } from './target.ts'

/** RFC 9110 §9.2.2. */
const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])

/** Methods for which an empty body is announced (RFC 9110 §8.6). */
const announced: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])

const userAgentLine = fieldLine('user-agent', 'hansom')

/** The request for a GET without headers: made once for each target. */
export function plainGet(target: RequestTarget): Serialized {
  target.plainGet ??= {
    outgoing: {
      method: 'GET',
      head: requestHead('GET', target.path, target.host, userAgentLine),
      body: null,
      streams: false,
      chunked: false,
      upgrade: false,
    },
    bodyLength: null,
    idempotent: true,
  }
  return target.plainGet
}

/** Writes the head of a request and tells how its body goes. Throws `ERR_HANSOM_INVALID_HEADER`. */
export function serialize(
  target: RequestTarget,
  method: string,
  options: RequestInit,
  body: BodyPlan,
  closes: boolean,
): Serialized {
  const fields = headerFields(options.headers)
  let lines = fields.hasUserAgent ? '' : userAgentLine
  if (target.authorization !== null && !fields.hasAuthorization)
    lines += fieldLine('authorization', target.authorization)
  if (options.expectContinue === true) lines += fieldLine('expect', '100-continue')
  if (options.upgrade !== undefined)
    lines += `${fieldLine('connection', 'upgrade')}${fieldLine('upgrade', options.upgrade)}`
  else if (closes && method !== 'CONNECT') lines += fieldLine('connection', 'close')
  lines += fields.lines
  if ('type' in body && body.type !== null && !fields.hasContentType) lines += fieldLine('content-type', body.type)
  const bodyLength = lengthOf(body, fields.contentLength)
  const chunked = bodyLength === null && (body.kind === 'stream' || body.kind === 'manual')
  if (chunked) lines += fieldLine('transfer-encoding', 'chunked')
  else if (bodyLength !== null && (bodyLength > 0 || announced.has(method))) {
    lines += fieldLine('content-length', String(bodyLength))
  }
  const { authority } = options
  const head = requestHead(method, authority ?? target.path, fields.host ?? authority ?? target.host, lines)
  const upgrade = options.upgrade !== undefined || method === 'CONNECT'
  const streams = body.kind === 'stream' || body.kind === 'manual'
  const bytes = body.kind === 'bytes' && body.bytes.length > 0 ? body.bytes : null
  const idempotent = fields.idempotencyKey || idempotentMethods.has(method)
  return { outgoing: { method, head, body: bytes, streams, chunked, upgrade }, bodyLength, idempotent }
}

/** The length to announce; `null` if it is not known. A length of the user's must be that of the body. */
function lengthOf(body: BodyPlan, given: number | null): number | null {
  if (body.kind === 'manual') return given
  const length = body.kind === 'none' ? 0 : body.kind === 'bytes' ? body.bytes.length : body.length
  if (given === null || length === null) return length ?? given
  if (given !== length) {
    const message = `content-length is ${given}, but the body has ${length} bytes`
    throw argumentError('ERR_HANSOM_INVALID_HEADER', 'headers.content-length', message)
  }
  return length
}
