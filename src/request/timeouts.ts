import { argumentError, rangeError } from '../errors.ts'

/** Time limits in milliseconds. `Infinity` is off. An error is never early, and at most 20 ms and the loop's lag late. */
export interface Timeouts {
  /** `request()` → a connection is granted; a dial in progress counts. Default 30,000. */
  readonly queueMs: number
  /**
   * One dial: DNS, TCP and TLS together, once there is a place for it (`maxDials`). A dial has the limit of the request that
   * sponsors it. Default 10,000.
   */
  readonly connectMs: number
  /** The socket takes no byte of the request while some wait. Default 30,000. */
  readonly sendIdleMs: number
  /**
   * With `expectContinue`: how long the body waits for the server's `100 Continue`. Then it is sent without (RFC 9110
   * §10.1.1). Default 1,000.
   */
  readonly continueMs: number
  /** The last byte of the request is written → the response head is there. Default 60,000. */
  readonly headMs: number
  /** No byte of the body comes while some are wanted. It does not run while `limits.highWaterBytes` lie unread. Default 60,000. */
  readonly bodyIdleMs: number
  /** `request()` → the end of the body. Default `Infinity`. */
  readonly totalMs: number
}

/** Timeouts to change; the others keep their value. */
export type TimeoutsInput = { readonly [K in keyof Timeouts]?: Timeouts[K] | undefined }

/** The timeouts of a client that sets none. */
export const defaultTimeouts: Timeouts = Object.freeze({
  queueMs: 30_000,
  connectMs: 10_000,
  sendIdleMs: 30_000,
  continueMs: 1_000,
  headMs: 60_000,
  bodyIdleMs: 60_000,
  totalMs: Infinity,
})

/** Checks timeouts. Throws `ERR_HANSOM_INVALID_OPTION` with the path of the option. */
export function timeoutsOf(input: TimeoutsInput, defaults: Timeouts, path: string): Timeouts {
  if (input === null || typeof input !== 'object') {
    throw argumentError('ERR_HANSOM_INVALID_OPTION', path, `${path} is an object`)
  }
  const timeouts: Record<string, number> = { ...defaults }
  for (const [name, value] of Object.entries(input)) {
    const option = `${path}.${name}`
    if (!Object.hasOwn(defaultTimeouts, name)) {
      const known = Object.keys(defaultTimeouts).join(', ')
      throw argumentError('ERR_HANSOM_INVALID_OPTION', option, `unknown option ${option}; known here: ${known}`)
    }
    if (value === undefined) continue
    if (typeof value !== 'number') {
      throw argumentError('ERR_HANSOM_INVALID_OPTION', option, `${option} is a number of milliseconds`)
    }
    if (!(value > 0))
      throw rangeError('ERR_HANSOM_INVALID_OPTION', option, `${option} is more than 0 (Infinity is off)`)
    timeouts[name] = value
  }
  return timeouts as unknown as Timeouts
}
