import { setTimeout as pause } from 'node:timers/promises'
import { type Client, createClient, type Explanation, type HostOptions } from 'hansom'
import { type Host, hosts } from './hosts.ts'
import { Load } from './load.ts'
import { moodyPolicy } from './moody-policy.ts'
import { OriginsProcess } from './origins-process.ts'
import { type Evidence, leaks, type Snapshot } from './promises.ts'
import { LoopStalls } from './stalls.ts'
import { Watch } from './watch.ts'

/** All that a run brings to light. */
export interface Run {
  readonly evidence: Evidence
  /** A request that stood in a queue, as it was then and when it was over. */
  readonly caught: { readonly atOnce: Explanation; readonly later: Explanation }
}

/** A client that leaks slots would wait for ever: nothing here does. */
const queueMs = 1_200
const loadMs = 5_000
const restMs = 1_000
const closeMs = 1_000

/** Starts the servers, sends all requests, lets everything come to rest, closes the client. */
export async function run(): Promise<Run> {
  const origins = await OriginsProcess.start()
  const { urls } = origins
  const client = createClient({
    maxConnections: hosts.reduce((sum, { maxConnections }) => sum + maxConnections, 0),
    timeouts: { queueMs },
    // Longer than the run: when the requests are over, their connections can be counted.
    pool: { idleMs: 60_000 },
    hosts: Object.fromEntries(hosts.map(host => [urls[host.name]!, hostOptions(host, origins.ca)])),
  })
  const watch = new Watch(client)
  const load = new Load(client, urls)
  const stalls = new LoopStalls()

  const fast = named('fast')
  await load.run(fast, 'alone', 400, performance.now() + loadMs)

  const deadlineMs = performance.now() + loadMs
  const start = (host: Host): Promise<void> => load.run(host, 'together', host.requests, deadlineMs)
  const others = hosts.filter(host => host !== fast).map(start)
  // The fast host joins when the others are in full swing: what is compared is neighbours, not cold starts.
  await pause(500)
  await origins.counts()
  stalls.takeWorstMs()
  const caught = catchInQueue(client, load)
  await Promise.all([...others, start(fast), caught.finished])
  const stallsMs = stalls.takeWorstMs() + (await origins.counts()).worstStallMs

  await calm(load, origins)
  const quiet = await rest(client, origins)
  const closeEnded = await Promise.race([client.close({ withinMs: 0 }).then(() => true), pause(closeMs, false)])
  const closed = await rest(client, origins)
  origins.stop()
  return {
    evidence: { sent: load.sent, watch, urls, quiet, closed, closeEnded, stallsMs },
    caught: { atOnce: caught.explanation, later: client.explain(caught.sent.ref) },
  }
}

function hostOptions({ name, secure, maxConnections }: Host, ca: string): HostOptions {
  const policy = name === 'moody' ? moodyPolicy() : undefined
  return { pool: { maxConnections, policy }, tls: secure ? { ca } : undefined }
}

function named(name: string): Host {
  return hosts.find(host => host.name === name)!
}

/** One more request to the slow host, explained in the moment in which it was made. */
function catchInQueue(client: Client, load: Load): ReturnType<Load['send']> & { readonly explanation: Explanation } {
  const request = load.send(named('slow'), 'together', '/together/caught')
  return { ...request, explanation: client.explain(request.sent.ref) }
}

/**
 * The servers put bytes or a FIN on every idle connection of the garbage host. They lie in the kernel, unread, when the
 * next requests choose their connections: the thread sleeps so that no event can tell.
 */
async function calm(load: Load, origins: OriginsProcess): Promise<void> {
  const host = named('garbage')
  await origins.poke(host.name)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  const requests = Array.from({ length: host.maxConnections }, (_, number) =>
    load.send(host, 'calm', `/calm/${number}`),
  )
  await Promise.all(requests.map(({ finished }) => finished))
}

/** What client and servers hold, as soon as they agree; the servers hear of a closed socket a little later. */
async function rest(client: Client, origins: OriginsProcess): Promise<Snapshot> {
  const deadlineMs = performance.now() + restMs
  for (;;) {
    const snapshot = { stats: client.stats(), servers: (await origins.counts()).counts }
    if (leaks(snapshot, origins.urls).length === 0 || performance.now() > deadlineMs) return snapshot
    await pause(20)
  }
}
