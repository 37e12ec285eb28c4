import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConnectionActor } from '../../../src/connection/connection-actor.ts'
import { type BudgetMember, SlotLedger } from '../../../src/host/slot-ledger.ts'
import { Budget } from '../../../src/pool/budget.ts'

type State = 'busy' | 'idle' | 'closing'

/** A connection as the budget sees it. */
class Connection {
  previous: Connection | null = null
  next: Connection | null = null
  state: State = 'busy'
  readonly host: Host

  constructor(host: Host) {
    this.host = host
  }

  send({ type }: { type: string }): void {
    expect(type).toBe('connection.close')
    expect(this.state).toBe('idle')
    this.close()
  }

  close(): void {
    this.state = 'closing'
    this.host.ledger.draining++
  }

  get actor(): ConnectionActor {
    return this as unknown as ConnectionActor
  }
}

/** A host as the budget sees it: waiters, dials and connections, each only counted. */
class Host implements BudgetMember {
  readonly ledger: SlotLedger
  readonly connections: Connection[] = []
  waiting = 0
  served = 0
  readonly #budget: Budget

  constructor(budget: Budget, maxConnections: number) {
    this.#budget = budget
    this.ledger = new SlotLedger(budget, this, maxConnections)
  }

  get wantsSlot(): boolean {
    return this.waiting > this.ledger.dialing && this.ledger.hasRoom
  }

  get starves(): boolean {
    return this.wantsSlot && this.ledger.taken === 0
  }

  slotFreed(): void {
    while (this.wantsSlot && this.ledger.take());
  }

  want(): void {
    const idle = this.of('idle').at(-1)
    if (idle === undefined) {
      this.waiting++
      this.slotFreed()
    } else {
      this.#budget.woke(idle.actor)
      idle.state = 'busy'
      this.served++
    }
  }

  forget(): void {
    if (this.waiting > 0) this.waiting--
  }

  dialOpens(): void {
    if (this.ledger.dialing === 0) return
    this.ledger.opened()
    const connection = new Connection(this)
    this.connections.push(connection)
    this.#offer(connection)
  }

  dialFails(): void {
    if (this.ledger.dialing === 0) return
    this.forget()
    this.ledger.release('dial')
    this.slotFreed()
  }

  exchangeEnds(): void {
    const connection = this.of('busy')[0]
    if (connection === undefined) return
    if (this.#budget.claims(connection.actor)) connection.close()
    else this.#offer(connection)
  }

  idleCloses(): void {
    const connection = this.of('idle')[0]
    if (connection === undefined) return
    this.#budget.woke(connection.actor)
    connection.close()
  }

  socketCloses(): void {
    const connection = this.of('closing')[0]
    if (connection === undefined) return
    this.connections.splice(this.connections.indexOf(connection), 1)
    this.ledger.draining--
    this.#budget.closed(connection.actor)
    this.ledger.release('connection')
    this.slotFreed()
  }

  of(state: State): Connection[] {
    return this.connections.filter(connection => connection.state === state)
  }

  #offer(connection: Connection): void {
    if (this.waiting > 0) {
      this.waiting--
      this.served++
      connection.state = 'busy'
      return
    }
    connection.state = 'idle'
    this.#budget.rested(connection.actor)
  }
}

const events = ['want', 'forget', 'dialOpens', 'dialFails', 'exchangeEnds', 'idleCloses', 'socketCloses'] as const
const hostCount = 4

const course = fc.record({
  budget: fc.integer({ min: 1, max: 6 }),
  limits: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: hostCount, maxLength: hostCount }),
  steps: fc.array(fc.tuple(fc.nat(hostCount - 1), fc.constantFrom(...events)), { maxLength: 200 }),
})

function check(budget: Budget, hosts: readonly Host[]): void {
  let taken = 0
  let closing = 0
  for (const { ledger, connections } of hosts) {
    expect(ledger.dialing).toBeGreaterThanOrEqual(0)
    expect(ledger.connections).toBe(connections.length)
    expect(ledger.taken).toBeLessThanOrEqual(ledger.maxConnections)
    taken += ledger.taken
    closing += ledger.draining
  }
  expect(budget.taken).toBe(taken)
  expect(taken).toBeLessThanOrEqual(budget.maxConnections)
  const unserved = hosts.filter(({ wantsSlot }) => wantsSlot)
  if (unserved.length === 0) return
  expect(taken).toBe(budget.maxConnections)
  // Who wants a slot has the promise of one as soon as anything idles.
  if (hosts.some(host => host.of('idle').length > 0)) expect(closing).toBeGreaterThanOrEqual(unserved.length)
}

describe('budget and ledgers together (promise 2)', () => {
  it('never exceed a limit, lose a slot, or leave one free that somebody wants', () => {
    fc.assert(
      fc.property(course, ({ budget: maxConnections, limits, steps }) => {
        const budget = new Budget(maxConnections)
        const hosts = limits.map(limit => new Host(budget, limit))
        for (const [host, event] of steps) {
          hosts[host]![event]()
          check(budget, hosts)
        }
        for (const host of hosts) {
          while (host.connections.length + host.ledger.dialing + host.waiting > 0) {
            for (const event of ['forget', 'dialFails', 'exchangeEnds', 'idleCloses', 'socketCloses'] as const) {
              host[event]()
            }
          }
        }
        expect(budget).toMatchObject({ taken: 0, waiting: 0 })
      }),
      { numRuns: 500 },
    )
  })

  it('serve every host, though each always has another request', () => {
    fc.assert(
      fc.property(course, ({ budget: maxConnections, limits, steps }) => {
        const budget = new Budget(maxConnections)
        const hosts = limits.map(limit => new Host(budget, limit))
        for (const [host, event] of steps) hosts[host]![event]()
        const before = hosts.map(({ served }) => served)
        for (let round = 0; round < 40; round++) {
          for (const host of hosts) {
            while (host.waiting < 8) host.want()
            host.dialOpens()
            host.exchangeEnds()
            host.socketCloses()
          }
          check(budget, hosts)
        }
        for (const [index, { served }] of hosts.entries()) expect(served).toBeGreaterThan(before[index]! + 1)
      }),
      { numRuns: 200 },
    )
  })
})
