import { AssertionError } from 'node:assert'
import { describe, expect, it } from 'vitest'
import { drop, overflow, type PolicyOption, queue } from '../../src/index.ts'
import { policySuite } from '../../src/testing.ts'
import { brokenPolicies } from './broken-policies.ts'
import { controlledDelay } from './controlled-delay.ts'
import { fair } from './fair.ts'

const policies: Readonly<Record<string, PolicyOption>> = {
  'queue()': queue(),
  'queue({ maxWaiting: 3 })': queue({ maxWaiting: 3 }),
  'queue({ maxWaiting: 0 })': queue({ maxWaiting: 0 }),
  'drop()': drop(),
  'drop the newest of three': drop({ maxWaiting: 3 }),
  'drop the oldest': drop({ drop: 'oldest' }),
  'drop the oldest of three': drop({ drop: 'oldest', maxWaiting: 3 }),
  'overflow()': overflow(),
  'overflow({ maxOverflow: 1 })': overflow({ maxOverflow: 1 }),
  'a bare object': {
    name: 'bare',
    admit: load => (load.connections + load.dialing < load.maxConnections ? 'dial' : 'wait'),
  },
  'controlled delay': controlledDelay({ targetMs: 50 }),
  'fair by key': fair(),
}

describe.each(Object.entries(policies))('%s', (_name, option) => {
  it.each(policySuite(option))('$name', ({ run }) => run())
})

describe('the policy suite', () => {
  it.each(brokenPolicies)(
    'catches a policy that $what',
    ({ option, says, slow = false }) => {
      const faults = policySuite(option)
        .filter(({ name }) => slow || !name.startsWith('is as quick'))
        .flatMap(({ run }) => faultOf(run))
      expect(faults.every(fault => fault instanceof AssertionError)).toBe(true)
      expect(faults.map(String).join('\n')).toMatch(says)
    },
    60_000,
  )

  it('names the policy, and keeps what it threw as the cause', () => {
    const thrown = new Error('no')
    const suite = policySuite({
      name: 'grumpy',
      admit() {
        throw thrown
      },
    })
    const [fault] = suite.flatMap(({ run }) => faultOf(run))
    expect(fault).toMatchObject({ message: 'policy grumpy: admit() threw Error: no', cause: thrown })
  })

  it('has a sentence for each check, and none twice', () => {
    const names = policySuite(queue()).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThan(5)
  })
})

function faultOf(run: () => void): unknown[] {
  try {
    run()
    return []
  } catch (error) {
    return [error]
  }
}
