import type { OriginSupervisor } from '../host/origin-supervisor.ts'

/** How many hosts are kept though nothing of them is open or waiting: their counters are worth little, their memory adds up. */
const maxEmptyHosts = 1_024

/** The origin supervisors of a client, by pool and origin; each is made when it is first wanted. */
export class HostRegistry {
  readonly #pools = new Map<string, Map<string, OriginSupervisor>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  find(pool: string, origin: string): OriginSupervisor | undefined {
    return this.#pools.get(pool)?.get(origin)
  }

  /** Adds a host. Above the bound, hosts that hold nothing are forgotten first. */
  add(host: OriginSupervisor): void {
    if (this.#size >= maxEmptyHosts) this.#forgetEmpty()
    let origins = this.#pools.get(host.pool)
    if (origins === undefined) {
      origins = new Map()
      this.#pools.set(host.pool, origins)
    }
    origins.set(host.origin, host)
    this.#size++
  }

  *[Symbol.iterator](): Generator<OriginSupervisor> {
    for (const origins of this.#pools.values()) yield* origins.values()
  }

  /** Forgets the older half of the hosts that hold nothing, so that the next call comes late enough. */
  #forgetEmpty(): void {
    const empty = [...this].filter(host => host.empty)
    for (const host of empty.slice(0, Math.ceil(empty.length / 2))) {
      host.stop()
      this.#pools.get(host.pool)?.delete(host.origin)
      this.#size--
    }
  }
}
