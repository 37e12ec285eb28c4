import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ENGINES, type EngineUnderTest } from '../support/engines.ts'
import { ExitLog, type Script, ScriptedProcess } from '../support/scripted-process.ts'

describe.each(ENGINES)('a process run by the $name', ({ make }) => {
  let under: EngineUnderTest
  let exits: ExitLog
  let log: string[]

  beforeEach(() => {
    under = make()
    exits = new ExitLog()
    log = []
    vi.spyOn(console, 'warn')
  })

  afterEach(() => {
    expect(under.disagreements()).toEqual([])
    // xstate's development build warns of what is sent to a stopped actor.
    expect(console.warn).not.toHaveBeenCalled()
    vi.restoreAllMocks()
    under.close()
  })

  function start(id = 'a', script: Script = {}): ScriptedProcess {
    const process = new ScriptedProcess(id, exits, script)
    under.engine.start(process)
    return process
  }

  const note = (text: string) => () => void log.push(text)

  describe('messages', () => {
    it('are handled at once, on the stack of the sender', () => {
      const process = start()
      process.act(note('handled'))
      log.push('sent')
      expect(log).toEqual(['handled', 'sent'])
    })

    it('are kept before the start, in their order', () => {
      const process = new ScriptedProcess('a', exits, { started: note('started') })
      process.act(note('one'))
      process.act(note('two'))
      expect(log).toEqual([])
      under.engine.start(process)
      expect(log).toEqual(['started', 'one', 'two'])
    })

    it('to oneself wait for the end of the current one, and keep their order', () => {
      start().act(self => {
        self.act(() => {
          log.push('two')
          self.act(note('four'))
        })
        self.act(note('three'))
        log.push('one')
      })
      expect(log).toEqual(['one', 'two', 'three', 'four'])
    })

    it('go depth first between two actors', () => {
      const [a, b] = [start('a'), start('b')]
      a.act(() => {
        b.act(() => {
          log.push('b takes it')
          a.act(note('a takes the answer'))
          log.push('b is done')
        })
        log.push('a is done')
      })
      expect(log).toEqual(['b takes it', 'b is done', 'a is done', 'a takes the answer'])
    })

    it('that are sent in started() are handled after it', () => {
      start('a', {
        started: self => {
          self.act(note('message'))
          log.push('started')
        },
      })
      expect(log).toEqual(['started', 'message'])
    })

    it.each<[string, (process: ScriptedProcess) => void]>([
      ['done', process => process.act(self => self.finish())],
      ['stopped', process => process.stop()],
      [
        'error',
        process =>
          process.act(() => {
            throw new Error('crash')
          }),
      ],
    ])('are ignored after the end (%s)', (status, end) => {
      const process = start()
      end(process)
      process.act(note('too late'))
      expect(process.step(() => 'entered', 'refused')).toBe('refused')
      process.stop()
      expect(log).toEqual([])
      expect(exits.lines).toEqual([`a ${status}`])
      expect(process.active).toBe(false)
    })
  })

  describe('the end', () => {
    it('by finish() comes when the current message is handled, and drops those that wait', () => {
      const process = start('a', { release: note('released') })
      process.act(self => {
        self.act(note('dropped'))
        self.defer(note('deferred'))
        self.finish()
        self.become('old')
        log.push('rest of the message')
      })
      expect(log).toEqual(['rest of the message', 'deferred', 'released'])
      expect(exits.lines).toEqual(['a done'])
      expect(process.phase).toBe('old')
    })

    it('by finish() may come in started()', () => {
      const process = start('a', { started: self => self.finish() })
      expect(exits.lines).toEqual(['a done'])
      expect(process.releases).toBe(1)
    })

    it('by stop() from outside is there when the call returns', () => {
      const process = start()
      process.stop()
      expect(process.active).toBe(false)
      expect(process.releases).toBe(1)
      expect(exits.lines).toEqual(['a stopped'])
    })

    it('by stop() from inside comes when the current message is handled, and drops those that wait', () => {
      const process = start()
      process.act(self => {
        self.act(() => {
          self.stop()
          self.act(note('dropped too'))
          log.push('rest of the message')
        })
        self.act(note('dropped'))
      })
      expect(log).toEqual(['rest of the message'])
      expect(exits.lines).toEqual(['a stopped'])
    })

    it('by stop() may come in started() and in a step', () => {
      start('a', { started: self => self.stop() })
      start('b').step(self => self.stop(), undefined)
      expect(exits.lines).toEqual(['a stopped', 'b stopped'])
    })

    it('by stop() of one whom it called waits for its own message', () => {
      const [a, b] = [start('a'), start('b')]
      a.act(() => {
        b.act(() => a.stop())
        expect(exits.lines).toEqual([])
        log.push('rest of the message')
      })
      expect(log).toEqual(['rest of the message'])
      expect(exits.lines).toEqual(['a stopped'])
    })

    it('by stop() before the start releases, and there is no start any more', () => {
      const process = new ScriptedProcess('a', exits, { started: note('started'), release: note('released') })
      process.stop()
      under.engine.start(process)
      process.act(note('too late'))
      expect(log).toEqual(['released'])
      expect(exits.lines).toEqual(['a stopped'])
    })

    it('is told once, after the children were stopped and release() ran', () => {
      const exited = () => void log.push('told')
      const process = new ScriptedProcess('a', { exited }, { release: note('released') })
      under.engine.start(process)
      process.own({ stop: note('child stopped') })
      process.act(self => self.finish())
      process.stop()
      expect(log).toEqual(['child stopped', 'released', 'told'])
    })

    it('stops the children, last first', () => {
      const process = start()
      for (const name of ['first', 'second', 'third']) process.own({ stop: note(name) })
      process.stop()
      expect(log).toEqual(['third', 'second', 'first'])
    })

    it('stops a child that comes while or after it ends', () => {
      const process = start('a', { release: self => self.own({ stop: note('owned in release') }) })
      process.act(self => {
        self.finish()
        self.own({ stop: note('owned after finish') })
      })
      process.own({ stop: note('owned after the end') })
      expect(log).toEqual(['owned after finish', 'owned in release', 'owned after the end'])
    })

    it('leaves what release() sends to itself unhandled', () => {
      start('a', { release: self => self.act(note('handled')) }).stop()
      expect(log).toEqual([])
    })
  })

  describe('a start', () => {
    it('that is repeated does nothing', () => {
      const process = start('a', { started: note('started') })
      under.engine.start(process)
      expect(log).toEqual(['started'])
      process.stop()
      under.engine.start(process)
      process.act(note('revived'))
      expect(log).toEqual(['started'])
      expect(exits.lines).toEqual(['a stopped'])
    })

    it('may change the phase', () => {
      expect(start('a', { started: self => self.become('ripe') }).phase).toBe('ripe')
    })
  })

  describe('a step of enter()', () => {
    it('runs at once and gives its result', () => {
      expect(start().step(() => 'result', 'otherwise')).toBe('result')
    })

    it('is refused before the start and inside a turn', () => {
      const process = new ScriptedProcess('a', exits)
      expect(process.step(() => 'result', 'otherwise')).toBe('otherwise')
      under.engine.start(process)
      process.act(self => log.push(self.step(() => 'result', 'otherwise')))
      process.step(self => log.push(self.step(() => 'result', 'otherwise')), 0)
      expect(log).toEqual(['otherwise', 'otherwise'])
    })

    it('keeps messages until it is over, then handles them in their order', () => {
      start().step(self => {
        self.act(() => {
          log.push('two')
          self.act(note('four'))
        })
        self.act(note('three'))
        self.defer(note('deferred'))
        log.push('one')
      }, undefined)
      expect(log).toEqual(['one', 'deferred', 'two', 'three', 'four'])
    })

    it('may change the phase and end the process', () => {
      const process = start()
      process.step(self => self.become('ripe'), undefined)
      expect(process.phase).toBe('ripe')
      expect(under.disagreements()).toEqual([])
      const finish = (self: ScriptedProcess) => {
        self.finish()
        return 'result'
      }
      expect(process.step(finish, 'otherwise')).toBe('result')
      expect(exits.lines).toEqual(['a done'])
    })
  })

  describe('a deferred effect', () => {
    it('runs after its message and before the next, in the order of defer()', () => {
      start().act(self => {
        self.act(note('next message'))
        self.defer(() => {
          log.push('first effect')
          self.defer(note('effect of an effect'))
        })
        self.defer(note('second effect'))
        log.push('message')
      })
      expect(log).toEqual(['message', 'first effect', 'second effect', 'effect of an effect', 'next message'])
    })

    it('of started() runs before the messages that came before the start', () => {
      const process = new ScriptedProcess('a', exits, { started: self => self.defer(note('effect')) })
      process.act(note('message'))
      under.engine.start(process)
      expect(log).toEqual(['effect', 'message'])
    })
  })
})
