import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { billOf } from '../../../src/request/bill.ts'

const step = fc.double({ min: 0, max: 100_000, noNaN: true })
const notYet = { grantedMs: -1, sentMs: -1, headMs: -1, endMs: -1, timings: null, lostMs: -1 }

describe('a bill', () => {
  it('has phases that add up to its total exactly, wherever the request stands', () => {
    const marks = fc.tuple(fc.array(step, { minLength: 5, maxLength: 5 }), fc.integer({ min: 0, max: 4 }))
    fc.assert(
      fc.property(marks, fc.boolean(), ([steps, reached], early) => {
        let atMs = 0
        const [grantedMs, sentMs, headMs, endMs] = steps.slice(1).map((stepMs, index) => {
          atMs += stepMs
          return index < reached ? atMs : -1
        }) as [number, number, number, number]
        // An early answer: its head comes before the request's last byte has left.
        const bill = billOf(
          { grantedMs, sentMs: early ? -1 : sentMs, headMs, endMs, timings: null, lostMs: -1 },
          atMs + steps[0]!,
        )
        expect(bill.queue + bill.send + bill.firstByte + bill.body).toBe(bill.total)
        expect(Math.min(...Object.values(bill))).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('counts a request that waits as queue, up to now', () => {
    expect(billOf(notYet, 12.3456)).toEqual({ queue: 12.346, send: 0, firstByte: 0, body: 0, total: 12.346 })
  })

  it('ends the phase send when an answer comes early', () => {
    const marks = { ...notYet, grantedMs: 1, headMs: 4, sentMs: 6, endMs: 10 }
    expect(billOf(marks, 99)).toEqual({ queue: 1, send: 3, firstByte: 0, body: 6, total: 10 })
  })

  it('shows of a dial what there was', () => {
    const marks = { ...notYet, grantedMs: 9, timings: { tcp: 2.00049, tls: 3 } }
    expect(billOf(marks, 9)).toEqual({ queue: 9, send: 0, firstByte: 0, body: 0, total: 9, tcp: 2, tls: 3 })
  })
})
