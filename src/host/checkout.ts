import type { Recipient } from '../actor/recipient.ts'
import type { ExchangeOwner, ExchangeReport } from '../connection/messages.ts'
import type { Dial } from '../dial/dial.ts'
import type { CheckoutReport } from './messages.ts'
import type { WaiterView } from './policy/policy.ts'

/** The request behind a checkout. */
export type CheckoutOwner = Recipient<ExchangeReport | CheckoutReport> & Pick<ExchangeOwner, 'takeBody'>

/**
 * A request's wish for a connection: the `checkout.want` message itself, what a policy sees of the request, and its place
 * in the host's list of those who wait.
 */
export class Checkout implements WaiterView {
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
  /** @internal */
  previous: Checkout | null = null
  /** @internal */
  next: Checkout | null = null
  readonly #number: number
  readonly #owner: CheckoutOwner

  /** The deadline of a dial that it sponsors. @internal */
  readonly connectMs: number

  constructor(number: number, view: Omit<WaiterView, 'id'>, connectMs: number, owner: CheckoutOwner) {
    this.#number = number
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
    return `r${this.#number}`
  }

  /** Not for policies. @internal */
  static ownerOf(checkout: Checkout): CheckoutOwner {
    return checkout.#owner
  }
}

/** Those who wait for a host, in the order in which they came, whatever the policy's own order is. O(1) each. */
export class WaitingList {
  first: Checkout | null = null
  #last: Checkout | null = null
  size = 0

  add(checkout: Checkout): void {
    checkout.state = 'waiting'
    checkout.previous = this.#last
    checkout.next = null
    if (this.#last === null) this.first = checkout
    else this.#last.next = checkout
    this.#last = checkout
    this.size++
  }

  /** Takes one out that ends in `state`. */
  remove(checkout: Checkout, state: 'granted' | 'gone'): void {
    if (checkout.state === 'waiting') {
      if (checkout.previous === null) this.first = checkout.next
      else checkout.previous.next = checkout.next
      if (checkout.next === null) this.#last = checkout.previous
      else checkout.next.previous = checkout.previous
      checkout.previous = null
      checkout.next = null
      this.size--
    }
    checkout.state = state
  }

  *[Symbol.iterator](): Generator<Checkout> {
    for (let checkout = this.first; checkout !== null; ) {
      const next: Checkout | null = checkout.next
      yield checkout
      checkout = next
    }
  }
}
