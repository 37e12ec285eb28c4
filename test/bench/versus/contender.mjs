// Runs one contender of one row and prints its result as a line of JSON: node contender.mjs ROW CONTENDER [ORIGIN]
import { loadPeer, peerOf } from './peers.mjs'

const [, , row, contender, origin] = process.argv

async function result() {
  try {
    const { contenders } = await import(`./rows/${row}.mjs`)
    const peer = peerOf(contender)
    return await contenders[contender](peer === undefined ? {} : await loadPeer(peer), origin)
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}

// Servers, sockets and requests that hang are not worth closing one by one.
process.stdout.write(`${JSON.stringify(await result())}\n`, () => process.exit(0))
