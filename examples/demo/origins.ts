// The servers of the demo, in a process of their own: what they count is not what the client believes.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { generate } from 'selfsigned'
import { type Host, hosts } from './hosts.ts'
import type { OriginCounts, OriginsReply, OriginsRequest } from './origins-process.ts'
import { forgedAnswer, serve } from './serve.ts'
import { LoopStalls } from './stalls.ts'

/** One server and what it saw. */
class Origin {
  readonly host: Host
  readonly server: Server
  /** Sockets that neither side has ended. */
  readonly open = new Set<Socket>()
  readonly counts = { accepted: 0, peak: 0, requests: 0, poisoned: 0, reusedPoisoned: 0, cut: [] as string[] }
  /** Got bytes or a FIN that end their use: a request on one of them is a broken promise. */
  readonly #poisoned = new WeakSet<Socket>()

  constructor(host: Host, certificate: { readonly key: string; readonly cert: string }) {
    this.host = host
    this.server = host.secure
      ? createTlsServer(certificate, socket => this.#serve(socket))
      : createServer({ allowHalfOpen: true, noDelay: true }, socket => this.#serve(socket))
    this.server.on('connection', (socket: Socket) => this.#accepted(socket))
  }

  async listen(): Promise<string> {
    const { address, secure } = this.host
    // Linux has all of 127.0.0.0/8; other systems may have 127.0.0.1 only, where the ports tell the hosts apart.
    await this.#listenAt(address).catch(() => this.#listenAt('127.0.0.1'))
    const bound = this.server.address() as AddressInfo
    return `${secure ? 'https' : 'http'}://${bound.address}:${bound.port}`
  }

  poison(socket: Socket): void {
    this.counts.poisoned++
    this.#poisoned.add(socket)
  }

  /** While the client is idle: every second open connection gets an answer that it did not ask for, the others a FIN. */
  async poke(): Promise<void> {
    const sockets = [...this.open]
    await Promise.all(
      sockets.map((socket, index) => {
        this.poison(socket)
        return new Promise<void>(done => {
          if (index % 2 === 0) socket.write(forgedAnswer, () => done())
          else socket.end(() => done())
        })
      }),
    )
  }

  async #listenAt(address: string): Promise<void> {
    await once(this.server.listen(0, address), 'listening')
  }

  #accepted(socket: Socket): void {
    this.counts.accepted++
    this.open.add(socket)
    const gone = (): void => void this.open.delete(socket)
    socket.on('end', gone).on('error', gone).on('close', gone)
    // A client that closes one socket and opens the next does so in this order, but the news may come in one batch, the
    // end of a socket whose last bytes are unread a poll later.
    setImmediate(() => {
      const open = this.open.size
      setImmediate(() => {
        this.counts.peak = Math.max(this.counts.peak, Math.min(open, this.open.size))
      })
    })
  }

  #serve(socket: Socket): void {
    serve(socket, this.host, {
      next: () => this.counts.requests++,
      asked: () => {
        if (this.#poisoned.has(socket)) this.counts.reusedPoisoned++
      },
      cut: path => void this.counts.cut.push(path),
      poison: () => this.poison(socket),
    })
  }
}

const addresses = ['127.0.0.1', ...hosts.map(({ address }) => address)]
const certificate = await generate([{ name: 'commonName', value: 'hansom demo' }], {
  keyType: 'ec',
  algorithm: 'sha256',
  extensions: [{ name: 'subjectAltName', altNames: addresses.map(address => ({ type: 7, ip: address })) }],
})
const origins = hosts.map(host => new Origin(host, { key: certificate.private, cert: certificate.cert }))
const urls: Record<string, string> = {}
for (const origin of origins) urls[origin.host.name] = await origin.listen()
const stalls = new LoopStalls()

process.on('message', async (request: OriginsRequest) => {
  if (request.ask === 'poke') {
    const origin = origins.find(({ host }) => host.name === request.host)!
    await origin.poke()
    return reply({ type: 'poked' })
  }
  const counts: Record<string, OriginCounts> = {}
  for (const { host, open, counts: seen } of origins) counts[host.name] = { ...seen, open: open.size }
  reply({ type: 'counts', counts, worstStallMs: stalls.takeWorstMs() })
})
// The client's process is gone: so are we.
process.on('disconnect', () => process.exit(0))
reply({ type: 'ready', urls, ca: certificate.cert })

function reply(message: OriginsReply): void {
  process.send!(message)
}
