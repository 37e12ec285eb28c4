import { systemClock } from './actor/clock.ts'
import { CheckedPolicy } from './host/policy/checked-policy.ts'
import type { HostLoad, PolicyOption, WaiterView } from './host/policy/policy.ts'
import { loadOf, Rehearsal, waiterOf } from './host/policy/rehearsal.ts'

/** One check of `policySuite`: a test for any runner. */
export interface PolicyCheck {
  /** What it checks, as a sentence: the title of the test. */
  readonly name: string
  /** Throws an `AssertionError` that says what the policy did wrong. */
  run(): void
}

/** Courses of events that each check goes through; the same in each run. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
const stepsPerSeed = 400

/** Waiters in a queue that must not be slow, and in the one that it is measured by. */
const manyWaiters = 100_000
const fewWaiters = manyWaiters / 10
/** What ten times the waiters may cost: linear is 10, quadratic 100. */
const dearestRatio = 30

/**
 * The checks that a policy must pass to be used by a client: each answer makes sense whatever the load, nobody who waits is
 * lost or served twice, hosts do not share state, nothing throws, and many waiters are not slow. The events are made from
 * fixed seeds, so a policy that passes once passes again.
 *
 * @example
 * ```ts
 * import { policySuite } from 'hansom/testing'
 * import { test } from 'node:test'
 *
 * for (const { name, run } of policySuite(myPolicy)) test(`my policy ${name}`, run)
 * ```
 */
export function policySuite(option: PolicyOption): readonly PolicyCheck[] {
  const checks: Readonly<Record<string, (option: PolicyOption) => void>> = {
    'is an object with a name and admit()': checkShape,
    'answers with a word that exists and dials only below the limit, whatever the load': checkWords,
    'does not wait where nothing can come': checkEmptyHost,
    'limits exchanges by a number, whatever the load': checkLimit,
    'keeps each waiter until it is yielded, refused, evicted or removed, and does not know strangers': checkQueue,
    'gets through anything that happens at a host': checkCourse,
    'leaves nobody waiting for ever': checkProgress,
    'decides the same in the same course of events: by no clock, no chance and no other host': checkIsolation,
    'is as quick for each of 100,000 waiters as for each of 10,000': checkCost,
  }
  return Object.entries(checks).map(([name, check]) => ({ name, run: () => check(option) }))
}

function checkShape(option: PolicyOption): void {
  new CheckedPolicy(option, 'http://host.test')
}

function checkWords(option: PolicyOption): void {
  const policy = new CheckedPolicy(option, 'http://host.test')
  for (const load of manyLoads()) policy.admit(load, waiterOf(1, load.nowMs))
}

function checkEmptyHost(option: PolicyOption): void {
  for (const maxConnections of [1, 2, 64]) {
    const policy = new CheckedPolicy(option, 'http://host.test')
    const admission = policy.admit(loadOf({ maxConnections }), waiterOf(1, 0))
    const sensible = admission !== 'wait' && admission !== 'evict'
    policy.check(sensible, 'with no connection, no dial and nobody waiting, admit() answered', admission)
  }
}

function checkLimit(option: PolicyOption): void {
  const policy = new CheckedPolicy(option, 'http://host.test')
  for (const load of manyLoads()) policy.limit(load)
}

function checkQueue(option: PolicyOption): void {
  for (const seed of seeds) {
    const { queue } = new CheckedPolicy(option, 'http://host.test')
    const stranger = waiterOf(0, 0)
    queue.remove(stranger)
    queue.shift(0)
    for (let number = 1, nowMs = 0; number <= stepsPerSeed; number++, nowMs += 7) {
      const waiter = waiterOf(number, nowMs, { key: `tenant-${(number * seed) % 5}`, priority: (number * seed) % 3 })
      queue.push(waiter)
      if (number % (seed + 1) === 0) queue.shift(nowMs)
      if (number % (seed + 2) === 0) queue.remove(waiter)
      if (number % (seed + 3) === 0) queue.remove(waiter)
      if (number % (seed + 5) === 0) queue.remove([...queue.waiting][queue.waiting.size >> 1] ?? stranger)
      if (number % (seed + 7) === 0 && queue.hasVictims && queue.waiting.size > 0) queue.victim()
    }
  }
}

function checkCourse(option: PolicyOption): void {
  for (const seed of seeds) new Rehearsal(option, seed).run(stepsPerSeed)
}

function checkProgress(option: PolicyOption): void {
  for (const seed of seeds) {
    const rehearsal = new Rehearsal(option, seed)
    rehearsal.run(stepsPerSeed)
    rehearsal.runOut()
  }
}

function checkIsolation(option: PolicyOption): void {
  for (const seed of seeds) {
    const first = new Rehearsal(option, seed)
    const other = new Rehearsal(option, seed + 1_000)
    first.run(stepsPerSeed)
    other.run(stepsPerSeed)
    const again = new Rehearsal(option, seed)
    again.run(stepsPerSeed)
    const at = first.decisions.findIndex((decision, index) => decision !== again.decisions[index])
    const told = `decided "${first.decisions[at]}", and for another host in the same course of events`
    again.policy.check(at < 0, told, again.decisions[at])
  }
}

function checkCost(option: PolicyOption): void {
  // Without waiters() the order is the host's own, and no cost of the policy's.
  if (new CheckedPolicy(option, 'http://host.test').queue.own === undefined) return
  const waiters = Array.from({ length: 2 * manyWaiters }, (_, number) =>
    waiterOf(number, number / 1_000, { key: `tenant-${number % 100}`, priority: number % 7 }),
  )
  let told = ''
  // A busy machine can make any one run slow.
  for (let attempt = 0; attempt < 2; attempt++) {
    const fewMs = Math.min(...[1, 2, 3].map(() => queueCostMs(option, waiters, fewWaiters, Infinity)))
    const allowedMs = dearestRatio * Math.max(fewMs, 1)
    if (queueCostMs(option, waiters, manyWaiters, allowedMs) <= allowedMs) return
    told = `${fewWaiters} waiters took ${fewMs.toFixed(1)} ms, ${manyWaiters} more than ${allowedMs.toFixed(0)} ms`
  }
  throw new CheckedPolicy(option, 'http://host.test').fault(`${told}: its queue is not amortised O(log n)`)
}

/** How long `count` waiters take to come, to wait while others come and go, and to leave. Stops beyond `untilMs`. */
function queueCostMs(option: PolicyOption, waiters: readonly WaiterView[], count: number, untilMs: number): number {
  const queue = new CheckedPolicy(option, 'http://host.test').queue.own!
  const refuse = (): void => {}
  const startedMs = systemClock.now()
  const late = (step: number) => step % 256 === 0 && systemClock.now() - startedMs > untilMs
  for (let step = 0; step < count; step++) {
    queue.push(waiters[step]!)
    if (late(step)) return Infinity
  }
  for (let step = count; step < 2 * count; step++) {
    queue.push(waiters[step]!)
    queue.shift(step / 1_000, refuse)
    if (late(step)) return Infinity
  }
  // A stride that shares no factor with the number of waiters reaches everybody, far from the order of arrival.
  for (let step = 0; step < count; step++) {
    queue.remove(waiters[(step * 7_919) % (2 * count)]!)
    if (late(step)) return Infinity
  }
  for (let step = 0; queue.size > 0 && step < 2 * count; step++) {
    queue.shift(count / 500 + step, refuse)
    if (late(step)) return Infinity
  }
  return systemClock.now() - startedMs
}

/** Loads of every shape: empty, full, over the limit, with and without those who wait. */
function* manyLoads(): Generator<HostLoad> {
  for (const maxConnections of [1, 2, 5, 64]) {
    for (const maxWaiting of [0, 1, 16_384]) {
      for (const connections of [0, 1, maxConnections - 1, maxConnections, maxConnections + 1, 2 * maxConnections]) {
        for (const dialing of [0, 1, maxConnections]) {
          for (const waiting of [0, 1, 7, 16_383, 16_384, 100_000]) {
            for (const idle of connections === 0 ? [0] : [0, connections]) {
              const inFlight = connections - idle
              const nowMs = waiting * 10
              yield loadOf({ maxConnections, maxWaiting, connections, dialing, waiting, idle, inFlight, nowMs })
            }
          }
        }
      }
    }
  }
}
