import { throwLater } from './clock.ts'
import type { Clock, TimerHandle, Timers } from './env.ts'
import type { AnyProcess, Engine, Exit, ExitObserver, Stoppable } from './process.ts'

/** Erlang's words. `permanent`: always started again; `transient`: after a crash only; `temporary`: never. */
export type Restart = 'permanent' | 'transient' | 'temporary'

/** How a child is made. */
export interface ChildSpec<P extends AnyProcess> {
  /** The name that all incarnations share, like `host:https://a`. */
  readonly name: string
  readonly restart: Restart
  /** Makes an incarnation; `id` is the name with the incarnation's number, like `host:https://a#3`. A throw is a crash. */
  create(id: string, observer: ExitObserver<AnyProcess>): P
}

/** More than `maxCrashes` within `withinMs`, and the supervisor gives the child up. */
export interface Intensity {
  readonly maxCrashes: number
  readonly withinMs: number
}

export const defaultIntensity: Intensity = { maxCrashes: 5, withinMs: 10_000 }

/** What a supervisor runs with. */
export interface SupervisorEnv {
  readonly clock: Clock
  readonly timers: Timers
  readonly engine: Engine
}

/** What happens to a supervised child, told to the one who asked for it. A throw is an `uncaughtException`, no more. */
export interface ChildEvents<P extends AnyProcess> {
  /** An incarnation runs. */
  started?(process: P): void
  /** An incarnation crashed. Called on the crashing stack: only take note. */
  crashed?(error: unknown, process: P | null): void
  /** It crashed too often and is not started again. */
  gaveUp?(error: unknown): void
}

/** One supervised child through all its incarnations. */
export class Child<P extends AnyProcess> implements Stoppable, ExitObserver<AnyProcess> {
  /** The running incarnation; `null` between two, before the first and after the last. */
  current: P | null = null
  /** The number of the latest incarnation, from 1. */
  incarnation = 0
  /** Crashes since the start. */
  crashes = 0
  #crashTimes: number[] = []
  #restart: TimerHandle | null = null
  #stopped = false
  readonly #spec: ChildSpec<P>
  readonly #events: ChildEvents<P>
  readonly #env: SupervisorEnv
  readonly #intensity: Intensity

  constructor(env: SupervisorEnv, intensity: Intensity, spec: ChildSpec<P>, events: ChildEvents<P>) {
    this.#env = env
    this.#intensity = intensity
    this.#spec = spec
    this.#events = events
  }

  /** Starts an incarnation now. On probation, its first crash is one too many. */
  start({ probation = false } = {}): void {
    this.#stopped = false
    this.#crashTimes = probation ? new Array(this.#intensity.maxCrashes).fill(this.#env.clock.now()) : []
    if (this.current === null) this.#incarnate()
  }

  /** Stops the incarnation that runs and any restart. */
  stop(): void {
    this.#stopped = true
    this.#cancelRestart()
    const current = this.current
    this.current = null
    current?.stop()
  }

  /** The kernel's report of an ended incarnation. That of an old one changes nothing. */
  exited(process: AnyProcess, exit: Exit): void {
    if (process !== this.current) return
    this.current = null
    if (exit.status === 'error') this.#crashed(exit.error, process as P)
    else if (this.#spec.restart === 'permanent' && !this.#stopped) this.#startLater()
  }

  #incarnate(): void {
    this.#cancelRestart()
    this.incarnation++
    let process: P
    try {
      process = this.#spec.create(`${this.#spec.name}#${this.incarnation}`, this)
    } catch (error) {
      this.#crashed(error, null)
      return
    }
    // Whoever made it may have stopped it meanwhile, or started another.
    if (this.#stopped || this.current !== null) return process.stop()
    this.current = process
    this.#env.engine.start(process)
    if (this.current === process) this.#tell(() => this.#events.started?.(process))
  }

  #crashed(error: unknown, process: P | null): void {
    this.crashes++
    this.#tell(() => this.#events.crashed?.(error, process))
    if (this.#stopped || this.current !== null || this.#spec.restart === 'temporary') return
    const nowMs = this.#env.clock.now()
    this.#crashTimes = this.#crashTimes.filter(timeMs => timeMs > nowMs - this.#intensity.withinMs)
    this.#crashTimes.push(nowMs)
    if (this.#crashTimes.length > this.#intensity.maxCrashes) {
      this.#stopped = true
      this.#tell(() => this.#events.gaveUp?.(error))
    } else this.#startLater()
  }

  /** Never on the crashing stack: whoever called into the child must come home first. */
  #startLater(): void {
    this.#cancelRestart()
    this.#restart = this.#env.timers.immediate(() => this.#incarnate())
  }

  #cancelRestart(): void {
    this.#restart?.cancel()
    this.#restart = null
  }

  /** Whatever hears of it, the child is started again. */
  #tell(event: () => void): void {
    try {
      event()
    } catch (error) {
      throwLater(error)
    }
  }
}

/** Owns children, restarts them by their word, and stops them, last first. Runs no user code: it cannot crash. */
export class Supervisor implements Stoppable {
  readonly #env: SupervisorEnv
  readonly #intensity: Intensity
  readonly #children = new Set<Stoppable>()

  constructor(env: SupervisorEnv, intensity: Intensity = defaultIntensity) {
    this.#env = env
    this.#intensity = intensity
  }

  /** Takes a child under supervision, until `stop` or `disown`, and starts its first incarnation. */
  supervise<P extends AnyProcess>(spec: ChildSpec<P>, events: ChildEvents<P> = {}): Child<P> {
    const child = new Child(this.#env, this.#intensity, spec, events)
    this.#children.add(child)
    child.start()
    return child
  }

  /** Owns something that is never restarted, until `disown`. */
  own(child: Stoppable): void {
    this.#children.add(child)
  }

  disown(child: Stoppable): void {
    this.#children.delete(child)
  }

  /** Stops all children, last first, even if one throws; then it throws the first error. */
  stop(): void {
    const children = [...this.#children].reverse()
    this.#children.clear()
    const errors: unknown[] = []
    for (const child of children) {
      try {
        child.stop()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
