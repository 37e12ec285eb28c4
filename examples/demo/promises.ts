import type { ClientStats } from 'hansom'
import { hosts } from './hosts.ts'
import type { Sent } from './load.ts'
import type { OriginCounts } from './origins-process.ts'
import { ms, percentile, whole } from './report.ts'
import { slotsOf, type Watch } from './watch.ts'

/** All that the demo saw. */
export interface Evidence {
  readonly sent: readonly Sent[]
  readonly watch: Watch
  readonly urls: Readonly<Record<string, string>>
  /** When all requests were over, and their connections idle or closed. */
  readonly quiet: Snapshot
  /** After `client.close()`. */
  readonly closed: Snapshot
  /** Whether `client.close()` came to an end. */
  readonly closeEnded: boolean
  /** The worst hold-up of the client's event loop and that of the servers' while all hosts were busy, added up. */
  readonly stallsMs: number
}

/** The client's account, and the servers' own, at one time. */
export interface Snapshot {
  readonly stats: ClientStats
  readonly servers: Readonly<Record<string, OriginCounts>>
}

/** A promise, and whether it was kept. */
export interface Finding {
  readonly promise: number
  /** What went wrong; empty if nothing did. */
  readonly broken: readonly string[]
  /** What was seen, a line each. */
  readonly evidence: readonly string[]
}

/** Checks the promises that can be seen from outside. */
export function findings(evidence: Evidence): readonly Finding[] {
  return [settledOnce, slotsFit, neverReused, neverShort, undisturbed].map(check => check(evidence))
}

/** The differences between a host's ledger and what its server sees; empty if they agree. */
export function leaks({ stats, servers }: Snapshot, urls: Readonly<Record<string, string>>): string[] {
  return hosts.flatMap(({ name }) => {
    const host = stats.hosts.find(({ origin }) => origin === urls[name])
    const held = host === undefined ? 0 : slotsOf(host)
    const open = servers[name]?.open ?? 0
    return held === open ? [] : [`slot leak: ${name} holds ${held} slots, its server sees ${open} open sockets`]
  })
}

function settledOnce({ sent, watch, closed }: Evidence): Finding {
  const times = sent.map(({ ref }) => watch.settled.get(ref.id)?.times ?? 0)
  const never = times.filter(time => time === 0).length
  const again = times.filter(time => time > 1).length
  const open = sent.filter(({ verdict }) => verdict === 'open').length
  const broken = [
    ...note(never, 'requests never settled'),
    ...note(again, 'requests settled more than once'),
    ...note(open, 'callers were left waiting'),
    ...note(closed.stats.live, 'requests live on after close'),
  ]
  return { promise: 1, broken, evidence: [`each of ${whole(sent.length)} requests settled exactly once`] }
}

function slotsFit({ watch, urls, quiet, closed, closeEnded }: Evidence): Finding {
  const peaks = hosts.map(({ name, maxConnections }) => ({
    name,
    maxConnections,
    taken: watch.peaks.get(urls[name]!) ?? 0,
    seen: quiet.servers[name]?.peak ?? 0,
  }))
  const open = Object.values(closed.servers).reduce((sum, server) => sum + server.open, 0)
  const crowded = peaks.filter(({ seen, maxConnections }) => seen > maxConnections)
  const broken = [
    ...watch.excesses.slice(0, 3).map(excess => `above the limit: ${excess}`),
    ...crowded.map(({ name, seen, maxConnections }) => `${name} saw ${seen} sockets, its limit is ${maxConnections}`),
    ...leaks(quiet, urls),
    ...(closeEnded ? [] : [`close() does not end: the client counts ${closed.stats.connections} connections`]),
    ...(closeEnded ? note(closed.stats.connections, 'slots are taken after close') : []),
    ...note(open, 'sockets are open after close'),
  ]
  const most = peaks.map(({ name, taken, maxConnections }) => `${name} ${taken} of ${maxConnections}`)
  const evidence = [
    `at each of ${whole(watch.looks)} looks no host was above its limit; at most ${most.join(', ')}`,
    `the servers saw no more open sockets than that: ${peaks.map(({ name, seen }) => `${name} ${seen}`).join(', ')}`,
    `at rest the ledgers and the servers agree on ${quiet.stats.connections} connections, and after close on 0`,
  ]
  return { promise: 2, broken, evidence }
}

function neverReused({ sent, closed }: Evidence): Finding {
  const servers = Object.values(closed.servers)
  const poisoned = servers.reduce((sum, server) => sum + server.poisoned, 0)
  const reused = servers.reduce((sum, server) => sum + server.reusedPoisoned, 0)
  const calm = sent.filter(({ part }) => part === 'calm')
  const served = calm.filter(({ verdict }) => verdict === 'ok').length
  const paid = calm.filter(({ why }) => /CONNECTION|PROTOCOL/.test(why)).length
  const broken = [
    ...note(reused, `requests came on one of ${poisoned} connections that had got stray bytes or a FIN`),
    ...note(paid, 'requests failed for what had come to an idle connection before them'),
  ]
  const evidence = [
    `none of ${poisoned} connections that got stray bytes or a FIN was used again`,
    `${served} of the ${calm.length} requests right after such bytes had come to idle connections were served`,
  ]
  return { promise: 4, broken, evidence }
}

function neverShort({ sent, closed }: Evidence): Finding {
  const verdicts = new Map(sent.map(({ host, path, verdict }) => [`${host} ${path}`, verdict]))
  const cut = hosts.flatMap(({ name }) => (closed.servers[name]?.cut ?? []).map(path => `${name} ${path}`))
  const errors = cut.filter(key => verdicts.get(key) === 'failed')
  const short = cut.filter(key => verdicts.get(key) !== 'failed')
  const wrong = sent.filter(({ verdict }) => verdict === 'wrong')
  const ok = sent.filter(({ verdict }) => verdict === 'ok').length
  const broken = [
    ...short.slice(0, 3).map(key => `cut short, yet no error: ${key}`),
    ...wrong.slice(0, 3).map(({ why }) => `not the answer that was meant: ${why}`),
  ]
  const evidence = [
    `${cut.length} bodies that were cut short became ${errors.length} errors`,
    `${whole(ok)} bodies came whole, by their SHA-1`,
  ]
  return { promise: 5, broken, evidence }
}

/** A request that had to wait for the slow host would wait for one of its answers at least. */
function undisturbed({ sent, watch, stallsMs }: Evidence): Finding {
  const total = (name: string, part: string, fraction: number): number => {
    const mine = sent.filter(it => it.host === name && it.part === part)
    return percentile(
      mine.flatMap(({ ref }) => watch.settled.get(ref.id)?.bill.total ?? []),
      fraction,
    )
  }
  const slow = hosts.find(({ name }) => name === 'slow')!
  const alone = total('fast', 'alone', 0.99)
  const boundMs = alone + slow.delayMs + stallsMs
  const together = total('fast', 'together', 0.99)
  const sound = new Set(hosts.filter(host => host.faults.length === 0 && host.name !== 'moody').map(({ name }) => name))
  const failed = sent.filter(({ host, verdict }) => sound.has(host) && verdict === 'failed')
  const broken = [
    ...(together > boundMs ? [`the fast host's p99 is ${ms(together)} ms, more than ${ms(boundMs)} ms`] : []),
    ...note(failed.length, `requests to sound hosts failed, the first with ${failed[0]?.why}`),
  ]
  const evidence = [
    `the fast host's p99 is ${ms(together)} ms beside five others (alone ${ms(alone)} ms), the slow one's p50 ${ms(total('slow', 'together', 0.5))} ms`,
    `its bound is ${ms(boundMs)} ms: alone, one answer of the slow host, ${ms(stallsMs)} ms that the two processes stood still`,
    `no request to ${[...sound].join(', ')} failed`,
  ]
  return { promise: 7, broken, evidence }
}

function note(count: number, what: string): string[] {
  return count === 0 ? [] : [`${count} ${what}`]
}
