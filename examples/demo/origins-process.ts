import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What the servers are asked. */
export type OriginsRequest = { readonly ask: 'counts' } | { readonly ask: 'poke'; readonly host: string }

/** What they answer. */
export type OriginsReply =
  | { readonly type: 'ready'; readonly urls: Readonly<Record<string, string>>; readonly ca: string }
  | { readonly type: 'counts'; readonly counts: Readonly<Record<string, OriginCounts>>; readonly worstStallMs: number }
  | { readonly type: 'poked' }

/** What one server saw. */
export interface OriginCounts {
  /** Sockets open now. */
  readonly open: number
  /** … and at most at one time. */
  readonly peak: number
  readonly accepted: number
  readonly requests: number
  /** Connections that must not be used again, and requests that came on one of them nevertheless. */
  readonly poisoned: number
  readonly reusedPoisoned: number
  /** Paths whose answer was cut short. */
  readonly cut: readonly string[]
}

/** The process of the servers, from outside. One question at a time. */
export class OriginsProcess {
  /** Origins by the name of the host. */
  readonly urls: Readonly<Record<string, string>>
  /** The authority to trust for the one that speaks https. */
  readonly ca: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, ready: Extract<OriginsReply, { type: 'ready' }>) {
    this.#child = child
    this.urls = ready.urls
    this.ca = ready.ca
  }

  /** Starts the servers, with the loader that runs this file. */
  static async start(): Promise<OriginsProcess> {
    const child = fork(fileURLToPath(new URL('origins.ts', import.meta.url)))
    child.on('exit', code => {
      if (code !== 0) throw new Error(`the process of the servers ended with ${code}`)
    })
    return new OriginsProcess(child, await replyOf(child, 'ready'))
  }

  async counts(): Promise<Extract<OriginsReply, { type: 'counts' }>> {
    return this.#ask({ ask: 'counts' }, 'counts')
  }

  /** Makes a server send bytes, or a FIN, on each of its idle connections; resolves when they have left. */
  async poke(host: string): Promise<void> {
    await this.#ask({ ask: 'poke', host }, 'poked')
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect()
  }

  #ask<T extends OriginsReply['type']>(request: OriginsRequest, type: T): Promise<Extract<OriginsReply, { type: T }>> {
    this.#child.send(request)
    return replyOf(this.#child, type)
  }
}

async function replyOf<T extends OriginsReply['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<OriginsReply, { type: T }>> {
  const [reply] = (await once(child, 'message')) as [OriginsReply]
  if (reply.type !== type) throw new Error(`the servers answered ${reply.type}, not ${type}`)
  return reply as Extract<OriginsReply, { type: T }>
}
