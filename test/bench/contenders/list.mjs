// Who is compared. The files beside this one are loaded in the sample's process only, so that each has its own peer alone.

import { gotName, undiciName, versionOf } from '../peers.mjs'
import { goVersion } from './go/build.mjs'

const undici = { peer: 'undici', version: () => versionOf(undiciName) }

/** `way`: how it sends a request and reads the answer whole; `streamWay`: how it reads a body piece by piece. */
const all = {
  hansom: { peer: 'hansom', way: '`request` + `recvHead` + `body`', streamWay: '`recvBody`' },
  'hansom-get': { peer: 'hansom', way: '`get`', putWay: '`put`' },
  'hansom-messages': { peer: 'hansom', streamWay: 'messages to a function' },
  'hansom-actor': { peer: 'hansom', streamWay: 'messages to an xstate actor' },
  'hansom-inspect': { peer: 'hansom', way: 'with `inspect`: xstate runs every actor' },
  'undici-request': { ...undici, way: '`pool.request` + `body.arrayBuffer()`', streamWay: '`for await` over the body' },
  'undici-dispatch': { ...undici, way: '`pool.dispatch`, a bare handler' },
  'undici-stream': { ...undici, way: '`pool.stream`' },
  fetch: { peer: "Node's fetch", version: () => `(undici ${process.versions.undici})` },
  'node-http': { peer: '`node:http`', tlsPeer: '`node:https`' },
  got: { peer: 'got', version: () => versionOf(gotName) },
  axios: { peer: 'axios', version: () => versionOf('axios') },
  go: { peer: "Go's `net/http`", version: goVersion },
  'raw-socket-data': { peer: 'raw sockets', way: '`data` events, bytes counted' },
  'raw-socket': {
    peer: 'raw sockets',
    way: 'nothing parsed',
    streamWay: 'one buffer, bytes counted',
    tlsPeer: 'raw TLS sockets',
  },
}

/** Their names. */
export const contenderNames = Object.keys(all)

/** What must be installed in `node_modules` for the Node.js that runs. */
export const contenderPeers = [undiciName, gotName, 'axios']

/** How a table calls a contender, like `undici 7.30.2, pool.stream`, in Markdown; without the version if not wanted. */
export function titleOf(name, { kind, tls }, versions = true) {
  const { peer, tlsPeer = peer, version, way, putWay = way, streamWay = way } = all[name]
  const streams = kind === 'recv-body' || kind === 'messages'
  const told = kind === 'idle' ? undefined : streams ? streamWay : kind === 'upload' ? putWay : way
  const called = [tls ? tlsPeer : peer, versions && version !== undefined ? version() : null].filter(Boolean).join(' ')
  return told === undefined ? called : `${called}, ${told}`
}

/** The version of a contender's peer; null if it is of hansom or of Node itself. */
export function peerVersion(name) {
  return all[name].version?.()?.replace(/[()]|undici /g, '') ?? null
}
