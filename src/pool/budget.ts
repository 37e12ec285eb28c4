import { LinkedList } from '../actor/linked-list.ts'
import type { ConnectionActor } from '../connection/connection-actor.ts'
import type { IdleRegister } from '../host/manager-setup.ts'
import type { BudgetMember, SlotBudget } from '../host/slot-ledger.ts'

/**
 * The client's connections, all hosts together. With no slot left, the least recently used idle connection of any host
 * is closed, and the hosts that want one form a ring that is served in turn, one slot at a time.
 */
export class Budget implements SlotBudget<BudgetMember>, IdleRegister {
  readonly maxConnections: number
  taken = 0
  readonly #ring = new Set<BudgetMember>()
  /** Idle connections, least recently used first. */
  readonly #idle = new LinkedList<ConnectionActor>()
  /** Connections that were told to close for others, and still hold their slot. */
  readonly #evicted = new Set<ConnectionActor>()

  constructor(maxConnections: number) {
    this.maxConnections = maxConnections
  }

  /** Hosts that wait for a slot. O(n). */
  get waiting(): number {
    this.#forgetSated()
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
      // If it wants more than it gets, its next `take` puts it back.
      if (member.wantsSlot) member.slotFreed()
    }
    this.#evict()
  }

  rested(connection: ConnectionActor): void {
    this.#idle.push(connection)
    this.#evict()
  }

  woke(connection: ConnectionActor): void {
    this.#idle.remove(connection)
  }

  /**
   * An exchange ended on this connection. With as many hosts as slots a busy one would keep its own for ever: it gives one up
   * for each host that waits and has none.
   */
  claims(connection: ConnectionActor): boolean {
    if (this.#ring.size === 0 || this.taken < this.maxConnections) return false
    let starving = 0
    for (const member of [...this.#ring]) {
      if (!member.starves) {
        // Behind those who have none, or it might get back the slot that it gives up.
        this.#ring.delete(member)
        this.#ring.add(member)
      } else if (++starving > this.#evicted.size) {
        this.#evicted.add(connection)
        return true
      }
    }
    return false
  }

  closed(connection: ConnectionActor): void {
    this.#idle.remove(connection)
    this.#evicted.delete(connection)
  }

  #evict(): void {
    if (this.taken < this.maxConnections) return
    this.#forgetSated()
    for (const connection of this.#idle) {
      if (this.#evicted.size >= this.#ring.size) return
      this.#idle.remove(connection)
      this.#evicted.add(connection)
      connection.send({ type: 'connection.close' })
    }
  }

  /** Those for whom nobody waits any more must not cost another host its idle connections. */
  #forgetSated(): void {
    for (const member of this.#ring) if (!member.wantsSlot) this.#ring.delete(member)
  }
}
