import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownLoop } from '../../src/actor/engine.ts'
import { type EngineUnderTest, XstateUnderTest } from '../support/engines.ts'
import {
  ExitLog,
  ScriptedProcess as Scripted,
  type ScriptedProcess,
  type ScriptPhase,
} from '../support/scripted-process.ts'

/** What one process does, to itself or to another. */
type Op =
  | { readonly op: 'note'; readonly n: number }
  | { readonly op: 'become'; readonly phase: ScriptPhase }
  | { readonly op: 'finish' | 'throw' | 'own' }
  | { readonly op: 'defer'; readonly ops: readonly Op[] }
  | { readonly op: 'send' | 'enter'; readonly to: number; readonly ops: readonly Op[] }
  | { readonly op: 'stop'; readonly to: number }

interface World {
  readonly started: readonly Op[]
  readonly released: readonly Op[]
}

const COUNT = 3
const to = fc.nat(COUNT - 1)

const { ops } = fc.letrec<{ op: Op; ops: readonly Op[] }>(tie => ({
  ops: fc.array(tie('op'), { maxLength: 5, depthIdentifier: 'op' }),
  op: fc.oneof(
    { depthSize: 'small', depthIdentifier: 'op' },
    { weight: 6, arbitrary: fc.record({ op: fc.constant('note'), n: fc.nat(99) }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('become'), phase: fc.constantFrom('ripe', 'old', 'young') }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('finish', 'throw', 'own') }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('stop'), to }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('defer'), ops: tie('ops') }) },
    { weight: 6, arbitrary: fc.record({ op: fc.constantFrom('send', 'enter'), to, ops: tie('ops') }) },
  ) as fc.Arbitrary<Op>,
}))

const worlds = fc.array(fc.record({ started: ops, released: ops }), { minLength: COUNT, maxLength: COUNT })

/** Runs the program under an engine and gives all that could be seen. */
function trace({ engine }: Pick<EngineUnderTest, 'engine'>, world: readonly World[], program: readonly Op[]): string[] {
  const log: string[] = []
  const exits = new ExitLog()
  const processes = world.map(({ started, released }, i): ScriptedProcess => {
    const script = { started: () => perform(i, started), release: () => perform(i, released) }
    const exited: ExitLog['exited'] = (process, exit) => {
      exits.exited(process, exit)
      log.push(`${process.id} ended ${exit.status} ${process.phase} ${exit.error ?? ''}`)
    }
    return new Scripted(`p${i}`, { exited }, script)
  })

  function perform(i: number, steps: readonly Op[]): void {
    const self = processes[i]!
    for (const step of steps) {
      log.push(`p${i} ${self.phase} ${self.active} ${step.op} ${'n' in step ? step.n : ''}`)
      if (step.op === 'become') self.become(step.phase)
      else if (step.op === 'finish') self.finish()
      else if (step.op === 'throw') throw new Error(`p${i}`)
      else if (step.op === 'own') self.own({ stop: () => void log.push(`p${i} stops its child`) })
      else if (step.op === 'defer') self.defer(() => perform(i, step.ops))
      else if (step.op === 'stop') processes[step.to]!.stop()
      else if (step.op === 'send') processes[step.to]!.act(() => perform(step.to, step.ops))
      else if (step.op === 'enter') {
        const result = processes[step.to]!.step(() => {
          perform(step.to, step.ops)
          return 'result'
        }, 'otherwise')
        log.push(`p${i} got ${result}`)
      }
    }
  }

  for (const process of processes) engine.start(process)
  for (const op of program) {
    const target = 'to' in op ? op.to : 0
    if (op.op === 'stop') processes[target]!.stop()
    else processes[target]!.act(() => perform(target, 'ops' in op ? op.ops : [op]))
    log.push(processes.map(process => `${process.phase} ${process.active}`).join(', '))
  }
  for (const process of processes) process.stop()
  expect(exits.told.map(({ id }) => id).sort()).toEqual(processes.map(({ id }) => id).sort())
  expect(processes.map(process => process.releases)).toEqual(processes.map(() => 1))
  return log
}

describe('the two engines', () => {
  it('run any program to the same trace, and xstate shows what the processes are', () => {
    fc.assert(
      fc.property(worlds, ops, (world, program) => {
        const under = new XstateUnderTest()
        const traced = trace(under, world, program)
        expect(under.disagreements()).toEqual([])
        under.close()
        expect(traced).toEqual(trace({ engine: ownLoop }, world, program))
      }),
      { numRuns: 500 },
    )
  })
})

describe('an inspector of processes that xstate runs', () => {
  it('sees each process, its messages and its phases up to the end', () => {
    const under = new XstateUnderTest()
    const process = new Scripted('a', new ExitLog(), { started: self => self.become('ripe') })
    under.engine.start(process)
    process.act(self => self.become('old'))
    process.step(self => self.become('young'), undefined)
    process.act(self => self.finish())
    const seen = under.events.flatMap(event => {
      if (event.actorRef === under.root) return []
      if (event.type === '@xstate.actor') return ['actor a']
      if (event.type === '@xstate.event') return [`event ${event.event.type}`]
      if (event.type !== '@xstate.snapshot') return []
      const { status, phase } = event.snapshot as { status: string; phase?: string }
      return [`snapshot ${status} ${phase}`]
    })
    expect(seen).toEqual([
      'actor a',
      'event xstate.init',
      // What started() did is shown by a message of its own.
      'event process.sync',
      'snapshot active young',
      'snapshot active ripe',
      'event act',
      'snapshot active old',
      'event process.enter',
      'snapshot active young',
      'event act',
      'snapshot done young',
    ])
    expect(under.actors.map(({ id }) => id)).toEqual(['a'])
    under.close()
  })

  it.each([
    ['done', (process: ScriptedProcess) => process.act(self => self.finish())],
    ['stopped', (process: ScriptedProcess) => process.stop()],
    ['stopped', (process: ScriptedProcess) => process.act(self => self.stop())],
  ])('sees how it ended: %s', (status, end) => {
    const under = new XstateUnderTest()
    const process = new Scripted('a', new ExitLog())
    under.engine.start(process)
    end(process)
    expect(under.actors[0]?.getSnapshot()).toMatchObject({ status, phase: 'young' })
    expect(under.disagreements()).toEqual([])
    under.close()
  })

  it('sees the error of a crash', () => {
    const under = new XstateUnderTest()
    const crash = new Error('crash')
    const process = new Scripted('a', new ExitLog())
    under.engine.start(process)
    process.act(() => {
      throw crash
    })
    expect(under.actors[0]?.getSnapshot()).toMatchObject({ status: 'error', error: crash, phase: 'young' })
    under.close()
  })

  it('may stop the process through xstate', () => {
    const under = new XstateUnderTest()
    const exits = new ExitLog()
    const process = new Scripted('a', exits)
    under.engine.start(process)
    ;(under.actors[0] as unknown as { _stop(): void })._stop()
    expect(exits.lines).toEqual(['a stopped'])
    expect(process.releases).toBe(1)
    expect(under.disagreements()).toEqual([])
    under.close()
  })
})
