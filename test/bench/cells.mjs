// What is measured: each kind of cell, who takes part, which numbers are made of it and which goal they have.
import { parseCell } from './cell-name.mjs'
import { smallBody } from './contenders/answers.mjs'

const mebibyte = 1_048_576
const whole = ['hansom', 'hansom-get', 'undici-request', 'undici-dispatch', 'fetch', 'node-http']
const perRequest = {
  sample: 'requests',
  metrics: ['cpuMicros', 'perSecond'],
  main: 'cpuMicros',
  ratios: {
    besideUndici: { to: 'undici-request', of: (own, other) => other / own },
    besideFloor: { to: 'raw-socket', of: (own, other) => other / own },
  },
}

/**
 * `server`: which one is wanted; nginx can neither hold answers back nor read an upload before it answers, and it does
 * not write in pieces of a given size. `main`: the metric that tables and plots show first; ratios compare it.
 */
const kinds = {
  small: {
    ...perRequest,
    unit: 'µs a request',
    server: 'nginx',
    contenders: [...whole, 'undici-stream', 'got', 'axios', 'go', 'raw-socket'],
    /** Away from the middle of the star: those that tell what a dimension costs. */
    fewer: [...whole, 'raw-socket'],
    request: () => ({ method: 'GET', path: '/', bytes: smallBody.length }),
    title: ({ connections, fields, tls }) =>
      `small answers of ${fields} fields at ${connections} connection${connections === 1 ? '' : 's'}${tls ? ', TLS' : ''}`,
  },
  download: {
    ...perRequest,
    unit: 'µs a MiB',
    server: 'nginx',
    contenders: [...whole, 'got', 'axios', 'go', 'raw-socket'],
    request: () => ({ method: 'GET', path: `/bytes/${mebibyte}`, bytes: mebibyte }),
    title: ({ connections, tls }) => `bodies of 1 MiB, read whole, at ${connections} connections${tls ? ', TLS' : ''}`,
  },
  upload: {
    ...perRequest,
    unit: 'µs a MiB',
    server: 'raw',
    contenders: [...whole, 'got', 'axios', 'go', 'raw-socket'],
    request: () => ({ method: 'PUT', path: '/', bytes: mebibyte }),
    title: ({ connections, tls }) => `uploads of 1 MiB at ${connections} connections${tls ? ', TLS' : ''}`,
  },
  'recv-body': {
    sample: 'stream',
    unit: 'ms a GiB',
    metrics: ['cpuMs', 'chunks'],
    main: 'cpuMs',
    ratios: {
      besideUndici: { to: 'undici-request', of: (own, other) => other / own },
      timesData: { to: 'raw-socket-data', of: (own, other) => own / other },
      timesFloor: { to: 'raw-socket', of: (own, other) => own / other },
    },
    server: 'raw',
    contenders: [
      'hansom',
      'undici-request',
      'undici-dispatch',
      'undici-stream',
      'fetch',
      'node-http',
      'raw-socket-data',
      'raw-socket',
    ],
    stream: ({ quick }) => {
      const bytes = (quick ? 32 : 1_024) * mebibyte
      return { path: `/bytes/${bytes}`, bytes, warmPath: `/bytes/${bytes / 8}`, warmBytes: bytes / 8 }
    },
    title: ({ tls }) => `one body of 1 GiB, sent in pieces of 64 KiB${tls ? ', TLS' : ''}`,
  },
  messages: {
    sample: 'stream',
    unit: 'µs a chunk',
    metrics: ['chunkMicros', 'chunks'],
    main: 'chunkMicros',
    ratios: { abovePull: { to: 'hansom', of: (own, other) => own - other } },
    server: 'raw',
    contenders: ['hansom', 'hansom-messages', 'hansom-actor'],
    stream: ({ chunkKib, quick }) => {
      const bytes = chunkKib * 1_024 * (quick ? 1_024 : Math.max(32_768, 262_144 / chunkKib))
      const path = length => `/chunks/${length}/${chunkKib * 1_024}`
      return { path: path(bytes), bytes, warmPath: path(bytes / 4), warmBytes: bytes / 4 }
    },
    title: ({ chunkKib, tls }) => `a body in chunks of ${chunkKib} KiB${tls ? ', TLS' : ''}`,
  },
  idle: {
    sample: 'idle',
    unit: 'KB',
    metrics: ['kilobytes'],
    main: 'kilobytes',
    ratios: { aboveRaw: { to: 'raw-socket', of: (own, other) => own - other } },
    server: 'raw',
    contenders: ['hansom', 'undici-request', 'raw-socket'],
    idle: ({ tls, quick }) => {
      if (quick) return { sizes: [50, 100, 150], group: 50 }
      return { sizes: tls ? [250, 500, 1_000] : [1_000, 3_000, 5_000], group: 250 }
    },
    title: ({ tls }) => `resident memory of an idle ${tls ? 'TLS' : 'plain'} connection`,
  },
  actors: {
    sample: 'actors',
    unit: 'µs a request',
    metrics: ['layerMicros', 'actorMicros', 'xstateMicros'],
    main: 'layerMicros',
    ratios: {},
    server: 'raw',
    contenders: ['hansom', 'hansom-inspect'],
    request: () => ({ method: 'GET', path: '/', bytes: smallBody.length }),
    title: () => 'self time of the actor layer in a CPU profile, small answers at 50 connections',
  },
}

/** The star: from 50 connections, 5 fields and no TLS, one thing differs at a time. */
const star = ['small/50', 'small/1', 'small/16', 'small/200', 'small/50/fields-30', 'small/50/tls']
const bodies = ['download', 'upload', 'recv-body', 'messages/chunks-1', 'messages/chunks-64']

/** What a run without `--only` measures, in this order. */
export const defaultCells = [...star, ...bodies, 'idle/plain', 'idle/tls', 'actors']

/** The goals of the project, each about one ratio or metric of hansom in one cell. */
export const goals = [
  {
    cell: 'small/50',
    of: 'hansom',
    ratio: 'besideUndici',
    atLeast: 1.6,
    says: "requests per CPU-second, times `undici.request`'s",
  },
  {
    cell: 'idle/plain',
    of: 'hansom',
    ratio: 'aboveRaw',
    atMost: 2.5,
    says: 'KB of an idle connection above a raw socket',
  },
  { cell: 'actors', of: 'hansom', metric: 'layerMicros', atMost: 1, says: 'µs a request in the actor layer' },
  {
    cell: 'recv-body',
    of: 'hansom',
    ratio: 'timesData',
    atMost: 1.2,
    says: "CPU time of `recvBody`, times a raw loop over a socket's `data` events, whose chunks own their memory too",
  },
  {
    cell: 'recv-body',
    of: 'hansom',
    ratio: 'timesFloor',
    atMost: 1.2,
    says: 'CPU time of `recvBody`, times a raw loop that reads into one buffer again and again',
  },
  {
    cell: 'messages/chunks-64',
    of: 'hansom-messages',
    ratio: 'abovePull',
    atMost: 1,
    says: 'µs a chunk of message mode above `recvBody`, 64 KiB chunks',
  },
  {
    cell: 'messages/chunks-1',
    of: 'hansom-messages',
    ratio: 'abovePull',
    atMost: 1,
    says: 'µs a chunk of message mode above `recvBody`, 1 KiB chunks',
  },
]

/** A cell with what its kind says; null if no cell is called so. */
export function cellOf(name) {
  const cell = parseCell(name)
  if (cell === null) return null
  const { fewer, ...kind } = kinds[cell.kind]
  const connections = cell.kind === 'actors' ? 50 : cell.connections
  const contenders = fewer !== undefined && cell.name !== star[0] ? fewer : kind.contenders
  return { ...kind, ...cell, connections, contenders, everyone: kind.contenders, title: kind.title(cell) }
}
