// What the rows have in common: servers on loopback, clocks, and calls through node:http.
import { createServer, get } from 'node:http'

/** Resolves after so many milliseconds. */
export const delay = ms => new Promise(resolve => setTimeout(resolve, ms))

/** A signal that fires with an `AbortError` after so many milliseconds. */
export function abortIn(ms) {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), ms)
  return controller.signal
}

/**
 * Starts a server, `node:http`'s unless another one is given. `arrived` resolves when the first request has come;
 * `sockets()` counts the connections that it ever accepted. Nothing is closed: each contender's process just ends.
 */
export async function serve(answer, server = createServer()) {
  let sockets = 0
  const arrived = new Promise(resolve => server.once('request', resolve))
  server.on('request', answer).on('connection', () => sockets++)
  await new Promise(resolve => server.listen(0, '127.0.0.1', 1_024, resolve))
  return { origin: `http://127.0.0.1:${server.address().port}`, arrived, sockets: () => sockets }
}

/**
 * Sends a request to a server that answers it after `answerMs`, and when it has arrived there a second one, with the
 * options that `secondOptions` gives, which is answered at once. The result is how long the second one takes.
 */
export async function secondOfTwo(answerMs, send, secondOptions = () => ({})) {
  let asked = 0
  const answer = (_, response) => delay(asked++ === 0 ? answerMs : 0).then(() => response.end('ok'))
  const { origin, arrived } = await serve(answer)
  send(origin, {}).then(takeBody)
  await arrived
  return timeOf(() => send(origin, secondOptions()))
}

/**
 * Asks for `/`, whose body of so many bytes `leaveUnread` does not read, and 50 ms later for another page. The result is
 * how long that one takes, at most 2 s.
 */
export async function secondAfterUnread(bytes, leaveUnread, send) {
  const { origin } = await serve((request, response) => response.end(Buffer.alloc(request.url === '/' ? bytes : 2)))
  await leaveUnread(`${origin}/`)
  await delay(50)
  return timeOf(() => send(`${origin}/next`), 2_000)
}

/** How long a call took to settle, in whole milliseconds, and how; `value` is `null` if it did not within `limitMs`. */
export async function timeOf(call, limitMs = 3_000) {
  const start = performance.now()
  const settled = call().then(
    answer => ({ answered: true, said: `answered ${answer.status ?? answer.statusCode}` }),
    error => ({ answered: false, said: typeof error.code === 'string' ? error.code : error.name }),
  )
  const result = await Promise.race([settled, delay(limitMs)])
  if (result === undefined)
    return { value: null, answered: false, said: `nothing after ${limitMs.toLocaleString('en')} ms` }
  return { value: Math.round(performance.now() - start), ...result }
}

/** A whole answer through `node:http`, without its bytes. A `timeout` destroys the request, as Node's manual advises. */
export function nodeGet(url, options = {}) {
  return new Promise((resolve, reject) => {
    const request = get(url, options, response => response.resume().once('end', () => resolve(response)))
    request.once('error', reject).once('timeout', () => request.destroy(new Error('timeout')))
  })
}

/** A whole answer through `node:http`, with its bytes. */
export function nodeBytes(url, options) {
  return new Promise((resolve, reject) => {
    const request = get(url, options, response => {
      const chunks = []
      response.on('data', chunk => chunks.push(chunk)).once('error', reject)
      response.once('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }))
    })
    request.once('error', reject)
  })
}

/**
 * CPU time of this process in µs a request, over 0.35 s of CPU time: 50 loops that send one request after the other.
 * Before it 3,000 requests and more go unmeasured, for V8 to compile what they run. `request` resolves to the `server`
 * header and the bytes of the answer, which are checked.
 */
export async function cpuPerRequest(request) {
  await loops(request, { requests: 3_000, cpuMs: 300, atMostMs: 4_500 })
  const { micros, requests } = await loops(request, { requests: 0, cpuMs: 350, atMostMs: 1_500 })
  return { value: micros / requests, requests }
}

/** An undici handler that keeps one header and counts the body, of the shape that this version runs without a wrapper. */
export function bareHandler(undici, resolve) {
  let server = ''
  let byteLength = 0
  const end = () => resolve([server, { byteLength }])
  if ('Dispatcher1Wrapper' in undici) {
    return {
      onRequestStart() {},
      onResponseStart: (_, _status, headers) => void (server = headers['server']),
      onResponseData: (_, chunk) => void (byteLength += chunk.length),
      onResponseEnd: end,
      onResponseError: (_, error) => resolve(Promise.reject(error)),
    }
  }
  return {
    onConnect() {},
    onHeaders(_status, raw) {
      const at = raw.findIndex(name => name.length === 6 && name.latin1Slice() === 'Server')
      server = raw[at + 1].latin1Slice()
      return true
    },
    onData: chunk => (byteLength += chunk.length) > 0,
    onComplete: end,
    onError: error => resolve(Promise.reject(error)),
  }
}

/** A body that is not taken would keep its connection; each client has its own word for it. */
function takeBody(answer) {
  return answer.arrayBuffer?.() ?? answer.body?.dump?.()
}

/** Ends by CPU time, so that a busy machine makes it longer and not less exact. */
async function loops(request, least) {
  const before = process.cpuUsage()
  const start = performance.now()
  let requests = 0
  let micros = 0
  let running = true
  const goOn = () => {
    const { user, system } = process.cpuUsage(before)
    micros = user + system
    if (performance.now() - start > least.atMostMs) return false
    return requests < least.requests || micros < least.cpuMs * 1_000
  }
  const loop = async () => {
    while (running) {
      const [server, { byteLength }] = await request()
      if (server !== 'versus' || byteLength !== 27) throw new Error('wrong answer')
      if (++requests % 50 === 0) running = goOn()
    }
  }
  await Promise.all(Array.from({ length: 50 }, loop))
  goOn()
  return { micros, requests }
}
