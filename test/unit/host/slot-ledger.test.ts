import { describe, expect, it } from 'vitest'
import { SlotLedger } from '../../../src/host/slot-ledger.ts'
import { Budget } from '../../../src/pool/budget.ts'

const nobody = { slotFreed: () => {}, wantsSlot: false, starves: false }

describe('the slot ledger', () => {
  it('takes a slot for a dial, keeps it for the connection, and gives it back once', () => {
    const budget = new Budget(10)
    const ledger = new SlotLedger(budget, nobody, 2)
    expect(ledger.take()).toBe(true)
    expect(ledger).toMatchObject({ dialing: 1, connections: 0, taken: 1, hasRoom: true })
    ledger.opened()
    expect(ledger).toMatchObject({ dialing: 0, connections: 1, taken: 1 })
    expect(ledger.take()).toBe(true)
    expect(ledger).toMatchObject({ taken: 2, hasRoom: false })
    expect(budget.taken).toBe(2)
    ledger.release('dial')
    ledger.release('connection')
    expect(ledger).toMatchObject({ dialing: 0, connections: 0, taken: 0, hasRoom: true })
    expect(budget.taken).toBe(0)
  })

  it('takes nothing when the budget has nothing', () => {
    const budget = new Budget(1)
    const [a, b] = [new SlotLedger(budget, nobody, 5), new SlotLedger(budget, nobody, 5)]
    expect(a.take()).toBe(true)
    expect(b.take()).toBe(false)
    expect(b.taken).toBe(0)
    a.release('dial')
    expect(b.take()).toBe(true)
  })

  it('goes past its own limit if it is told to, and counts the surplus without those that close', () => {
    const ledger = new SlotLedger(new Budget(10), nobody, 1)
    for (let count = 0; count < 3; count++) {
      ledger.take()
      ledger.opened()
    }
    expect(ledger).toMatchObject({ connections: 3, surplus: true })
    ledger.draining++
    expect(ledger.surplus).toBe(true)
    ledger.draining++
    expect(ledger.surplus).toBe(false)
  })
})
