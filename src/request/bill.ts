import type { DialTimings } from '../dial/messages.ts'
import type { Bill } from '../errors.ts'

/** The times of one request, in milliseconds since its start; -1 is "not yet". */
export interface Marks {
  readonly grantedMs: number
  readonly sentMs: number
  readonly headMs: number
  readonly endMs: number
  readonly timings: DialTimings | null
  /** How long a first connection was held in vain; -1 if there was none. */
  readonly lostMs: number
}

/**
 * What each phase took until `nowMs` (milliseconds since the request's start) or its end. An answer that came before the
 * request was written ends the phase `send`. `total` is computed as the sum, so it is exactly that.
 */
export function billOf(marks: Marks, nowMs: number): Bill {
  const end = marks.endMs >= 0 ? marks.endMs : nowMs
  const granted = marks.grantedMs >= 0 ? marks.grantedMs : end
  const head = marks.headMs >= 0 ? marks.headMs : end
  const sent = marks.sentMs >= 0 ? Math.min(marks.sentMs, head) : head
  const queue = microseconds(granted)
  const send = microseconds(sent - granted)
  const firstByte = microseconds(head - sent)
  const body = microseconds(end - head)
  const total = queue + send + firstByte + body
  if (marks.timings === null && marks.lostMs < 0) return { queue, send, firstByte, body, total }
  const { dns, tcp, tls } = marks.timings ?? {}
  return {
    queue,
    send,
    firstByte,
    body,
    total,
    ...(marks.lostMs < 0 ? {} : { retry: microseconds(marks.lostMs) }),
    ...(dns === undefined ? {} : { dns: microseconds(dns) }),
    ...(tcp === undefined ? {} : { tcp: microseconds(tcp) }),
    ...(tls === undefined ? {} : { tls: microseconds(tls) }),
  }
}

/** Milliseconds rounded to whole microseconds: more digits would be noise. */
export function microseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000
}
