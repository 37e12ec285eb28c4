import { lookup as systemLookup } from 'node:dns'
import { isIP } from 'node:net'
import { inspect } from 'node:util'
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

/** One question to the look-up function, and all who wait for its answer. */
class Question {
  readonly waiting = new Set<(error: Error | null, addresses: readonly ResolvedAddress[]) => void>()
  #answered = false

  /** User code: it may throw, answer twice, answer nonsense, or never. */
  ask(
    lookup: LookupFunction,
    hostname: string,
    answered: (error: Error | null, found: ResolvedAddress[]) => void,
  ): void {
    const answer = (error: Error | null, addresses: ResolvedAddress[]): void => {
      if (this.#answered) return
      this.#answered = true
      // On a stack of its own: what the function throws behind its answer is not ours.
      process.nextTick(answered, error, addresses)
    }
    try {
      lookup(hostname, { all: true }, (error, addresses, family) => {
        if (error) return answer(asError(error), [])
        const found = normalise(addresses, family)
        answer(found === null ? nonsense(hostname, addresses) : null, found ?? [])
      })
    } catch (error) {
      answer(asError(error), [])
    }
  }
}

/**
 * Resolves by `lookup`, once for all who ask at the same time, and keeps an answer for `ttlMs`. Failures are not kept.
 * A look-up function that throws, answers twice or answers nonsense is an error to those who asked, and no more; one that
 * never answers is asked again when nobody waits for it any more.
 */
export function cachingResolver(clock: Clock, ttlMs: number, lookup: LookupFunction = nodeLookup): Resolver {
  const known = new BoundedMap<{ addresses: readonly ResolvedAddress[]; untilMs: number }>(10_000)
  const asked = new Map<string, Question>()

  function ask(hostname: string, question: Question): void {
    question.ask(lookup, hostname, (error, addresses) => {
      if (asked.get(hostname) === question) asked.delete(hostname)
      if (addresses.length > 0 && ttlMs > 0) known.set(hostname, { addresses, untilMs: clock.now() + ttlMs })
      for (const done of question.waiting) done(error, addresses)
    })
  }

  function questionOf(hostname: string): Question {
    let question = asked.get(hostname)
    if (question === undefined) {
      question = new Question()
      asked.set(hostname, question)
      process.nextTick(ask, hostname, question)
    }
    return question
  }

  return {
    resolve(hostname, done) {
      const cached = known.get(hostname)
      if (cached !== undefined && cached.untilMs > clock.now()) {
        let wanted = true
        process.nextTick(() => wanted && done(null, cached.addresses))
        return () => {
          wanted = false
        }
      }
      const question = questionOf(hostname)
      question.waiting.add(done)
      return () => {
        question.waiting.delete(done)
        if (question.waiting.size === 0 && asked.get(hostname) === question) asked.delete(hostname)
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
  return new TypeError(`the lookup function gave no list of addresses for ${hostname}: ${inspect(answer)}`)
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
