import type { ConnectionOptions as TlsOptions } from 'node:tls'
import type { InspectionEvent, Observer } from 'xstate'
import { type Check, callback, flag, number, object, oneOf, record, shape, text } from '../checks.ts'
import type { ConnectionLimits } from '../connection/connection-actor.ts'
import type { ConnectFunction, DialOptions } from '../dial/dial.ts'
import type { LookupFunction } from '../dial/resolve.ts'
import { argumentError } from '../errors.ts'
import type { PoolLimits } from '../host/origin-supervisor.ts'
import type { PolicyOption } from '../host/policy/policy.ts'
import { queue } from '../host/policy/queue.ts'
import type { RequestDefaults } from '../request/request-init.ts'
import { targetOf } from '../request/target.ts'
import { defaultTimeouts, type Timeouts, type TimeoutsInput, timeoutsOf } from '../request/timeouts.ts'
import type { Leniency } from '../wire/leniency.ts'
import { defaultWireLimits, type WireOptions } from '../wire/message.ts'

/** How one host's connections are pooled. */
export interface PoolOptions {
  /** Connections open or being dialed. At least 1. Default 64. */
  readonly maxConnections?: number | undefined
  /** Idle connections that are kept; one more is closed. Default 64. */
  readonly maxIdle?: number | undefined
  /**
   * Requests that may wait, those being dialed for not counted. Beyond it a request is refused with
   * `ERR_HANSOM_POOL_FULL`, whatever the policy says. Default 16,384.
   */
  readonly maxWaiting?: number | undefined
  /**
   * How long a connection may idle. A `Keep-Alive: timeout` of the server, less 1,000 ms, shortens it; with nothing left
   * the connection is not kept. Default 4,000.
   */
  readonly idleMs?: number | undefined
  /**
   * How old a connection may become: then it closes when it is free. Each gets an age of its own, up to a tenth less, so
   * that those opened together do not close together. Default `Infinity`.
   */
  readonly maxAgeMs?: number | undefined
  /** How many requests a connection serves. At least 1. Default `Infinity`. */
  readonly maxRequestsPerConnection?: number | undefined
  /**
   * Which idle connection serves next: `'lifo'` the one used last, so that surplus ones grow old and close; `'fifo'` the one
   * that idles longest, so that all are used; `'never'`: each connection serves one request, with `Connection: close`.
   * Default `'lifo'`.
   */
  readonly reuse?: 'lifo' | 'fifo' | 'never' | undefined
  /** Who waits, who is refused and who dials: see [pooling](../../docs/pooling.md). Default `queue()`. */
  readonly policy?: PolicyOption | undefined
}

/** Bounds on what a server may make us hold. */
export interface LimitsOptions {
  /** A response head, and likewise a trailer section. At least 64. Default 65,536. */
  readonly headerBytes?: number | undefined
  /** Fields of a header or trailer section. At least 1. Default 1,000. */
  readonly headerCount?: number | undefined
  /** 1xx responses before the final one. Default 32. */
  readonly informational?: number | undefined
  /** The extensions of one chunk. Default 4,096. */
  readonly chunkExtensionBytes?: number | undefined
  /** A body that is asked for as a whole: `get()` and its like, and `body()` without `maxBytes`. Default 134,217,728. */
  readonly bodyBytes?: number | undefined
  /** Unread body at which the socket is paused. What the socket had read already still comes. At least 1. Default 65,536. */
  readonly highWaterBytes?: number | undefined
}

/** What may differ between hosts. */
export interface HostOptions {
  /** How the connections of a host are pooled. */
  readonly pool?: PoolOptions | undefined
  /** Time limits of a request. */
  readonly timeouts?: TimeoutsInput | undefined
  /**
   * Options of Node's `tls.connect`, like `ca`, `cert`, `key`, `servername`, `rejectUnauthorized`. Those of a host are laid
   * over the client's, key by key.
   */
  readonly tls?: TlsOptions | undefined
  /** Dials this unix socket; the URL still gives `Host`, path and the TLS name. */
  readonly socketPath?: string | undefined
  /**
   * Called in place of a dial: gives a Duplex, or a promise of one. For `https:` TLS goes on top of it. `signal` aborts when
   * the dial is given up.
   */
  readonly connect?: ConnectFunction | undefined
  /** What servers may do wrong: see [Lenient](#lenient). Each is a danger, and off by default. */
  readonly lenient?: Leniency | undefined
  /**
   * Whether this resolved or literal address may be dialed. A throw is a no. Not asked for `socketPath` and `connect`.
   * Default all.
   */
  readonly allowAddress?: ((address: string, hostname: string) => boolean) | undefined
}

/** The options of a client. All durations are milliseconds. */
export interface ClientOptions extends HostOptions {
  /**
   * Connections of all hosts together, those being dialed included. With none left, the least recently used idle connection
   * of any host is closed; hosts that want one are served in turn. At least 1. Default 1,024.
   */
  readonly maxConnections?: number | undefined
  /**
   * Dials that run at once, of one host at most half of them (rounded down, but at least one). The others wait in order;
   * their `connectMs` does not run yet. At least 1. Default 256.
   */
  readonly maxDials?: number | undefined
  /**
   * Named pools: what each changes. A request chooses one with `pool: 'name'`; each has connections and a queue of its own
   * for each host.
   */
  readonly pools?: Readonly<Record<string, PoolOptions>> | undefined
  /** What an origin changes; the key is like `https://example.com`. */
  readonly hosts?: Readonly<Record<string, HostOptions>> | undefined
  /** Resolves names, with the shape of Node's `dns.lookup`; asked with `{ all: true }`. Default `dns.lookup`. */
  readonly lookup?: LookupFunction | undefined
  /** How names are kept. */
  readonly dns?:
    | {
        /** How long an answer of `lookup` is kept. 0 keeps none. Failures are never kept. Default 10,000. */
        readonly ttlMs?: number | undefined
      }
    | undefined
  /** Bounds on what a server may make us hold. */
  readonly limits?: LimitsOptions | undefined
  /** Adds the stack of the `request()` call to errors, as their `stack`. Default `false`. */
  readonly traceCalls?: boolean | undefined
  /**
   * Runs every actor on xstate, for its inspector; a function or an observer gets the events. Slower: see
   * [decision 1](../../docs/decisions/0001-kernel-loop-and-xstate.md). Default `false`.
   */
  readonly inspect?: boolean | ((event: InspectionEvent) => void) | Observer<InspectionEvent> | undefined
}

/** What one host runs with, all overrides applied. */
export interface ResolvedHost {
  readonly limits: PoolLimits
  readonly policy: PolicyOption
  readonly connection: ConnectionLimits
  readonly dial: DialOptions
}

/** Checked options, with a cache of what they mean for each host. */
export interface ResolvedOptions {
  readonly maxConnections: number
  readonly maxDials: number
  readonly timeouts: Timeouts
  readonly bodyBytes: number
  readonly highWaterBytes: number
  readonly traceCalls: boolean
  readonly dnsTtlMs: number
  readonly lookup: LookupFunction | undefined
  readonly inspect: ClientOptions['inspect']
  requestDefaults(origin: string): RequestDefaults
  /** Throws `ERR_HANSOM_INVALID_OPTION` for a named pool that the options do not have. */
  checkPool(pool: string): void
  hostOf(origin: string, pool: string): ResolvedHost
}

const policy: Check = (value, path) => {
  if (typeof value === 'function') return
  object(value, path)
  const methods = value as Record<string, unknown>
  callback(methods['admit'], `${path}.admit`)
  text(methods['name'], `${path}.name`)
  for (const name of ['limit', 'waiters', 'observe']) {
    if (methods[name] !== undefined) callback(methods[name], `${path}.${name}`)
  }
}

const inspector: Check = (value, path) => {
  if (typeof value !== 'function' && typeof value !== 'boolean') object(value, path)
}

const poolShape = shape({
  maxConnections: number(1, { whole: true }),
  maxIdle: number(0, { whole: true }),
  maxWaiting: number(0, { whole: true }),
  idleMs: number(0),
  maxAgeMs: number(0),
  maxRequestsPerConnection: number(1, { whole: true }),
  reuse: oneOf('lifo', 'fifo', 'never'),
  policy,
})

const timeouts: Check = (value, path) => void timeoutsOf(value as TimeoutsInput, defaultTimeouts, path)

const hostChecks = {
  pool: poolShape,
  timeouts,
  tls: object,
  socketPath: text,
  connect: callback,
  allowAddress: callback,
  lenient: shape({
    bareLf: flag,
    leadingCrlf: flag,
    spaceBeforeColon: flag,
    controlCharacters: flag,
    chunkSizeBlanks: flag,
  }),
}

const clientShape = shape({
  ...hostChecks,
  maxConnections: number(1, { whole: true }),
  maxDials: number(1, { whole: true }),
  pools: record(poolShape),
  hosts: record(shape(hostChecks)),
  lookup: callback,
  dns: shape({ ttlMs: number(0) }),
  limits: shape({
    headerBytes: number(64, { whole: true }),
    headerCount: number(1, { whole: true }),
    informational: number(0, { whole: true }),
    chunkExtensionBytes: number(0, { whole: true }),
    bodyBytes: number(0, { whole: true }),
    highWaterBytes: number(1, { whole: true }),
  }),
  traceCalls: flag,
  inspect: inspector,
})

/** Checks the options of a client. Throws `ERR_HANSOM_INVALID_OPTION` with the path of the option. */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  clientShape(options, '')
  const clientTimeouts = timeoutsOf(options.timeouts ?? {}, defaultTimeouts, 'timeouts')
  const wire: WireOptions = { ...defaultWireLimits, ...defined(options.limits), lenient: options.lenient }
  const hosts = new Map<string, HostOptions>()
  for (const [key, host] of Object.entries(options.hosts ?? {})) {
    const origin = normalOrigin(key)
    if (hosts.has(origin)) {
      const path = `hosts[${JSON.stringify(key)}]`
      throw argumentError('ERR_HANSOM_INVALID_OPTION', path, `${path}: another key is the same origin, ${origin}`)
    }
    hosts.set(origin, host)
  }
  const closes = (host: HostOptions, pool: string): boolean =>
    reuseOf(options, host, options.pools?.[pool] ?? emptyPool) === 'never'
  const requestDefaults = { timeouts: clientTimeouts, closes: (pool: string) => closes({}, pool) }
  const hostDefaults = new Map<string, RequestDefaults>()
  for (const [origin, host] of hosts) {
    const timeouts = timeoutsOf(host.timeouts ?? {}, clientTimeouts, `hosts["${origin}"].timeouts`)
    hostDefaults.set(origin, { timeouts, closes: pool => closes(host, pool) })
  }
  return {
    maxConnections: options.maxConnections ?? 1_024,
    maxDials: options.maxDials ?? 256,
    timeouts: clientTimeouts,
    bodyBytes: options.limits?.bodyBytes ?? 134_217_728,
    highWaterBytes: options.limits?.highWaterBytes ?? 65_536,
    traceCalls: options.traceCalls ?? false,
    dnsTtlMs: options.dns?.ttlMs ?? 10_000,
    lookup: options.lookup,
    inspect: options.inspect ?? false,
    requestDefaults: origin =>
      hostDefaults.size === 0 ? requestDefaults : (hostDefaults.get(origin) ?? requestDefaults),
    checkPool(pool) {
      if (pool === '' || Object.hasOwn(options.pools ?? {}, pool)) return
      const known = Object.keys(options.pools ?? {}).join(', ') || 'none'
      const message = `there is no pool ${JSON.stringify(pool)} in the client's pools; known: ${known}`
      throw argumentError('ERR_HANSOM_INVALID_OPTION', 'pool', message)
    },
    hostOf: (origin, pool) => resolveHost(options, hosts.get(origin) ?? {}, options.pools?.[pool] ?? {}, wire),
  }
}

/** The nearest wins: the named pool, then the host, then the client. */
function resolveHost(client: ClientOptions, host: HostOptions, named: PoolOptions, wire: WireOptions): ResolvedHost {
  const pool = { ...defined(client.pool), ...defined(host.pool), ...defined(named) }
  const tls = { ...client.tls, ...host.tls }
  // One object for all hosts that read alike: they share their parsers.
  const reading = host.lenient === undefined ? wire : { ...wire, lenient: { ...client.lenient, ...host.lenient } }
  const reuse = reuseOf(client, host, named)
  return {
    limits: {
      maxConnections: pool.maxConnections ?? 64,
      maxIdle: pool.maxIdle ?? 64,
      maxWaiting: pool.maxWaiting ?? 16_384,
      idleOrder: reuse === 'fifo' ? 'fifo' : 'lifo',
    },
    policy: pool.policy ?? queue(),
    connection: {
      idleMs: pool.idleMs ?? 4_000,
      maxAgeMs: pool.maxAgeMs ?? Infinity,
      maxRequestsPerConnection: reuse === 'never' ? 1 : (pool.maxRequestsPerConnection ?? Infinity),
      wire: reading,
    },
    dial: {
      tls,
      socketPath: host.socketPath ?? client.socketPath,
      connect: host.connect ?? client.connect,
      allowAddress: host.allowAddress ?? client.allowAddress,
    },
  }
}

const emptyPool: PoolOptions = {}

/** Apart from the rest of the pool, for it is asked for each request. */
function reuseOf(client: ClientOptions, host: HostOptions, named: PoolOptions): 'lifo' | 'fifo' | 'never' {
  return named.reuse ?? host.pool?.reuse ?? client.pool?.reuse ?? 'lifo'
}

function normalOrigin(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : null
  const bare = url?.pathname === '/' && `${url.search}${url.hash}${url.username}${url.password}` === ''
  if (url !== null && bare && (url.protocol === 'http:' || url.protocol === 'https:')) return targetOf(url).origin
  // A key with credentials is not repeated.
  const path =
    url !== null && (url.username !== '' || url.password !== '') ? 'hosts' : `hosts[${JSON.stringify(origin)}]`
  throw argumentError('ERR_HANSOM_INVALID_OPTION', path, `${path}: the key is an origin like https://example.com`)
}

/** Without the entries that are `undefined`: they must not hide a value below. */
function defined<T extends object>(options: T | undefined): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
