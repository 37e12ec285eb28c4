import type { ConnectionOptions as TlsOptions } from 'node:tls'
import type { InspectionEvent, Observer } from 'xstate'
import { type Check, callback, flag, number, object, record, shape, text } from '../checks.ts'
import type { ConnectionLimits } from '../connection/connection-actor.ts'
import type { ConnectFunction, DialOptions } from '../dial/dial.ts'
import type { LookupFunction } from '../dial/resolve.ts'
import { argumentError } from '../errors.ts'
import type { PoolLimits } from '../host/origin-supervisor.ts'
import type { PolicyOption } from '../host/policy/policy.ts'
import { queue } from '../host/policy/queue.ts'
import { targetOf } from '../request/target.ts'
import { defaultTimeouts, type Timeouts, type TimeoutsInput, timeoutsOf } from '../request/timeouts.ts'
import { defaultWireLimits, type WireLimits } from '../wire/message.ts'

/** How one host's connections are pooled. */
export interface PoolOptions {
  /** Connections open or being dialed at once. Default 64. */
  readonly maxConnections?: number | undefined
  /** Idle connections kept. Default 64. */
  readonly maxIdle?: number | undefined
  /** Requests that may wait. Default 16,384. */
  readonly maxWaiting?: number | undefined
  /** How long a connection may idle; the server's `Keep-Alive` hint, less a second, can shorten it. Default 4,000. */
  readonly idleMs?: number | undefined
  /** How old a connection may become. Default off (`Infinity`). */
  readonly maxAgeMs?: number | undefined
  /** Default off (`Infinity`). */
  readonly maxRequestsPerConnection?: number | undefined
  /** Default `queue()`. */
  readonly policy?: PolicyOption | undefined
}

/** Bounds on what a server may make us hold. */
export interface LimitsOptions {
  /** Bytes of a response head, and likewise of a trailer section. Default 65,536. */
  readonly headerBytes?: number | undefined
  /** Fields of a header or trailer section. Default 1,000. */
  readonly headerCount?: number | undefined
  /** 1xx responses before the final one. Default 32. */
  readonly informational?: number | undefined
  /** Bytes of the extensions of one chunk. Default 4,096. */
  readonly chunkExtensionBytes?: number | undefined
  /** A body that is asked for as a whole. Default 134,217,728 (128 MiB). */
  readonly bodyBytes?: number | undefined
  /** Unread body bytes at which the socket is paused. Default 65,536. */
  readonly highWaterBytes?: number | undefined
}

/** What may differ between hosts. */
export interface HostOptions {
  readonly pool?: PoolOptions | undefined
  readonly timeouts?: TimeoutsInput | undefined
  /** Options for Node's `tls.connect`, like `ca`, `cert`, `key`, `servername`, `rejectUnauthorized`. */
  readonly tls?: TlsOptions | undefined
  /** Dial this unix socket in place of the URL's host. */
  readonly socketPath?: string | undefined
  /** Any transport: called in place of a dial, gives a Duplex. TLS, for `https:`, goes on top of it. */
  readonly connect?: ConnectFunction | undefined
  /** Says which resolved addresses may be dialed. Called for each attempt; a throw is a no. */
  readonly allowAddress?: ((address: string, hostname: string) => boolean) | undefined
}

/** The options of a client. All durations are milliseconds. */
export interface ClientOptions extends HostOptions {
  /** Connections of all hosts together, those being dialed included. Default 1,024. */
  readonly maxConnections?: number | undefined
  /** Dials that run at once. Default 256. */
  readonly maxDials?: number | undefined
  /** Overrides for the named pools that requests choose with `pool: 'name'`. */
  readonly pools?: Readonly<Record<string, PoolOptions>> | undefined
  /** Overrides by origin, like `https://example.com`. */
  readonly hosts?: Readonly<Record<string, HostOptions>> | undefined
  /** Resolves names, with the shape of Node's `dns.lookup`. Default that one. */
  readonly lookup?: LookupFunction | undefined
  /** `ttlMs`: how long an answer is kept. Default 10,000; 0 keeps none. */
  readonly dns?: { readonly ttlMs?: number | undefined } | undefined
  readonly limits?: LimitsOptions | undefined
  /** Adds the stack of the `request()` call to errors. Default false: it costs some microseconds a request. */
  readonly traceCalls?: boolean | undefined
  /** Runs every actor on xstate, for its inspector. Slower. A function or an observer gets the events. Default false. */
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
  timeoutsOf(origin: string): Timeouts
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
  const wire: WireLimits = { ...defaultWireLimits, ...defined(options.limits) }
  const hosts = new Map<string, HostOptions>()
  for (const [key, host] of Object.entries(options.hosts ?? {})) {
    const origin = normalOrigin(key)
    if (hosts.has(origin)) {
      const path = `hosts[${JSON.stringify(key)}]`
      throw argumentError('ERR_HANSOM_INVALID_OPTION', path, `${path}: another key is the same origin, ${origin}`)
    }
    hosts.set(origin, host)
  }
  const hostTimeouts = new Map<string, Timeouts>()
  for (const [origin, host] of hosts) {
    hostTimeouts.set(origin, timeoutsOf(host.timeouts ?? {}, clientTimeouts, `hosts["${origin}"].timeouts`))
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
    timeoutsOf: origin => (hostTimeouts.size === 0 ? clientTimeouts : (hostTimeouts.get(origin) ?? clientTimeouts)),
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
function resolveHost(client: ClientOptions, host: HostOptions, named: PoolOptions, wire: WireLimits): ResolvedHost {
  const pool = { ...defined(client.pool), ...defined(host.pool), ...defined(named) }
  const tls = { ...client.tls, ...host.tls }
  return {
    limits: {
      maxConnections: pool.maxConnections ?? 64,
      maxIdle: pool.maxIdle ?? 64,
      maxWaiting: pool.maxWaiting ?? 16_384,
    },
    policy: pool.policy ?? queue(),
    connection: {
      idleMs: pool.idleMs ?? 4_000,
      maxAgeMs: pool.maxAgeMs ?? Infinity,
      maxRequestsPerConnection: pool.maxRequestsPerConnection ?? Infinity,
      wire,
    },
    dial: {
      tls,
      socketPath: host.socketPath ?? client.socketPath,
      connect: host.connect ?? client.connect,
      allowAddress: host.allowAddress ?? client.allowAddress,
    },
  }
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
