import type { Admission, HostLoad, PolicyOption, PoolPolicy, WaiterView, WaitQueue } from '../../src/index.ts'

/** A policy that breaks one promise, and what the suite says of it. */
export interface BrokenPolicy {
  readonly what: string
  readonly option: PolicyOption
  readonly says: RegExp
  /** Only the measurement finds it, which takes a while. */
  readonly slow?: boolean
}

function sound(load: HostLoad): Admission {
  return load.connections + load.dialing < load.maxConnections ? 'dial' : 'wait'
}

/** A sound queue, but for what a subclass breaks. */
class Sound implements WaitQueue {
  protected waiters: WaiterView[] = []

  get size(): number {
    return this.waiters.length
  }

  push(waiter: WaiterView): void {
    this.waiters.push(waiter)
  }

  shift(_nowMs: number, _refuse: (waiter: WaiterView, why: string) => void): WaiterView | undefined {
    return this.waiters.shift()
  }

  remove(waiter: WaiterView): boolean {
    const index = this.waiters.indexOf(waiter)
    if (index >= 0) this.waiters.splice(index, 1)
    return index >= 0
  }

  victim(): WaiterView | undefined {
    return this.waiters.shift()
  }
}

function withQueue(make: () => WaitQueue, admit = sound): PolicyOption {
  return () => ({ name: 'broken', admit, waiters: make })
}

class Peeking extends Sound {
  override shift(): WaiterView | undefined {
    return this.waiters[0]
  }
}

class Forgetful extends Sound {
  override push(waiter: WaiterView): void {
    if (this.size < 5) super.push(waiter)
  }
}

class Doubling extends Sound {
  override push(waiter: WaiterView): void {
    super.push(waiter)
    super.push(waiter)
  }
}

class Inventive extends Sound {
  override shift(nowMs: number, refuse: (waiter: WaiterView, why: string) => void): WaiterView | undefined {
    const waiter = super.shift(nowMs, refuse)
    return waiter === undefined ? undefined : { ...waiter }
  }
}

class Credulous extends Sound {
  override remove(waiter: WaiterView): boolean {
    super.remove(waiter)
    return true
  }
}

class Clinging extends Sound {
  override remove(waiter: WaiterView): boolean {
    return this.waiters.includes(waiter)
  }
}

class Slandering extends Sound {
  override shift(nowMs: number, refuse: (waiter: WaiterView, why: string) => void): WaiterView | undefined {
    const waiter = super.shift(nowMs, refuse)
    if (waiter !== undefined) refuse({ ...waiter }, 'somebody like you')
    return waiter
  }
}

class Silent extends Sound {
  override shift(_nowMs: number, refuse: (waiter: WaiterView, why: string) => void): WaiterView | undefined {
    const waiter = this.waiters.shift()
    if (waiter !== undefined) refuse(waiter, '')
    return undefined
  }
}

class Undecided extends Sound {
  override victim(): WaiterView | undefined {
    return undefined
  }
}

class Starving extends Sound {
  override shift(nowMs: number, refuse: (waiter: WaiterView, why: string) => void): WaiterView | undefined {
    return this.size > 3 ? super.shift(nowMs, refuse) : undefined
  }
}

class Miscounting extends Sound {
  override get size(): number {
    return this.waiters.length + 1
  }
}

const evicting = (load: HostLoad): Admission =>
  load.waiting > 0 && load.connections + load.dialing >= load.maxConnections ? 'evict' : sound(load)

let calls = 0
const shared: WaitQueue = new Sound()

/** At least one for each thing that the suite checks. */
export const brokenPolicies: readonly BrokenPolicy[] = [
  { what: 'is null', option: (() => null) as never, says: /is no object, but null/ },
  { what: 'has no name', option: { admit: sound } as never, says: /has no name/ },
  { what: 'has no admit()', option: { name: 'broken' } as never, says: /has no admit\(\)/ },
  { what: 'has a limit that is a number', option: { name: 'broken', admit: sound, limit: 4 } as never, says: /limit/ },
  {
    what: 'throws when it is made',
    option: () => {
      throw new Error('not today')
    },
    says: /the factory threw Error: not today/,
  },
  { what: 'says a word of its own', option: { name: 'broken', admit: () => 'later' as never }, says: /word.*"later"/ },
  {
    what: 'answers with a promise',
    option: { name: 'broken', admit: (async () => 'dial') as never },
    says: /word that does not exist/,
  },
  { what: 'always dials', option: { name: 'broken', admit: () => 'dial' }, says: /"dial" at the limit/ },
  { what: 'always waits', option: { name: 'broken', admit: () => 'wait' }, says: /no connection, no dial.*"wait"/ },
  {
    what: 'throws when many wait',
    option: {
      name: 'broken',
      admit(load) {
        if (load.waiting > 16_384) throw new RangeError('too many')
        return sound(load)
      },
    },
    says: /admit\(\) threw RangeError: too many/,
  },
  {
    what: 'changes the load',
    option: { name: 'broken', admit: load => sound(Object.assign(load, { waiting: 0 })) },
    says: /admit\(\) threw TypeError/,
  },
  {
    what: 'divides by nobody',
    option: { name: 'broken', admit: sound, limit: load => (load.waiting * 0) / load.waiting },
    says: /limit\(\) answered what is no number/,
  },
  {
    what: 'evicts from a queue that has no victim()',
    option: withQueue(() => ({ ...new Arrow(), size: 0 }) as never, evicting),
    says: /queue without/,
  },
  {
    what: 'evicts nobody',
    option: withQueue(() => new Undecided(), evicting),
    says: /victim\(\) gave who does not wait/,
  },
  { what: 'yields without taking out', option: withQueue(() => new Peeking()), says: /size is/ },
  { what: 'forgets waiters', option: withQueue(() => new Forgetful()), says: /after push\(\), 6 wait, and size is 5/ },
  { what: 'takes a waiter in twice', option: withQueue(() => new Doubling()), says: /after push\(\)/ },
  { what: 'yields a copy', option: withQueue(() => new Inventive()), says: /yielded who does not wait/ },
  { what: 'knows strangers', option: withQueue(() => new Credulous()), says: /remove\(\) of a stranger answered true/ },
  { what: 'keeps who leaves', option: withQueue(() => new Clinging()), says: /after remove\(\)/ },
  { what: 'refuses a stranger', option: withQueue(() => new Slandering()), says: /refused who does not wait/ },
  { what: 'refuses without a word', option: withQueue(() => new Silent()), says: /without a reason/ },
  { what: 'counts wrong', option: withQueue(() => new Miscounting()), says: /a new queue, 0 wait, and size is 1/ },
  { what: 'never serves the last ones', option: withQueue(() => new Starving()), says: /wait for ever/ },
  { what: 'never lets any exchange start', option: { name: 'broken', admit: sound, limit: () => 0 }, says: /for ever/ },
  {
    what: 'throws at an outcome',
    option: {
      name: 'broken',
      admit: sound,
      observe: ({ status }) => {
        if (status === null) throw new Error('no status')
      },
    },
    says: /observe\(\) threw Error: no status/,
  },
  {
    what: 'decides by what other hosts did',
    option: (): PoolPolicy => ({
      name: 'broken',
      admit: load => (++calls % 7 === 0 && load.connections > 0 ? 'reject' : sound(load)),
    }),
    says: /and for another host in the same course of events/,
  },
  { what: 'has one queue for all hosts', option: withQueue(() => shared), says: /a new queue, 0 wait, and size is/ },
  { what: 'looks through all waiters', option: withQueue(() => new Sound()), says: /not amortised/, slow: true },
]

/** A queue whose methods are lost when it is copied. */
class Arrow {
  push(): void {}
}
