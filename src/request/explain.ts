import type { Bill, DialAttempt, PoolLoad } from '../errors.ts'
import { microseconds } from './bill.ts'
import type { ConnectionInfo, RequestPhase, RequestRecord } from './record.ts'
import type { RequestActor } from './request-actor.ts'

/** Where a request stands, as plain JSON. Times are milliseconds. */
export interface Explanation {
  /** The ref's id. */
  readonly ref: string
  /** The request's method. */
  readonly method: string
  /** The request's URL, without credentials. */
  readonly url: string
  /** Where the request stands. */
  readonly phase: RequestPhase
  /** How long it has been in this phase; for a settled request, since it was settled. */
  readonly sinceMs: number
  /** One sentence; `null` when it waits for nothing. */
  readonly waitsFor: string | null
  /** What it waits behind; `null` once it has a connection, and when it is settled. */
  readonly queue: {
    /** Those who came before it and still wait, whatever the policy's own order is. */
    readonly ahead: number
    /** The policy's name. */
    readonly policy: string
    /** The state of the pool. */
    readonly load: PoolLoad
  } | null
  /** The connection that serves it, or did; `null` before one was granted. */
  readonly connection: ConnectionInfo | null
  /** The host's dials in flight while it waits: any of them may serve it. */
  readonly dials: readonly {
    /** The addresses that it tried, in order. */
    readonly attempts: readonly DialAttempt[]
  }[]
  /** What each phase took until now, or to the end. */
  readonly bill: Bill
}

/** Tells where a request stands. Computed when asked; works on a settled request too. */
export function explainRecord(record: RequestRecord, nowMs: number): Explanation {
  const actor = record.actor
  const waiting = actor !== null && record.grantedMs < 0
  const dials = waiting ? actor.host.inFlight().map(dial => ({ attempts: dial.attempts() })) : []
  const queue = waiting ? actor.host.queueOf(actor.checkout) : null
  const phase = phaseOf(record, dials.length > 0)
  return {
    ref: record.id,
    method: record.method,
    url: record.url,
    phase,
    sinceMs: microseconds(nowMs - record.startedMs - sinceOf(record)),
    waitsFor: record.messages?.waitsFor() ?? (actor === null ? null : waitsFor(phase, record, actor, queue)),
    queue,
    connection: record.connection,
    dials,
    bill: record.bill(nowMs),
  }
}

function phaseOf(record: RequestRecord, dialing: boolean): RequestPhase {
  if (record.outcome !== null) return record.outcome
  if (record.headMs >= 0) return 'receiving'
  if (record.sentMs >= 0) return 'waiting'
  if (record.grantedMs >= 0) return 'sending'
  return dialing ? 'dialing' : 'queued'
}

/** When the phase began, in milliseconds since the request's start. */
function sinceOf(record: RequestRecord): number {
  if (record.endMs >= 0) return record.endMs
  return Math.max(0, record.grantedMs, record.sentMs, record.headMs)
}

function waitsFor(
  phase: RequestPhase,
  record: RequestRecord,
  actor: RequestActor,
  queue: Explanation['queue'],
): string | null {
  const { origin } = actor.host
  switch (phase) {
    case 'queued':
    case 'dialing': {
      if (queue === null) return null
      const { load, ahead } = queue
      const dial = load.dialing > 0 ? `, ${load.dialing} being dialed` : ''
      const busy = `${load.inFlight} of ${load.maxConnections} busy${dial}`
      return `a connection to ${origin}: ${busy}, ${ahead} ahead`
    }
    case 'sending':
      return actor.expecting ? `100 Continue from ${origin}` : `${origin} to take the request`
    case 'waiting':
      return `the response head of ${origin}`
    case 'receiving':
      return record.inbox.hungry ? `the rest of the body from ${origin}` : 'its reader: the body is not being read'
    default:
      return null
  }
}
