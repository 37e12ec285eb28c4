// Which peer a contender of a row is of, and its module.
import { gotName, undiciName, versionOf } from '../peers.mjs'

/** For each peer its package in `test/bench` that runs on this Node. */
const packages = { undici: undiciName, got: gotName }

/** The peer whose module a contender is given: `undici` for `undici.request`. Undefined for `fetch` and `node:http`. */
export const peerOf = contender => Object.keys(packages).find(name => contender.split('.')[0] === name)

/** The module of a peer. Rejects if it is not installed in `test/bench`. */
export const loadPeer = name => import(packages[name])

/** `{ undici: '7.30.2', got: '14.6.6' }`; `null` for one that is not installed. */
export function peerVersions() {
  return Object.fromEntries(Object.entries(packages).map(([name, folder]) => [name, versionOf(folder)]))
}
