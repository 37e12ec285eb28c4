import { type AnyProcess, type Exit, type ExitObserver, Process, type Stoppable } from '../../src/actor/process.ts'

export type ScriptPhase = 'young' | 'ripe' | 'old'
export type Act = (self: ScriptedProcess) => void
export interface ActMessage {
  readonly type: 'act'
  readonly act: Act
}

/** What a `ScriptedProcess` does besides its messages. */
export interface Script {
  started?: Act
  release?: Act
}

/** A process whose messages are what it shall do, and whose inside is open to tests. */
export class ScriptedProcess extends Process<ScriptPhase, ActMessage> {
  readonly id: string
  /** How often it was released. */
  releases = 0
  readonly #script: Script

  constructor(id: string, observer: ExitObserver<never> | null = null, script: Script = {}) {
    super('young', observer)
    this.id = id
    this.#script = script
  }

  /** Sends it a message. */
  act(act: Act): void {
    this.send({ type: 'act', act })
  }

  /** Runs a step the way bytes come in. */
  step<R>(step: (self: this) => R, otherwise: R): R {
    return this.enter((self: this) => step(self), this, null, otherwise)
  }

  override become(phase: ScriptPhase): void {
    super.become(phase)
  }

  override finish(): void {
    super.finish()
  }

  override defer(effect: () => void): void {
    super.defer(effect)
  }

  override own(child: Stoppable): void {
    super.own(child)
  }

  protected override started(): void {
    this.#script.started?.(this)
  }

  protected override receive(message: ActMessage): void {
    message.act(this)
  }

  protected override release(): void {
    this.releases++
    this.#script.release?.(this)
  }
}

/** Notes who ended, and how. */
export class ExitLog implements ExitObserver<AnyProcess> {
  readonly told: { readonly id: string; readonly exit: Exit }[] = []

  exited(process: AnyProcess, exit: Exit): void {
    this.told.push({ id: process.id, exit })
  }

  /** Each end as `id status`. */
  get lines(): string[] {
    return this.told.map(({ id, exit }) => `${id} ${exit.status}`)
  }
}
