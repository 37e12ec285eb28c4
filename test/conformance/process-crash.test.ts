import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Supervisor } from '../../src/actor/supervisor.ts'
import { ENGINES, type EngineUnderTest, XstateUnderTest } from '../support/engines.ts'
import { ExitLog, type Script, ScriptedProcess } from '../support/scripted-process.ts'
import { uncaughtBy } from '../support/uncaught.ts'
import { VirtualTime } from '../support/virtual-time.ts'

const crash = new Error('crash')

function raise(error: unknown = crash): never {
  throw error
}

function finishAndRaise(self: ScriptedProcess): never {
  self.finish()
  raise()
}

function stopAndRaise(self: ScriptedProcess): never {
  self.stop()
  raise()
}

/** Every place of a process that can throw, as a way to make it throw there. */
const PLACES: readonly { place: string; script?: Script; act?: (process: ScriptedProcess) => void }[] = [
  { place: 'started()', script: { started: () => raise() } },
  { place: 'an effect of started()', script: { started: self => self.defer(raise) } },
  { place: 'receive()', act: process => process.act(() => raise()) },
  { place: 'receive(), after finish()', act: process => process.act(finishAndRaise) },
  { place: 'receive(), after stop()', act: process => process.act(stopAndRaise) },
  { place: 'a message to itself', act: process => process.act(self => self.act(() => raise())) },
  { place: 'a deferred effect', act: process => process.act(self => self.defer(raise)) },
  { place: 'a step', act: process => void process.step(() => raise(), undefined) },
  { place: 'an effect of a step', act: process => void process.step(self => self.defer(raise), undefined) },
  { place: 'a message of a step', act: process => void process.step(self => self.act(() => raise()), undefined) },
  { place: 'release(), after finish()', script: { release: () => raise() }, act: it => it.act(self => self.finish()) },
  { place: 'release(), after stop()', script: { release: () => raise() }, act: it => it.stop() },
  {
    place: 'release(), after a step',
    script: { release: () => raise() },
    act: it => void it.step(me => me.finish(), undefined),
  },
]

describe.each(ENGINES)('a crash of a process run by the $name', ({ make }) => {
  let under: EngineUnderTest
  let exits: ExitLog

  beforeEach(() => {
    under = make()
    exits = new ExitLog()
    vi.spyOn(console, 'warn')
  })

  afterEach(() => {
    expect(under.disagreements()).toEqual([])
    expect(console.warn).not.toHaveBeenCalled()
    vi.restoreAllMocks()
    under.close()
  })

  function start(id = 'a', script: Script = {}): ScriptedProcess {
    const process = new ScriptedProcess(id, exits, script)
    under.engine.start(process)
    return process
  }

  describe.each(PLACES)('in $place', ({ script, act }) => {
    it('reaches the observer once and nobody else, and ends the process with its children', async () => {
      const children: ScriptedProcess[] = []
      const parent = new ScriptedProcess('parent', exits, {
        ...script,
        started: self => {
          for (const id of ['first', 'second']) {
            const child = start(id)
            children.push(child)
            self.own(child)
          }
          script?.started?.(self)
        },
      })
      const uncaught = await uncaughtBy(() => {
        under.engine.start(parent)
        act?.(parent)
        parent.act(self => self.become('old'))
      })
      expect(uncaught).toEqual([])
      expect(exits.lines).toEqual(['second stopped', 'first stopped', 'parent error'])
      expect(exits.told[2]?.exit.error).toBe(crash)
      expect([parent, ...children].map(process => process.releases)).toEqual([1, 1, 1])
      expect([parent, ...children].map(process => process.active)).toEqual([false, false, false])
      expect(parent.phase).toBe('young')
    })
  })

  it('in receive() does not reach the one who sent the message', () => {
    const [a, b] = [start('a'), start('b')]
    let went = false
    b.act(() => {
      a.act(() => raise())
      went = true
    })
    expect(went).toBe(true)
    expect(b.active).toBe(true)
    expect(exits.lines).toEqual(['a error'])
  })

  it('drops the messages that wait, and the effects', () => {
    const log: string[] = []
    start().act(self => {
      self.act(() => void log.push('message'))
      self.defer(() => void log.push('effect'))
      raise()
    })
    expect(log).toEqual([])
  })

  it('in a step gives the step its other result', () => {
    expect(start('a').step(() => raise(), 'otherwise')).toBe('otherwise')
    const deferCrash = (self: ScriptedProcess) => {
      self.defer(raise)
      return 'result'
    }
    expect(start('b').step(deferCrash, 'otherwise')).toBe('otherwise')
  })

  it('in release(), after a crash, is reported together with the first', () => {
    const second = new Error('second crash')
    start('a', { release: () => raise(second) }).act(() => raise())
    const { error } = exits.told[0]!.exit
    expect(error).toBeInstanceOf(AggregateError)
    expect((error as AggregateError).errors).toEqual([crash, second])
  })

  it("in a child's stop() leaves no other child running, and is the parent's", () => {
    const process = start()
    const children = [start('first'), start('last')]
    process.own(children[0]!)
    process.own({ stop: () => raise() })
    process.own(children[1]!)
    process.stop()
    expect(exits.lines).toEqual(['last stopped', 'first stopped', 'a error'])
    expect(exits.told[2]?.exit.error).toBe(crash)
    expect(process.releases).toBe(1)
  })

  it('of a child leaves its parent running', () => {
    const [parent, child] = [start('parent'), start('child')]
    parent.own(child)
    child.act(() => raise())
    expect(exits.lines).toEqual(['child error'])
    parent.stop()
    expect(exits.lines).toEqual(['child error', 'parent stopped'])
    expect(child.releases).toBe(1)
  })

  it('stops a supervisor among the children, and what that supervises', () => {
    const time = new VirtualTime()
    const supervisor = new Supervisor({ clock: time, timers: time, engine: under.engine })
    const child = supervisor.supervise({
      name: 'supervised',
      restart: 'permanent',
      create: (id, observer) => new ScriptedProcess(id, observer),
    })
    const supervised = child.current
    const process = start()
    process.own(supervisor)
    process.act(() => raise())
    time.advance(60_000)
    expect(supervised?.releases).toBe(1)
    expect(child.current).toBeNull()
    expect(child.incarnation).toBe(1)
  })

  it('in a constructor is a crash to the supervisor, which starts the next one', () => {
    const time = new VirtualTime()
    const crashes: unknown[] = []
    const child = new Supervisor({ clock: time, timers: time, engine: under.engine }).supervise(
      {
        name: 'supervised',
        restart: 'permanent',
        create: (id, observer) => (id === 'supervised#1' ? raise() : new ScriptedProcess(id, observer)),
      },
      { crashed: (error, process) => crashes.push([error, process]) },
    )
    expect(child.current).toBeNull()
    time.advance(0)
    expect(crashes).toEqual([[crash, null]])
    expect(child.current?.id).toBe('supervised#2')
    expect(child.current?.active).toBe(true)
    child.stop()
  })

  it('of the observer is uncaught, and does not reach the sender', async () => {
    const process = new ScriptedProcess('a', { exited: () => raise() })
    let went = false
    const uncaught = await uncaughtBy(() => {
      under.engine.start(process)
      process.act(self => self.finish())
      went = true
    })
    expect(went).toBe(true)
    expect(uncaught).toEqual([crash])
    expect(process.releases).toBe(1)
  })

  it('is uncaught if nobody observes', async () => {
    const process = new ScriptedProcess('a')
    const uncaught = await uncaughtBy(() => {
      under.engine.start(process)
      process.act(() => raise())
    })
    expect(uncaught).toEqual([crash])
  })

  it('with undefined is reported as an error all the same', () => {
    start().act(() => {
      throw undefined
    })
    expect(exits.lines).toEqual(['a error'])
    expect(exits.told[0]?.exit.error).toBeInstanceOf(Error)
  })
})

describe('a crash of a process run by xstate', () => {
  it('leaves the root machine running and able to close', async () => {
    const under = new XstateUnderTest()
    const process = new ScriptedProcess('connection:https://a.test:443/1', new ExitLog())
    const uncaught = await uncaughtBy(() => {
      under.engine.start(process)
      process.act(() => raise())
    })
    expect(uncaught).toEqual([])
    expect(under.root.getSnapshot()).toMatchObject({ status: 'active', value: 'open' })
    under.root.send({ type: 'client.close' })
    under.root.send({ type: 'client.empty' })
    expect(under.root.getSnapshot().value).toBe('closed')
    expect(under.disagreements()).toEqual([])
    under.close()
  })
})
