/** The client's side of slots: the budget of all hosts together. */
export interface SlotBudget<M = unknown> {
  /** Takes one slot. False: none is free; the member is told by `slotFreed` when it may try again. */
  take(member: M): boolean
  release(): void
}

/** Who takes slots of the budget. */
export interface BudgetMember {
  /** A slot may be free now: take it if one is wanted. */
  slotFreed(): void
  /** It still wants one. */
  readonly wantsSlot: boolean
  /** It wants one and holds none: without help of the others it would never be served. */
  readonly starves: boolean
}

/**
 * Counts a host's slots. A slot is taken before a dial starts and released when its socket is closed, or when the dial
 * ends without one; nowhere else. It survives the manager, so a crash can neither leak a slot nor free one twice.
 */
export class SlotLedger {
  dialing = 0
  connections = 0
  /** Connections that take no more exchanges, but are not closed yet. */
  draining = 0
  /** Exchanges in flight, granted ones that were not started yet included. */
  inFlight = 0
  readonly #budget: SlotBudget<BudgetMember>
  readonly #member: BudgetMember
  readonly maxConnections: number

  constructor(budget: SlotBudget<BudgetMember>, member: BudgetMember, maxConnections: number) {
    this.#budget = budget
    this.#member = member
    this.maxConnections = maxConnections
  }

  get taken(): number {
    return this.dialing + this.connections
  }

  get hasRoom(): boolean {
    return this.taken < this.maxConnections
  }

  /** More connections are kept open than there is room for: the policy dialed past the limit. */
  get surplus(): boolean {
    return this.connections - this.draining > this.maxConnections
  }

  /** A dial is about to start. False if the client's budget has no room. */
  take(): boolean {
    if (!this.#budget.take(this.#member)) return false
    this.dialing++
    return true
  }

  /** The dial became a connection: the slot goes with it. */
  opened(): void {
    this.dialing--
    this.connections++
  }

  /** The dial ended without a socket, or the connection's socket is closed. */
  release(what: 'dial' | 'connection'): void {
    if (what === 'dial') this.dialing--
    else this.connections--
    this.#budget.release()
  }
}
