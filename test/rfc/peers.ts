import { request as nodeRequest } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PROJECT_ROOT } from '../support/project-root.ts'
import { rawServer } from '../support/raw-server.ts'
import { readResponse } from '../unit/wire/record.ts'

/**
 * What a client made of a response: `200 OK [a: b] "body" [trailer: x]`, with `102+` before it for each informational
 * response; or `refused`. Names are in lower case.
 */
export type Reading = string

/** A client that asks for `url`. */
export type Peer = (url: string, method: string) => Promise<Reading>

/** What of undici is used here. It has no types where it is not installed. */
interface Undici {
  readonly Client: new (origin: string) => UndiciClient
}
interface UndiciClient {
  request(options: object): Promise<UndiciAnswer>
  destroy(): Promise<void>
}
interface UndiciAnswer {
  readonly statusCode: number
  readonly statusText: string
  readonly headers: readonly string[]
  readonly trailers: Readonly<Record<string, string | string[]>>
  readonly body: { arrayBuffer(): Promise<ArrayBuffer> }
}

/** undici as the benchmarks have it, or `null` where they are not installed. */
export const undici: Undici | null = loadUndici()

/** Serves `inputs[i]` at `/i`, and ends the connection behind it. */
export async function serving<T>(
  inputs: readonly string[],
  use: (url: (i: number) => string) => Promise<T>,
): Promise<T> {
  await using server = await rawServer({
    onHead({ connection, target }) {
      void connection.write(Buffer.from(inputs[Number(target.slice(1))]!, 'latin1'))
      connection.end()
    },
  })
  return await use(i => server.url(`/${i}`))
}

/** Reads the response with this project's parser. */
export function readByParser(input: string, method: string): Reading {
  const { log, body, done } = readResponse(input, { method, eof: true })
  if (!done) return 'refused'
  const informed = log.filter(line => line.startsWith('informed')).map(line => Number(line.split(' ')[2]))
  const [, status, reason, fields] = /^head 1\.\d (\d+) (.*?) (\[.*\])$/.exec(log.at(-2)!)!
  const end = log.at(-1)!.slice('end '.length)
  const trailers = end === '' ? [] : (JSON.parse(end) as string[][])
  return show(informed, Number(status), reason!, (JSON.parse(fields!) as string[][]).flat(), body, trailers.flat())
}

/** Reads the response with `node:http`. */
export const readByNode: Peer = (url, method) =>
  new Promise(resolve => {
    const informed: number[] = []
    const request = nodeRequest(url, { method, agent: false }, response => {
      let body = ''
      response.setEncoding('latin1')
      response.on('data', chunk => (body += chunk))
      response.on('error', () => resolve('refused'))
      response.on('end', () => {
        const { statusCode, statusMessage, rawHeaders, rawTrailers, complete } = response
        // Bytes that are wrong behind a complete response are an error of the request.
        setImmediate(() =>
          resolve(complete ? show(informed, statusCode!, statusMessage!, rawHeaders, body, rawTrailers) : 'refused'),
        )
      })
    })
    request.on('information', ({ statusCode }) => informed.push(statusCode))
    request.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(`upgraded ${response.statusCode}`)
    })
    request.on('error', () => resolve('refused'))
    request.end()
  })

/** Reads the response with undici. */
export const readByUndici: Peer = async (url, method) => {
  if (undici === null) throw new Error('undici is missing: npm ci --prefix test/bench')
  const { origin, pathname } = new URL(url)
  const client = new undici.Client(origin)
  try {
    const informed: number[] = []
    const onInfo = ({ statusCode }: { statusCode: number }): number => informed.push(statusCode)
    const answer = await client.request({ path: pathname, method, responseHeaders: 'raw', onInfo })
    const body = Buffer.from(await answer.body.arrayBuffer()).toString('latin1')
    const trailers = Object.entries(answer.trailers).flatMap(([name, values]) =>
      [values].flat().flatMap(value => [name, value]),
    )
    return show(informed, answer.statusCode, answer.statusText, answer.headers, body, trailers)
  } catch {
    return 'refused'
  } finally {
    await client.destroy()
  }
}

function show(
  informed: readonly number[],
  status: number,
  reason: string,
  fields: readonly string[],
  body: string,
  trailers: readonly string[],
): Reading {
  const before = informed.map(code => `${code}+`).join('')
  const parts = [`${before}${status} ${reason}`, `[${pairs(fields).join('; ')}]`, JSON.stringify(body)]
  // undici gives an object, which does not keep their order.
  if (trailers.length > 0) parts.push(`[${pairs(trailers).toSorted().join('; ')}]`)
  return parts.join(' ')
}

function pairs(list: readonly string[]): string[] {
  return list.flatMap((name, i) => (i % 2 === 0 ? [`${name.toLowerCase()}: ${list[i + 1]}`] : []))
}

function loadUndici(): Undici | null {
  try {
    return createRequire(join(PROJECT_ROOT, 'test/bench/package.json'))('undici') as Undici
  } catch {
    return null
  }
}
