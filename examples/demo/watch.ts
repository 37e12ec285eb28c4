import type { Bill, Client, ClientEventMap, HostStats } from 'hansom'

/** What the client said of one request when it was over. */
export interface Settled {
  readonly outcome: ClientEventMap['request.settled']['outcome']
  readonly bill: Bill
  /** How often it was said. Once is right. */
  times: number
}

/** Listens to a client from the first request on, and looks at its ledgers whenever something happens. */
export class Watch {
  readonly settled = new Map<string, Settled>()
  /** Looks at the ledgers, and those at which a host or the client was above its limit. */
  looks = 0
  readonly excesses: string[] = []
  /** The most slots that a host took at one time, by origin. */
  readonly peaks = new Map<string, number>()
  crashes = 0
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
    const look = (): void => this.look()
    client.on('connection.opened', look).on('connection.closed', look).on('dial.failed', look)
    client.on('crash', () => {
      this.crashes++
      this.look()
    })
    client.on('request.settled', ({ ref, outcome, bill }) => {
      const known = this.settled.get(ref)
      if (known === undefined) this.settled.set(ref, { outcome, bill, times: 1 })
      else known.times++
      this.look()
    })
  }

  look(): void {
    this.looks++
    const { hosts, connections, maxConnections } = this.#client.stats()
    if (connections > maxConnections) this.excesses.push(`the client: ${connections} of ${maxConnections}`)
    for (const host of hosts) {
      const taken = slotsOf(host)
      if (taken > (this.peaks.get(host.origin) ?? 0)) this.peaks.set(host.origin, taken)
      if (taken > host.maxConnections) this.excesses.push(`${host.origin}: ${taken} of ${host.maxConnections}`)
    }
  }
}

/** The slots that a host's ledger holds. */
export function slotsOf(host: HostStats): number {
  return host.connections + host.dialing
}
