import { beforeEach, describe, expect, it } from 'vitest'
import { ownLoop } from '../../../src/actor/engine.ts'
import { type Child, type ChildSpec, type Restart, Supervisor } from '../../../src/actor/supervisor.ts'
import { type Script, ScriptedProcess } from '../../support/scripted-process.ts'
import { uncaughtBy } from '../../support/uncaught.ts'
import { VirtualTime } from '../../support/virtual-time.ts'

let time: VirtualTime
let supervisor: Supervisor
let log: string[]
/** Every incarnation that was made. */
let made: ScriptedProcess[]

beforeEach(() => {
  time = new VirtualTime(1_000)
  supervisor = new Supervisor({ clock: time, timers: time, engine: ownLoop })
  log = []
  made = []
})

function supervise(restart: Restart, script: Script = {}, more: Partial<ChildSpec<ScriptedProcess>> = {}) {
  return supervisor.supervise<ScriptedProcess>(
    {
      name: 'worker',
      restart,
      create: (id, observer) => {
        const process = new ScriptedProcess(id, observer, script)
        made.push(process)
        return process
      },
      ...more,
    },
    {
      started: process => log.push(`started ${process.id}`),
      crashed: (error, process) => log.push(`crashed ${process?.id ?? '-'}: ${(error as Error).message}`),
      gaveUp: error => log.push(`gave up: ${(error as Error).message}`),
    },
  )
}

function raise(message = 'crash'): never {
  throw new Error(message)
}

function crash(child: Child<ScriptedProcess>): void {
  child.current!.act(() => raise())
}

function finish(child: Child<ScriptedProcess>): void {
  child.current!.act(self => self.finish())
}

describe('a supervised child', () => {
  it('has a name with the number of its incarnation', () => {
    const child = supervise('permanent')
    expect(child.current?.id).toBe('worker#1')
    crash(child)
    time.advance(0)
    expect(child.current?.id).toBe('worker#2')
    expect(child).toMatchObject({ incarnation: 2, crashes: 1 })
    expect(log).toEqual(['started worker#1', 'crashed worker#1: crash', 'started worker#2'])
  })

  it('starts again in a later macrotask, never on the crashing stack', () => {
    const child = supervise('permanent')
    time.microtask(() => {
      crash(child)
      expect(child.current).toBeNull()
      time.microtask(() => expect(child.current).toBeNull())
    })
    time.immediate(() => expect(child.incarnation).toBe(1))
    time.advance(0)
    expect(child.current?.id).toBe('worker#2')
  })

  it.each<[Restart, 'crash' | 'finish' | 'stop', boolean]>([
    ['permanent', 'crash', true],
    ['permanent', 'finish', true],
    ['permanent', 'stop', true],
    ['transient', 'crash', true],
    ['transient', 'finish', false],
    ['transient', 'stop', false],
    ['temporary', 'crash', false],
    ['temporary', 'finish', false],
    ['temporary', 'stop', false],
  ])('that is %s, after its %s, starts again: %s', (restart, end, again) => {
    const child = supervise(restart)
    if (end === 'crash') crash(child)
    else if (end === 'finish') finish(child)
    else child.current!.stop()
    time.advance(60_000)
    expect(child.current?.id).toBe(again ? 'worker#2' : undefined)
    expect(child.crashes).toBe(end === 'crash' ? 1 : 0)
  })

  it('is given up once, after more than 5 crashes in 10 s', () => {
    const child = supervise('permanent')
    for (let i = 0; i < 5; i++) {
      crash(child)
      time.advance(1)
    }
    expect(child.current?.id).toBe('worker#6')
    crash(child)
    time.advance(60_000)
    expect(child.current).toBeNull()
    expect(child).toMatchObject({ incarnation: 6, crashes: 6 })
    expect(log.filter(line => line.startsWith('gave'))).toEqual(['gave up: crash'])
    expect(log.at(-2)).toBe('crashed worker#6: crash')
  })

  it('is not given up if it crashes more slowly', () => {
    const child = supervise('permanent')
    for (let i = 0; i < 100; i++) {
      crash(child)
      time.advance(2_000)
    }
    expect(child).toMatchObject({ incarnation: 101, crashes: 100 })
    expect(child.current?.active).toBe(true)
  })

  it('is given up by an intensity of its supervisor', () => {
    supervisor = new Supervisor({ clock: time, timers: time, engine: ownLoop }, { maxCrashes: 0, withinMs: 1 })
    const child = supervise('permanent')
    crash(child)
    time.advance(0)
    expect(child.current).toBeNull()
    expect(log.at(-1)).toBe('gave up: crash')
  })

  it('is given up at the first crash on probation, and can be started again', () => {
    const child = supervise('permanent')
    for (let i = 0; i < 6; i++) {
      crash(child)
      time.advance(0)
    }
    child.start({ probation: true })
    expect(child.current?.id).toBe('worker#7')
    crash(child)
    time.advance(0)
    expect(child.current).toBeNull()
    expect(log.filter(line => line.startsWith('gave'))).toHaveLength(2)
    child.start()
    crash(child)
    time.advance(0)
    expect(child.current?.id).toBe('worker#9')
  })

  it('is off probation after the time of the intensity', () => {
    const child = supervise('permanent')
    child.stop()
    child.start({ probation: true })
    time.advance(10_000)
    crash(child)
    time.advance(0)
    expect(child.current?.active).toBe(true)
  })

  it('starts again after a crash of its constructor', () => {
    let ready = false
    const create: ChildSpec<ScriptedProcess>['create'] = (id, observer) =>
      ready ? new ScriptedProcess(id, observer) : raise('no constructor')
    const child = supervise('permanent', {}, { create })
    expect(child.current).toBeNull()
    time.immediate(() => {
      ready = true
    })
    time.advance(0)
    expect(child.current?.id).toBe('worker#3')
    expect(log).toEqual(['crashed -: no constructor', 'crashed -: no constructor', 'started worker#3'])
  })

  it('whose constructor always crashes is given up', () => {
    supervise('permanent', {}, { create: () => raise('no constructor') })
    time.advance(0)
    expect(log.filter(line => line.startsWith('crashed'))).toHaveLength(6)
    expect(log.at(-1)).toBe('gave up: no constructor')
  })

  it('is not called started if it crashes in started()', () => {
    const child = supervise('transient', { started: () => raise() })
    expect(log).toEqual(['crashed worker#1: crash'])
    child.stop()
  })

  it('is not touched by the late exit of an old incarnation', () => {
    const child = supervise('permanent')
    const old = child.current!
    crash(child)
    time.advance(0)
    child.exited(old, { status: 'error', error: new Error('late') })
    child.exited(old, { status: 'done' })
    time.advance(0)
    expect(child.current?.id).toBe('worker#2')
    expect(child.crashes).toBe(1)
  })

  it('stays stopped', () => {
    const child = supervise('permanent')
    child.stop()
    time.advance(60_000)
    expect(child.current).toBeNull()
    expect(made[0]?.releases).toBe(1)
    expect(log).toEqual(['started worker#1'])
  })

  it('that is stopped before its restart does not start again', () => {
    const child = supervise('permanent')
    crash(child)
    child.stop()
    expect(time.pendingImmediates).toBe(0)
    time.advance(60_000)
    expect(child.current).toBeNull()
  })

  it('may be stopped by the one who hears of its crash', () => {
    const child: Child<ScriptedProcess> = supervisor.supervise<ScriptedProcess>(
      { name: 'worker', restart: 'permanent', create: (id, observer) => new ScriptedProcess(id, observer) },
      { crashed: () => child.stop() },
    )
    crash(child)
    time.advance(60_000)
    expect(child).toMatchObject({ current: null, incarnation: 1 })
  })

  it('that is started before its restart runs once', () => {
    const child = supervise('permanent')
    crash(child)
    child.start()
    child.start()
    time.advance(60_000)
    expect(made.filter(process => process.active)).toEqual([child.current])
    expect(child.incarnation).toBe(2)
  })

  it('that is stopped by its own constructor leaves no orphan', () => {
    let child: Child<ScriptedProcess> | null = null
    const create: ChildSpec<ScriptedProcess>['create'] = (id, observer) => {
      child?.stop()
      const process = new ScriptedProcess(id, observer)
      made.push(process)
      return process
    }
    child = supervise('permanent', {}, { create })
    crash(child)
    time.advance(60_000)
    expect(child.current).toBeNull()
    expect(made.map(process => [process.active, process.releases])).toEqual([
      [false, 1],
      [false, 1],
    ])
    expect(log).toEqual(['started worker#1', 'crashed worker#1: crash'])
  })

  it('starts again even if the one who hears of its crash throws, which is uncaught', async () => {
    const failure = new Error('the listener failed')
    const uncaught = await uncaughtBy(() => {
      const child = supervisor.supervise<ScriptedProcess>(
        { name: 'worker', restart: 'permanent', create: (id, observer) => new ScriptedProcess(id, observer) },
        {
          crashed: () => {
            throw failure
          },
        },
      )
      crash(child)
      time.advance(0)
      expect(child.current?.id).toBe('worker#2')
    })
    expect(uncaught).toEqual([failure])
  })
})

describe('a supervisor', () => {
  it('stops its children, last first, and restarts none', () => {
    const order: string[] = []
    for (const name of ['first', 'second']) supervise('permanent', { release: () => order.push(name) }, { name })
    supervisor.own({ stop: () => order.push('third') })
    const pending = supervise('permanent', {}, { name: 'pending' })
    crash(pending)
    supervisor.stop()
    supervisor.stop()
    time.advance(60_000)
    expect(order).toEqual(['third', 'second', 'first'])
    expect(made.filter(process => process.active)).toEqual([])
    expect(pending.incarnation).toBe(1)
  })

  it('does not stop what it disowned', () => {
    let stops = 0
    const child = { stop: () => void stops++ }
    supervisor.own(child)
    supervisor.disown(child)
    supervisor.stop()
    expect(stops).toBe(0)
  })

  it('stops the others if one throws, then throws that', () => {
    const child = supervise('permanent')
    supervisor.own({ stop: () => raise('no end') })
    expect(() => supervisor.stop()).toThrow('no end')
    expect(child.current).toBeNull()
    expect(made[0]?.releases).toBe(1)
  })

  it('does not let one child disturb another', () => {
    const [sick, well] = [supervise('permanent', {}, { name: 'sick' }), supervise('permanent', {}, { name: 'well' })]
    for (let i = 0; i < 6; i++) {
      crash(sick)
      time.advance(0)
    }
    expect(sick.current).toBeNull()
    expect(well).toMatchObject({ incarnation: 1, crashes: 0 })
    expect(well.current?.active).toBe(true)
  })
})
