import { number } from '../checks.ts'
import { argumentError } from '../errors.ts'
import type { StreamTo } from './response-message.ts'

/** How a request delivers its answer as messages. */
export interface Delivery {
  /** `all`: as they come. `once`: one for each `streamNext`. */
  readonly mode: 'all' | 'once'
  readonly to: StreamTo
  /** For `all`, to something with `send`: how many may be unread. */
  readonly maxUnread: number
}

const defaultMaxUnread = 256
const wholeNumber = number(1, { whole: true })

/** Checks the three options of message mode; `null` without `async`. Throws `ERR_HANSOM_INVALID_OPTION`. */
export function planDelivery(
  async: boolean | 'once' | undefined,
  to: StreamTo | undefined,
  maxUnread: number | undefined,
): Delivery | null {
  if (async === undefined || async === false) {
    const stray = to !== undefined ? 'streamTo' : maxUnread !== undefined ? 'maxUnread' : null
    if (stray === null) return null
    throw argumentError('ERR_HANSOM_INVALID_OPTION', stray, `${stray} needs async: true or async: 'once'`)
  }
  if (async !== true && async !== 'once') {
    throw argumentError('ERR_HANSOM_INVALID_OPTION', 'async', "async is true, false or 'once'")
  }
  if (maxUnread !== undefined) wholeNumber(maxUnread, 'maxUnread')
  if (!takesMessages(to)) {
    const message = 'async needs streamTo: a function or an object with send(message)'
    throw argumentError('ERR_HANSOM_INVALID_OPTION', 'streamTo', message)
  }
  return { mode: async === true ? 'all' : 'once', to, maxUnread: maxUnread ?? defaultMaxUnread }
}

/** It is a function, or has a `send`. */
export function takesMessages(to: StreamTo | undefined): to is StreamTo {
  if (typeof to === 'function') return true
  return typeof to === 'object' && to !== null && typeof to.send === 'function'
}
