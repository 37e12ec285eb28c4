import { Process } from '../actor/process.ts'
import { assertNever } from '../actor/recipient.ts'
import type { ConnectionActor } from '../connection/connection-actor.ts'
import type { Dial } from '../dial/dial.ts'
import type { DialTimings } from '../dial/messages.ts'
import { type HansomError, PoolError } from '../errors.ts'
import { Checkout, type WaitingList } from './checkout.ts'
import { LateBinding } from './late-binding.ts'
import type { ManagerSetup } from './manager-setup.ts'
import type { ManagerMessage } from './messages.ts'
import { copyLoad } from './policy/guard.ts'
import type { Admission, HostLoad } from './policy/policy.ts'

export type ManagerPhase = 'running' | 'draining'

/**
 * One incarnation of a host's connection manager: `running → draining`. It binds late: whoever waits is served by the
 * dial or by the returned connection that comes first. It never waits for anything itself; the policy, behind its guard,
 * is the only user code inside.
 */
export class HostManager extends Process<ManagerPhase, ManagerMessage> {
  readonly id: string
  /** The request whose message is being handled: the poison, if the handling crashes. */
  handling: Checkout | null = null
  readonly #setup: ManagerSetup
  readonly #binding: LateBinding
  /** Dials in flight, and who sponsors them. */
  readonly #dials = new Map<Dial, Checkout>()

  constructor(setup: ManagerSetup) {
    super('running', setup.observer)
    this.id = setup.id
    this.#setup = setup
    this.#binding = new LateBinding(setup, {
      again: checkout => this.#again(checkout),
      polled: () => this.send({ type: 'poll.passed' }),
    })
  }

  get policyName(): string {
    return this.#setup.policy.name
  }

  /** The load now; the object is reused. */
  load(): HostLoad {
    return this.#binding.load()
  }

  protected override receive(message: ManagerMessage): void {
    this.handling = message.type === 'checkout.want' ? message : null
    this.#binding.nowMs = this.#timeOf(message)
    this.#handle(message)
    if (this.phase === 'draining') this.#cancelSpareDials()
  }

  #handle(message: ManagerMessage): void {
    switch (message.type) {
      case 'checkout.want':
        return this.#want(message)
      case 'checkout.forget':
        return this.#forget(message.checkout)
      case 'connection.opened':
        return this.#opened(message.connection, message.dial, message.timings)
      case 'connection.idled':
        this.#setup.policy.observe(message.outcome)
        this.#binding.offer(message.connection, null, null)
        return this.#binding.serve()
      case 'connection.draining':
        this.#binding.forget(message.connection)
        if (message.outcome !== null) this.#setup.policy.observe(message.outcome)
        return this.#binding.serve()
      case 'dial.failed':
        return this.#dialFailed(message.dial, message.error)
      case 'slot.freed':
        this.#binding.serve()
        return this.#redial()
      case 'poll.passed':
        return this.#binding.proven()
      case 'host.drain':
        this.become('draining')
        return this.#binding.drain()
      default:
        return assertNever(message)
    }
  }

  /** One reading of the clock serves a turn; a message that brings the time saves even that. */
  #timeOf(message: ManagerMessage): number {
    if (message.type === 'checkout.want' && message.state === 'new') return message.sinceMs
    if (message.type === 'connection.idled') return message.outcome.endedMs
    return this.#setup.clock.now()
  }

  #want(checkout: Checkout): void {
    if (checkout.state === 'granted' || checkout.state === 'gone') return
    const { policy, waiting, source } = this.#setup
    if (
      policy.waiting === 0 &&
      this.#binding.idle > 0 &&
      this.#binding.allowsMore() &&
      this.#binding.bindIdle(checkout)
    )
      return
    const load = this.load()
    const admission = this.#bounded(policy.admit(load, checkout, source.dials), load)
    if (admission === 'reject') return this.#binding.refuse(checkout, 'ERR_HANSOM_POOL_FULL', 'the pool is full')
    if (admission === 'evict') this.#evict()
    if (checkout.state === 'new') waiting.add(checkout)
    policy.push(checkout)
    // With idle connections left it is the policy's limit that makes this one wait: a dial would not help.
    const dials = (admission === 'dial' && load.idle === 0) || admission === 'overflow'
    if (dials && source.dials) this.#dial(checkout)
    if (this.#binding.idle === 0) return
    // The limit may have risen since it was asked for those who wait already.
    this.#binding.serve()
    this.#redial()
  }

  /** `pool.maxWaiting` holds whatever the policy says. Those for whom a connection is being dialed do not count. */
  #bounded(admission: Admission, load: HostLoad): Admission {
    return admission === 'wait' && load.waiting - load.dialing >= load.maxWaiting ? 'reject' : admission
  }

  /** It was let in before, and the connection that it was to have is gone: it waits again, and is not asked about. */
  #again(checkout: Checkout): void {
    if (this.#binding.idle > 0 && this.#binding.allowsMore() && this.#binding.bindIdle(checkout)) return
    this.#setup.policy.push(checkout)
    this.#redial()
  }

  #forget(checkout: Checkout): void {
    this.#setup.policy.remove(checkout)
    this.#setup.waiting.end(checkout, 'gone')
  }

  #evict(): void {
    const victim = this.#setup.policy.victim()
    if (!(victim instanceof Checkout) || victim.state !== 'waiting') {
      const details = { policy: this.policyName, load: copyLoad(this.load()) }
      throw new PoolError(
        'ERR_HANSOM_POLICY',
        `policy ${this.policyName}: "evict" without a victim that waits`,
        details,
      )
    }
    this.#binding.refuse(victim, 'ERR_HANSOM_POOL_DROPPED', 'dropped for a newer request')
  }

  #opened(connection: ConnectionActor, dial: Dial, timings: DialTimings): void {
    const sponsor = this.#dials.get(dial)
    this.#dials.delete(dial)
    if (sponsor?.dial === dial) sponsor.dial = null
    this.#binding.offer(connection, dial, timings)
  }

  #dial(sponsor: Checkout): boolean {
    const dial = this.#setup.source.open(sponsor)
    if (dial === null) return false
    this.#dials.set(dial, sponsor)
    sponsor.dial = dial
    return true
  }

  /** The sponsor gets the failure; with nothing left at all, so do the others who waited before the dial began. */
  #dialFailed(dial: Dial, error: HansomError): void {
    const { ledger, waiting } = this.#setup
    const sponsor = this.#dials.get(dial)
    this.#dials.delete(dial)
    if (sponsor?.dial === dial) sponsor.dial = null
    if (sponsor?.state === 'waiting') this.#failWaiter(sponsor, error)
    if (ledger.connections > 0 || this.#dials.size > 0) return
    for (const checkout of waiting) {
      if (checkout.sinceMs > dial.startedMs) return
      this.#failWaiter(checkout, error)
    }
  }

  #failWaiter(checkout: Checkout, error: HansomError): void {
    this.#forget(checkout)
    Checkout.ownerOf(checkout).send({ type: 'checkout.refused', error })
  }

  /** A slot came free: the first who waits without a dial of its own sponsors the next one, if the policy agrees. */
  #redial(): void {
    const { ledger, policy, waiting, source } = this.#setup
    // With idle connections left it is the policy that makes people wait: a dial would not help.
    while (source.dials && ledger.hasRoom && this.#binding.idle === 0 && policy.waiting > this.#dials.size) {
      const sponsor = firstWithoutDial(waiting)
      if (sponsor === undefined) return
      // As when it came: behind the others, not behind itself.
      const admission = policy.admit(this.#binding.load(1), sponsor, source.dials)
      if (admission !== 'dial' && admission !== 'overflow') return
      if (!this.#dial(sponsor)) return
    }
  }

  /** Nothing will idle here any more: a dial without anybody to serve is given up. */
  #cancelSpareDials(): void {
    const { waiting, source } = this.#setup
    for (const [dial, sponsor] of this.#dials) {
      if (this.#dials.size <= waiting.size) return
      if (sponsor.state === 'waiting') continue
      this.#dials.delete(dial)
      source.cancel(dial)
    }
  }
}

function firstWithoutDial(waiting: WaitingList): Checkout | undefined {
  for (const checkout of waiting) if (checkout.dial === null) return checkout
  return undefined
}
