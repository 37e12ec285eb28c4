import type { ResponseMessage } from '../../src/index.ts'
import { Arrivals } from './arrivals.ts'

/** Takes the messages of a request and keeps them; `next` waits for one more. */
export class Recipient {
  readonly messages: ResponseMessage[] = []
  readonly #arrivals = new Arrivals<ResponseMessage>()

  /** The function to give as `streamTo`. */
  readonly take = (message: ResponseMessage): void => {
    this.messages.push(message)
    this.#arrivals.push(message)
  }

  get types(): string[] {
    return this.messages.map(({ type }) => type)
  }

  get text(): string {
    return this.messages.map(it => (it.type === 'chunk' ? Buffer.from(it.chunk).toString() : '')).join('')
  }

  next(): Promise<ResponseMessage> {
    return this.#arrivals.next()
  }

  async until(type: ResponseMessage['type']): Promise<void> {
    while ((await this.next()).type !== type);
  }
}

/** What is due has been delivered: messages leave in microtasks, sockets are polled twice. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise(resolve => setImmediate(resolve))
}
