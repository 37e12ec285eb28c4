import { type Linked, LinkedList } from '../actor/linked-list.ts'
import type { Recipient } from '../actor/recipient.ts'
import type { ExchangeOwner, ExchangeReport } from '../connection/messages.ts'
import type { Dial } from '../dial/dial.ts'
import type { CheckoutReport } from './messages.ts'
import type { WaiterView, WaitQueue } from './policy/policy.ts'

/** The request behind a checkout. */
export type CheckoutOwner = Recipient<ExchangeReport | CheckoutReport> & Pick<ExchangeOwner, 'takeBody'>

/**
 * A request's wish for a connection: the `checkout.want` message itself, what a policy sees of the request, and its place
 * in the host's list of those who wait.
 */
export class Checkout implements WaiterView, Linked<Checkout> {
  readonly type = 'checkout.want'
  readonly method: string
  readonly url: string
  readonly key: string
  readonly priority: number
  readonly deadlineMs: number
  readonly sinceMs: number
  /** `gone` and `granted` are the ends: whoever finds one there passes it by. @internal */
  state: 'new' | 'waiting' | 'granted' | 'gone' = 'new'
  /** The dial that it sponsors. @internal */
  dial: Dial | null = null
  /** It stands in the queue that `ArrivalOrder` makes of the waiting list. @internal */
  queued = false
  /** Its neighbours in the list of those who wait: `LinkedList`'s. */
  previous: Checkout | null = null
  next: Checkout | null = null
  /** Counts the requests of the process. @internal */
  readonly number: number
  readonly #owner: CheckoutOwner

  /** The deadline of a dial that it sponsors. @internal */
  readonly connectMs: number

  constructor(number: number, view: Omit<WaiterView, 'id'>, connectMs: number, owner: CheckoutOwner) {
    this.number = number
    this.method = view.method
    this.url = view.url
    this.key = view.key
    this.priority = view.priority
    this.deadlineMs = view.deadlineMs
    this.sinceMs = view.sinceMs
    this.connectMs = connectMs
    this.#owner = owner
  }

  get id(): string {
    return `r${this.number}`
  }

  /** Not for policies. @internal */
  static ownerOf(checkout: Checkout): CheckoutOwner {
    return checkout.#owner
  }
}

/** Those who wait for a host, in the order in which they came, whatever the policy's own order is. O(1) each. */
export class WaitingList extends LinkedList<Checkout> {
  /** One that was granted a connection that broke comes back to its old place. */
  add(checkout: Checkout): void {
    checkout.state = 'waiting'
    let before = this.last
    while (before !== null && before.number > checkout.number) before = before.previous
    this.insertAfter(before, checkout)
  }

  /** Takes one out that ends in `state`. */
  end(checkout: Checkout, state: 'granted' | 'gone'): void {
    if (checkout.state === 'waiting') this.remove(checkout)
    checkout.state = state
  }
}

/** First in, first out: the order of the waiting list itself. The default, and it allocates nothing. */
export class ArrivalOrder implements WaitQueue {
  readonly #waiting: WaitingList
  size = 0

  constructor(waiting: WaitingList) {
    this.#waiting = waiting
  }

  push(waiter: WaiterView): void {
    ;(waiter as Checkout).queued = true
    this.size++
  }

  shift(): Checkout | undefined {
    if (this.size === 0) return undefined
    // Those who were given a connection that is not proven yet still stand in the list: they are passed over.
    let first = this.#waiting.first
    while (first !== null && !first.queued) first = first.next
    if (first === null) return undefined
    this.remove(first)
    return first
  }

  remove(waiter: WaiterView): boolean {
    const checkout = waiter as Checkout
    if (!checkout.queued) return false
    checkout.queued = false
    this.size--
    return true
  }

  victim(): Checkout | undefined {
    return this.shift()
  }
}
