import { ResponseParser } from '../wire/http1/response-parser.ts'
import type { WireOptions } from '../wire/message.ts'

const maxSpare = 64
const pools = new WeakMap<WireOptions, ParserPool>()

/** Parsers between two exchanges. An idle connection needs none, and thousands of them would be most of its memory. */
export class ParserPool {
  readonly #limits: WireOptions
  readonly #spare: ResponseParser[] = []

  constructor(limits: WireOptions) {
    this.#limits = limits
  }

  /** The pool of all connections with these limits: those of a client share one object. */
  static of(limits: WireOptions): ParserPool {
    let pool = pools.get(limits)
    if (pool === undefined) {
      pool = new ParserPool(limits)
      pools.set(limits, pool)
    }
    return pool
  }

  take(): ResponseParser {
    return this.#spare.pop() ?? new ResponseParser(this.#limits)
  }

  /** Takes back a parser whose response was complete. One that threw or was given up is of no more use. */
  give(parser: ResponseParser): void {
    if (this.#spare.length < maxSpare) this.#spare.push(parser)
  }
}
