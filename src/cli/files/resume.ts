import type { ResponseHead } from '../../index.ts'

/** The beginning of a body, which an earlier run kept. */
export interface Part {
  readonly bytes: number
  /** Of the whole body; `null` if the server did not say. */
  readonly total: number | null
  /** A strong ETag, or a Last-Modified that is as good, for `If-Range` (RFC 9110 §13.1.5). */
  readonly validator: string
}

/** What can be kept of a body that breaks off: nothing without a strong validator. */
export type Keepable = Pick<Part, 'total' | 'validator'>

/**
 * What an answer to a request with `rangeHeaders` is good for: `append` is the rest, `whole` is the answer as if nothing
 * had been kept, `again` is neither, so that the request must be repeated without a range.
 */
export type ResumeAction = 'append' | 'whole' | 'again'

const strongTag = /^"[\x21\x23-\x7e\x80-\xff]{0,1024}"$/

/** How much older than the answer a Last-Modified must be: then also clocks that differ a little agree that it is strong. */
const minAgeMs = 60_000

/** What must come with another try, so that it goes on behind a part. */
export function rangeHeaders({ bytes, validator }: Part): (readonly [name: string, value: string])[] {
  return [
    ['Range', `bytes=${bytes}-`],
    ['If-Range', validator],
  ]
}

/**
 * The strong validator of a representation, or `null`. A weak ETag says that a date would not do either; a date is strong
 * if it is enough older than the answer (RFC 9110 §8.8.2.2).
 */
export function validatorOf({ headers }: ResponseHead): string | null {
  const tag = headers.get('etag')
  if (tag !== null) return strongTag.test(tag) ? tag : null
  const modified = headers.get('last-modified')
  if (!isValidator(modified)) return null
  const age = Date.parse(headers.get('date') ?? '') - Date.parse(modified)
  return age >= minAgeMs ? modified : null
}

/** True for a strong ETag and for a date as RFC 9110 §5.6.7 prefers it. */
export function isValidator(text: unknown): text is string {
  return typeof text === 'string' && (strongTag.test(text) || isDate(text))
}

/** What of this answer's body could be gone on with later; `null` if nothing. It must be a 200. */
export function keepable(head: ResponseHead): Keepable | null {
  const { status, headers } = head
  if (status !== 200 || headers.get('accept-ranges')?.trim().toLowerCase() === 'none') return null
  const validator = validatorOf(head)
  if (validator === null) return null
  const length = headers.get('content-length')
  return { validator, total: length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null }
}

/** Decides what to do with the answer to a request that asked for what is behind `part`. */
export function resumeAction(part: Part, { status, headers }: ResponseHead): ResumeAction {
  if (status === 304 || status === 416) return 'again'
  if (status !== 206) return 'whole'
  const range = rangeOf(headers.get('content-range'))
  if (range === null || isMultipart(headers.get('content-type'))) return 'again'
  const total = range.total ?? part.total
  if (total === null || (part.total !== null && total !== part.total)) return 'again'
  if (range.first !== part.bytes || range.last !== total - 1) return 'again'
  const length = headers.get('content-length')
  if (length !== null && Number(length) !== total - part.bytes) return 'again'
  const sameKind = headers.get(part.validator.startsWith('"') ? 'etag' : 'last-modified')
  return sameKind === null || sameKind === part.validator ? 'append' : 'again'
}

/** How long the whole is, of which an answer that may be appended is the end. */
export function totalOf(part: Part, { headers }: ResponseHead): number {
  return rangeOf(headers.get('content-range'))?.total ?? part.total ?? Infinity
}

/** `bytes 5-9/10` (RFC 9110 §14.4). `null` for anything else. */
function rangeOf(text: string | null): { first: number; last: number; total: number | null } | null {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(text ?? '')
  if (match === null) return null
  return { first: Number(match[1]), last: Number(match[2]), total: match[3] === '*' ? null : Number(match[3]) }
}

function isMultipart(type: string | null): boolean {
  return type !== null && /^\s*multipart\//i.test(type)
}

function isDate(text: string): boolean {
  return (
    /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text) && !Number.isNaN(Date.parse(text))
  )
}
