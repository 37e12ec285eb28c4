import { ConnectError, HansomError, type Phase, type RequestContext, TimeoutError } from '../errors.ts'
import type { TimedPhase } from './messages.ts'
import type { RequestRecord } from './record.ts'
import type { RequestActor } from './request-actor.ts'
import type { Timeouts } from './timeouts.ts'

const timeoutCodes = {
  queue: ['ERR_HANSOM_TIMEOUT_QUEUE', 'queueMs'],
  send: ['ERR_HANSOM_TIMEOUT_SEND', 'sendIdleMs'],
  head: ['ERR_HANSOM_TIMEOUT_HEAD', 'headMs'],
  body: ['ERR_HANSOM_TIMEOUT_BODY', 'bodyIdleMs'],
  total: ['ERR_HANSOM_TIMEOUT_TOTAL', 'totalMs'],
} as const

/** The error for a phase that took too long: the limit, the option, and what the request was waiting for. */
export function timeoutFailure(phase: TimedPhase, timeouts: Timeouts, actor: RequestActor): TimeoutError {
  const [code, option] = timeoutCodes[phase]
  const timeoutMs = timeouts[option]
  const limit = `within ${timeoutMs} ms (timeouts.${option})`
  const message = `${whatFailed(phase, actor)} ${limit}${phase === 'queue' ? `; ${busyness(actor)}` : ''}`
  // Before the connection was granted nothing was sent.
  return new TimeoutError(code, message, { timeoutMs, retryable: actor.record.grantedMs < 0 })
}

/** The error for a body source that threw or gave no bytes. */
export function sourceFailure(cause: unknown): HansomError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new HansomError('ERR_HANSOM_BODY_SOURCE', `the source of the request body failed: ${reason}`, { cause })
}

/** What `error` tells about its request. */
export function contextOf(actor: RequestActor, nowMs: number, error: HansomError): RequestContext {
  const { record } = actor
  return {
    method: record.method,
    origin: record.origin,
    ref: record.id,
    bill: record.bill(nowMs),
    phase: phaseOf(record, actor, error),
    calledAt: actor.calledAt,
  }
}

function phaseOf(record: RequestRecord, actor: RequestActor, error: HansomError): Phase {
  if (record.headMs >= 0) return 'body'
  if (record.sentMs >= 0) return 'head'
  if (record.grantedMs >= 0) return 'send'
  if (error.code === 'ERR_HANSOM_TIMEOUT_QUEUE') return 'queue'
  return actor.checkout.dial !== null || isDialFailure(error) ? 'connect' : 'queue'
}

/** The dial that failed is not the checkout's any more when its sponsor hears of it, and never was the other waiters'. */
function isDialFailure(error: HansomError): boolean {
  return error instanceof ConnectError || error.code === 'ERR_HANSOM_TIMEOUT_CONNECT'
}

function whatFailed(phase: TimedPhase, actor: RequestActor): string {
  const { origin } = actor.host
  switch (phase) {
    case 'queue':
      return `no connection to ${origin}`
    case 'send':
      return `${origin} accepted no byte of the request`
    case 'head':
      return `${origin} sent no response head`
    case 'body':
      return `${origin} sent no byte of the response body`
    case 'total':
      return `no whole answer from ${origin}`
  }
}

function busyness(actor: RequestActor): string {
  const { ahead, policy, load } = actor.host.queueOf(actor.checkout)
  const dialing = load.dialing > 0 ? `, ${load.dialing} dialing` : ''
  return `${ahead} ahead, policy ${policy}, ${load.inFlight} of ${load.maxConnections} connections busy${dialing}`
}
