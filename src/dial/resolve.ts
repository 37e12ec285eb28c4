import { lookup as systemLookup } from 'node:dns'
import { isIP } from 'node:net'
import { BoundedMap } from '../actor/bounded-map.ts'
import type { Clock, ResolvedAddress, Resolver } from '../actor/env.ts'

/** A look-up function with the shape of Node's `dns.lookup`, asked with `{ all: true }`. */
export type LookupFunction = (
  hostname: string,
  options: { readonly all: true },
  callback: (
    error: Error | null,
    addresses: string | readonly { readonly address: string; readonly family: number }[],
    family?: number,
  ) => void,
) => void

type Waiting = (error: Error | null, addresses: readonly ResolvedAddress[]) => void

/**
 * Resolves by `lookup`, once for all who ask at the same time, and keeps an answer for `ttlMs`. Failures are not kept.
 * A look-up function that throws, answers twice or answers nonsense is an error to those who asked, and no more.
 */
export function cachingResolver(clock: Clock, ttlMs: number, lookup: LookupFunction = nodeLookup): Resolver {
  const known = new BoundedMap<{ addresses: readonly ResolvedAddress[]; untilMs: number }>(10_000)
  const asked = new Map<string, Waiting[]>()

  function answer(hostname: string, error: Error | null, addresses: readonly ResolvedAddress[]): void {
    const waiting = asked.get(hostname) ?? []
    asked.delete(hostname)
    if (error === null && ttlMs > 0) known.set(hostname, { addresses, untilMs: clock.now() + ttlMs })
    for (const done of waiting) done(error, addresses)
  }

  function ask(hostname: string): void {
    let answered = false
    try {
      lookup(hostname, { all: true }, (error, addresses, family) => {
        if (answered) return
        answered = true
        if (error) answer(hostname, error, [])
        else {
          const found = normalise(addresses, family)
          answer(hostname, found === null ? nonsense(hostname, addresses) : null, found ?? [])
        }
      })
    } catch (error) {
      if (answered) throw error
      answered = true
      answer(hostname, error instanceof Error ? error : new Error(String(error)), [])
    }
  }

  return {
    resolve(hostname, done) {
      const cached = known.get(hostname)
      if (cached !== undefined && cached.untilMs > clock.now()) {
        process.nextTick(done, null, cached.addresses)
        return
      }
      const waiting = asked.get(hostname)
      if (waiting !== undefined) waiting.push(done)
      else {
        asked.set(hostname, [done])
        process.nextTick(ask, hostname)
      }
    },
  }
}

/** The address itself, if a host name is one; IPv6 comes without its brackets. */
export function literalAddress(hostname: string): ResolvedAddress | null {
  const family = isIP(hostname)
  return family === 0 ? null : { address: hostname, family: family as 4 | 6 }
}

const nodeLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, verbatim: true }, callback)
}

function normalise(
  addresses: string | readonly { readonly address: string; readonly family: number }[],
  family: number | undefined,
): ResolvedAddress[] | null {
  const list = typeof addresses === 'string' ? [{ address: addresses, family: family ?? isIP(addresses) }] : addresses
  if (!Array.isArray(list)) return null
  const found: ResolvedAddress[] = []
  for (const entry of list) {
    const kind = typeof entry?.address === 'string' ? isIP(entry.address) : 0
    if (kind === 0) return null
    found.push({ address: entry.address, family: kind as 4 | 6 })
  }
  return found
}

function nonsense(hostname: string, answer: unknown): Error {
  return new TypeError(`the lookup function gave no list of addresses for ${hostname}: ${JSON.stringify(answer)}`)
}
