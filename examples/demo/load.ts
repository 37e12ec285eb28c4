import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Client, RequestRef } from 'hansom'
import type { Host } from './hosts.ts'

/** What became of a request, as the one who sent it saw it. `wrong`: a success that was none. */
export type Verdict = 'ok' | 'wrong' | 'failed' | 'cancelled'

/** One request, from the outside. */
export interface Sent {
  readonly ref: RequestRef
  readonly host: string
  readonly path: string
  readonly part: string
  verdict: Verdict | 'open'
  /** The code of its error, or what was wrong. */
  why: string
}

/** Sends requests through one client, reads every answer whole, and checks that it is the one that was meant. */
export class Load {
  /** Every request that was made. */
  readonly sent: Sent[] = []
  readonly #client: Client
  readonly #urls: Readonly<Record<string, string>>

  constructor(client: Client, urls: Readonly<Record<string, string>>) {
    this.#client = client
    this.#urls = urls
  }

  /** A host's workers send until its requests are used up or the time is over. One that waited in vain gives up. */
  async run(host: Host, part: string, requests: number, deadlineMs: number): Promise<void> {
    let next = 0
    const work = async (worker: number): Promise<void> => {
      while (next < requests && performance.now() < deadlineMs) {
        const number = ++next
        const impatient = host.cancelEvery > 0 && number % host.cancelEvery === 0
        // From waiting in the queue to waiting for the answer: cancelling works in every phase.
        const signal = impatient ? cancelAfter((number * 7) % (5 * host.delayMs)) : undefined
        const { sent, finished } = this.send(host, part, `/${part}/${number}`, signal)
        await finished
        if (sent.why === 'ERR_HANSOM_TIMEOUT_QUEUE') return
        await pause(host.pauseMs * (0.75 + (worker % 8) / 16))
      }
    }
    await Promise.all(Array.from({ length: host.workers }, (_, worker) => work(worker)))
  }

  /** Sends one request. `finished` never rejects. */
  send(
    host: Host,
    part: string,
    path: string,
    signal?: AbortSignal,
  ): { readonly sent: Sent; readonly finished: Promise<void> } {
    const ref = this.#client.request(`${this.#urls[host.name]}${path}`, { signal })
    const sent: Sent = { ref, host: host.name, path, part, verdict: 'open', why: '' }
    this.sent.push(sent)
    return { sent, finished: this.#finish(sent, signal) }
  }

  async #finish(sent: Sent, signal: AbortSignal | undefined): Promise<void> {
    try {
      const { status, headers } = await this.#client.recvHead(sent.ref)
      const body = await this.#client.body(sent.ref)
      const hash = createHash('sha1').update(body).digest('hex')
      const meant = status === 200 && headers.get('x-path') === sent.path && headers.get('x-sha1') === hash
      sent.verdict = meant ? 'ok' : 'wrong'
      if (!meant) sent.why = `${headers.get('x-path')} for ${sent.path}, ${body.length} bytes with the hash ${hash}`
    } catch (error) {
      sent.verdict = signal?.aborted && error === signal.reason ? 'cancelled' : 'failed'
      sent.why = String((error as { code?: unknown }).code ?? error)
    }
  }
}

function cancelAfter(ms: number): AbortSignal {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), ms)
  return controller.signal
}
