import type { ActorLogic, Snapshot } from 'xstate'
import { throwLater } from './clock.ts'
import type { Recipient } from './recipient.ts'

/** What a `Process` shows of itself: one frozen object for each phase. */
export type ProcessSnapshot<P extends string = string> = Snapshot<undefined> & { readonly phase: P }

/** How a process ended. `error` is set for `error` only. */
export interface Exit {
  readonly status: 'done' | 'error' | 'stopped'
  readonly error?: unknown
}

/** Who is told that a process ended: its supervisor. Called once, after the children were stopped and `release()` ran. */
export interface ExitObserver<P> {
  exited(process: P, exit: Exit): void
}

/** What a process can own: another process, a supervisor, a timer. */
export interface Stoppable {
  stop(): void
}

/** Runs processes. The own loop and xstate keep one contract; see `engine.ts` and `xstate-engine.ts`. */
export interface Engine {
  start(process: AnyProcess): void
}

/** Where an engine other than the own loop takes messages. */
export interface EngineMailbox {
  send(message: { readonly type: string }): void
}

// biome-ignore lint/suspicious/noExplicitAny: a process of any phases and messages
export type AnyProcess = Process<any, any>

const exits = { done: Object.freeze({ status: 'done' }), stopped: Object.freeze({ status: 'stopped' }) } as const
/** xstate's own word: after this message it takes an actor for stopped. */
const stopMessage = Object.freeze({ type: 'xstate.stop' })
/** Changes nothing: shows another engine a phase or an end that came about in no message of its own. */
const syncMessage = Object.freeze({ type: 'process.sync' })

/** A step of `enter`, as another engine sees it: a message like any other. */
class Entry {
  readonly type = 'process.enter'
  readonly run: () => void

  constructor(run: () => void) {
    this.run = run
  }
}

/**
 * An actor: a mailbox, a phase, and `receive`. Delivery is synchronous and run to completion: a message that arrives
 * while another is handled waits for its end. A throw never reaches the sender: it ends this process, stops its children
 * in reverse order, runs `release()` once and tells the observer. Messages after the end are ignored.
 *
 * A process is also an xstate `ActorLogic`, so that xstate's `createActor` can run the very same object.
 */
export abstract class Process<P extends string, M extends { readonly type: string }>
  implements ActorLogic<ProcessSnapshot<P>, M>, Recipient<M>
{
  #status: 'idle' | 'active' | 'done' | 'error' | 'stopped' = 'idle'
  #phase: P
  #busy = false
  #mailbox: { readonly type: string }[] | null = null
  #deferred: (() => void)[] | null = null
  #children: Stoppable[] | null = null
  #engine: EngineMailbox | null = null
  #error: unknown = undefined
  #observer: ExitObserver<never> | null

  constructor(phase: P, observer: ExitObserver<never> | null) {
    this.#phase = phase
    this.#observer = observer
  }

  /** A name for people, unique among its siblings. */
  abstract get id(): string

  /** Handles one message. A throw is a crash of this process. */
  protected abstract receive(message: M): void

  /** Runs when the process starts. A throw is a crash. */
  protected started(): void {}

  /** Gives back what the process holds. Runs exactly once, whatever ended the process. */
  protected release(): void {}

  /** The current phase. It stays readable after the end. */
  get phase(): P {
    return this.#phase
  }

  /** True until it is started or stopped. */
  get unstarted(): boolean {
    return this.#status === 'idle'
  }

  /** True from the start to the end. */
  get active(): boolean {
    return this.#status === 'active'
  }

  /** What this process crashed of, for `release()`; `undefined` if it did not. */
  protected get crashedOf(): unknown {
    return this.#error
  }

  protected become(phase: P): void {
    this.#phase = phase
  }

  /** Ends this process at the end of the current message. */
  protected finish(): void {
    if (this.#status === 'active') this.#status = 'done'
  }

  /** Runs `effect` when the current message has been handled, before the next. A throw is a crash. */
  protected defer(effect: () => void): void {
    this.#deferred ??= []
    this.#deferred.push(effect)
  }

  /** Owns a child: it is stopped, last first, when this process ends in any way; at once if it has ended. */
  protected own(child: Stoppable): void {
    if (this.#over && !this.#busy) return child.stop()
    this.#children ??= []
    this.#children.push(child)
  }

  send(message: M): void {
    if (this.#busy || this.#status === 'idle') this.#enqueue(message)
    else if (this.#status !== 'active') return
    else if (this.#engine !== null) this.#engine.send(message)
    else this.#turn(message)
  }

  /**
   * Ends this process, started or not: its children are stopped and it is released; messages that wait are dropped. From
   * inside a message it takes effect at that message's end. Does nothing after the end.
   */
  stop(): void {
    if (this.#over) return
    if (this.#engine !== null && this.#status === 'active' && !this.#busy) return this.#engine.send(stopMessage)
    this.#status = 'stopped'
    if (!this.#busy) this.#drain()
  }

  /**
   * Runs `step` like a message: guarded, and never inside another turn. It is how bytes come in, for which a message
   * would be waste. Returns `otherwise` if the process has ended or ends by a crash in `step`.
   */
  protected enter<A, B, R>(step: (this: this, a: A, b: B) => R, a: A, b: B, otherwise: R): R {
    if (this.#status !== 'active' || this.#busy) return otherwise
    if (this.#engine === null) return this.#step(step, a, b, otherwise)
    let result = otherwise
    const run = () => {
      result = this.#step(step, a, b, otherwise)
    }
    this.#engine.send(new Entry(run))
    return result
  }

  /** Starts under the own loop. */
  run(): void {
    if (this.#status !== 'idle') return
    this.#begin()
  }

  /** Starts under another engine, which calls `transition` for each message that it is sent. @internal */
  attach(engine: EngineMailbox): void {
    this.#engine = engine
  }

  /** xstate's contract. */
  getInitialSnapshot(): ProcessSnapshot<P> {
    return this.#snapshot()
  }

  /** xstate's contract. */
  getPersistedSnapshot(snapshot: ProcessSnapshot<P>): Snapshot<unknown> {
    return snapshot
  }

  /** xstate's contract: runs at the actor's start. */
  start(before: ProcessSnapshot<P>): void {
    if (this.#status === 'idle') this.#begin()
    const after = this.#snapshot()
    if (after !== before) this.#engine?.send(after.status === 'stopped' ? stopMessage : syncMessage)
  }

  /** xstate's contract: one message in, the snapshot after it out. */
  transition(_snapshot: ProcessSnapshot<P>, message: { readonly type: string }): ProcessSnapshot<P> {
    if (this.#over || message === syncMessage) return this.#snapshot()
    if (message.type === stopMessage.type) {
      this.#status = 'stopped'
      this.#drain()
      return this.#snapshot()
    }
    if (message instanceof Entry) message.run()
    else this.#turn(message)
    const after = this.#snapshot()
    if (after.status === 'stopped') this.#engine?.send(stopMessage)
    return after
  }

  get #over(): boolean {
    return this.#status !== 'active' && this.#status !== 'idle'
  }

  #begin(): void {
    this.#status = 'active'
    this.#busy = true
    try {
      this.started()
      if (this.#deferred !== null) this.#runDeferred()
    } catch (error) {
      this.#crash(error)
    }
    this.#drain()
  }

  #turn(message: { readonly type: string }): void {
    this.#busy = true
    this.#handle(message)
    this.#drain()
  }

  #step<A, B, R>(step: (this: this, a: A, b: B) => R, a: A, b: B, otherwise: R): R {
    this.#busy = true
    let result = otherwise
    try {
      result = step.call(this, a, b)
      if (this.#deferred !== null) this.#runDeferred()
    } catch (error) {
      result = otherwise
      this.#crash(error)
    }
    this.#drain()
    return result
  }

  #handle(message: { readonly type: string }): void {
    try {
      this.receive(message as M)
      if (this.#deferred !== null) this.#runDeferred()
    } catch (error) {
      this.#crash(error)
    }
  }

  /** Ends a turn: handles what came meanwhile, then the end of the process if this was it. */
  #drain(): void {
    const engine = this.#engine
    while (engine === null && this.#mailbox !== null && this.#status === 'active') this.#deliver(this.#mailbox)
    const mailbox = this.#mailbox
    this.#mailbox = null
    this.#busy = false
    if (this.#status !== 'active') this.#exit()
    else if (engine !== null && mailbox !== null) for (const message of mailbox) engine.send(message)
  }

  #deliver(messages: readonly { readonly type: string }[]): void {
    this.#mailbox = null
    for (const message of messages) {
      if (this.#status !== 'active') return
      this.#handle(message)
    }
  }

  #enqueue(message: { readonly type: string }): void {
    // Nearly always just one waits: an array that grows would make room for seventeen.
    if (this.#mailbox === null) this.#mailbox = [message]
    else this.#mailbox.push(message)
  }

  #runDeferred(): void {
    while (this.#deferred !== null && this.#deferred.length > 0) {
      const effects: (() => void)[] = this.#deferred
      this.#deferred = null
      for (const effect of effects) effect()
    }
    this.#deferred = null
  }

  #crash(error: unknown): void {
    this.#status = 'error'
    // `undefined` is how `crashedOf` says that there was no crash.
    this.#error = error === undefined ? new Error('undefined was thrown') : error
  }

  #exit(): void {
    const observer = this.#observer
    this.#observer = null
    this.#mailbox = null
    this.#deferred = null
    const children = this.#children
    this.#children = null
    if (children !== null) for (const child of children.reverse()) this.#guard(child, 'stop')
    this.#guard(this as unknown as { release(): void }, 'release')
    if (observer === null) {
      if (this.#status === 'error') throwLater(this.#error)
      return
    }
    try {
      const status = this.#status as Exit['status']
      observer.exited(this as never, status === 'error' ? { status, error: this.#error } : exits[status])
    } catch (error) {
      throwLater(error)
    }
  }

  #guard<K extends string>(target: { [name in K]: () => void }, step: K): void {
    try {
      target[step]()
    } catch (error) {
      const again = this.#status === 'error'
      this.#crash(again ? new AggregateError([this.#error, error], 'crashed again while it ended') : error)
    }
  }

  #snapshot(): ProcessSnapshot<P> {
    const status = this.#status === 'idle' ? 'active' : this.#status
    if (status === 'error') {
      return Object.freeze({ status, phase: this.#phase, output: undefined, error: this.#error }) as ProcessSnapshot<P>
    }
    return snapshotOf(status, this.#phase)
  }
}

const snapshots = new Map<string, ProcessSnapshot>()

function snapshotOf<P extends string>(status: 'active' | 'done' | 'stopped', phase: P): ProcessSnapshot<P> {
  const key = `${status} ${phase}`
  let snapshot = snapshots.get(key)
  if (snapshot === undefined) {
    snapshot = Object.freeze({ status, phase, output: undefined, error: undefined }) as ProcessSnapshot
    snapshots.set(key, snapshot)
  }
  return snapshot as ProcessSnapshot<P>
}
