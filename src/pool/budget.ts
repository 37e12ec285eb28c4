import type { ConnectionActor } from '../connection/connection-actor.ts'
import type { IdleRegister } from '../host/host-manager.ts'
import type { BudgetMember, SlotBudget } from '../host/slot-ledger.ts'

/**
 * The client's connections, all hosts together. With no slot left, the least recently used idle connection of any host
 * is closed, and the hosts that want one form a ring that is served in turn, one slot at a time.
 */
export class Budget implements SlotBudget<BudgetMember>, IdleRegister {
  readonly maxConnections: number
  taken = 0
  readonly #ring = new Set<BudgetMember>()
  /** Idle connections, least recently used first: a set keeps the order in which they were added. */
  readonly #idle = new Set<ConnectionActor>()
  /** Idle connections that were told to close, and still hold their slot. */
  readonly #evicted = new Set<ConnectionActor>()

  constructor(maxConnections: number) {
    this.maxConnections = maxConnections
  }

  /** Hosts that wait for a slot. */
  get waiting(): number {
    return this.#ring.size
  }

  take(member: BudgetMember): boolean {
    if (this.taken < this.maxConnections) {
      this.taken++
      return true
    }
    this.#ring.add(member)
    this.#evict()
    return false
  }

  release(): void {
    this.taken--
    // Each member is asked once: one that cannot take the slot now must not be asked for ever.
    for (let asked = this.#ring.size; asked > 0 && this.taken < this.maxConnections; asked--) {
      const [member] = this.#ring
      if (member === undefined) return
      this.#ring.delete(member)
      if (!member.wantsSlot) continue
      member.slotFreed()
      if (member.wantsSlot) this.#ring.add(member)
    }
    this.#evict()
  }

  rested(connection: ConnectionActor): void {
    this.#idle.add(connection)
    this.#evict()
  }

  woke(connection: ConnectionActor): void {
    this.#idle.delete(connection)
  }

  closed(connection: ConnectionActor): void {
    this.#idle.delete(connection)
    this.#evicted.delete(connection)
  }

  #evict(): void {
    if (this.taken < this.maxConnections) return
    for (const connection of this.#idle) {
      if (this.#evicted.size >= this.#ring.size) return
      this.#idle.delete(connection)
      this.#evicted.add(connection)
      connection.send({ type: 'connection.close' })
    }
  }
}
