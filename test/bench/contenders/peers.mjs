// Which peers' versions fit the Node.js that runs: undici 8 needs 22.19, got 15 needs 22.
import { readFileSync } from 'node:fs'

const [major, minor] = process.versions.node.split('.').map(Number)

/** The folder of undici in `node_modules`. */
export const undiciName = major > 22 || (major === 22 && minor >= 19) ? 'undici-8' : 'undici'
/** The folder of got in `node_modules`. */
export const gotName = major >= 22 ? 'got-15' : 'got'

/** The version that is installed, read from its package.json. */
export function versionOf(name) {
  return JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version
}

/** The namespace of undici. */
export function importUndici() {
  return import(undiciName)
}

/** The function `got`. */
export async function importGot() {
  return (await import(gotName)).default
}
