import type { ExchangeReport } from '../connection/messages.ts'
import type { CheckoutReport } from '../host/messages.ts'

/** A phase that has a timeout of its own, of which a request fails. */
export type TimedPhase = 'queue' | 'send' | 'head' | 'body' | 'total'

/** What the actor of a request accepts. */
export type RequestMessage =
  | CheckoutReport
  | ExchangeReport
  | { readonly type: 'request.cancel'; readonly reason: unknown }
  | { readonly type: 'request.fail'; readonly error: unknown }
  | { readonly type: 'deadline.passed'; readonly phase: TimedPhase | 'continue' }
