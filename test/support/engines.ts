import { type Actor, type AnyActorRef, createActor, type InspectionEvent } from 'xstate'
import { ownLoop } from '../../src/actor/engine.ts'
import type { Engine } from '../../src/actor/process.ts'
import { xstateEngine } from '../../src/actor/xstate-engine.ts'
import { rootMachine } from '../../src/client/root-machine.ts'

/** An engine for one test. */
export interface EngineUnderTest {
  readonly engine: Engine
  /** Where what the engine shows of its processes is not what they are. */
  disagreements(): string[]
  close(): void
}

/** xstate with a client's real root machine, watched by an inspector. */
export class XstateUnderTest implements EngineUnderTest {
  readonly events: InspectionEvent[] = []
  readonly root: Actor<typeof rootMachine>
  readonly engine: Engine

  constructor() {
    const input = { drain: () => {}, abort: () => {} }
    this.root = createActor(rootMachine, { input, inspect: event => this.events.push(event) })
    this.root.start()
    this.engine = xstateEngine(this.root)
  }

  /** The actors that were made for processes. */
  get actors(): Actor<never>[] {
    const made = this.events.filter(event => event.type === '@xstate.actor').map(event => event.actorRef)
    return made.filter(actor => actor !== (this.root as AnyActorRef)) as never
  }

  disagreements(): string[] {
    const { status } = this.root.getSnapshot()
    const found = status === 'active' ? [] : [`the root is ${status}`]
    for (const actor of this.actors) {
      const process = actor.logic as unknown as { readonly active: boolean; readonly phase: string }
      const shown = actor.getSnapshot() as { readonly status: string; readonly phase: string }
      if (shown.phase !== process.phase) found.push(`${actor.id} is ${process.phase}, shown as ${shown.phase}`)
      if ((shown.status === 'active') !== process.active) found.push(`${actor.id} is shown as ${shown.status}`)
      if (isRunning(actor) !== process.active) found.push(`${actor.id} runs on in xstate, or does not run`)
    }
    return found
  }

  close(): void {
    this.root.stop()
  }
}

/** xstate has no public word for it. */
function isRunning(actor: Actor<never>): boolean {
  return (actor as unknown as { readonly _processingStatus: number })._processingStatus === 1
}

/** The engines that keep the contract of `Process`. */
export const ENGINES: readonly { readonly name: string; readonly make: () => EngineUnderTest }[] = [
  { name: 'own loop', make: () => ({ engine: ownLoop, disagreements: () => [], close: () => {} }) },
  { name: 'xstate', make: () => new XstateUnderTest() },
]
