/** One host of the demo: how its server behaves, and what the client asks of it. */
export interface Host {
  readonly name: string
  /** Each host has a loopback address of its own. */
  readonly address: string
  readonly secure: boolean
  /** For the report. */
  readonly about: string
  /** How long its server thinks about each answer. */
  readonly delayMs: number
  /** What its server does wrong, one after the other. */
  readonly faults: readonly Fault[]
  /** One request in so many meets a fault. */
  readonly faultEvery: number
  /** The client's limit; smaller than the number of workers, so that a queue forms. */
  readonly maxConnections: number
  readonly requests: number
  /** How many send at the same time. */
  readonly workers: number
  /** A worker's rest between two requests. */
  readonly pauseMs: number
  /** One request in so many is cancelled; 0 is none. */
  readonly cancelEvery: number
}

/**
 * `reset`: RST in place of an answer. `cut-*`: an answer whose body ends too early. `noise`: bytes that are no HTTP.
 * `forged`: a good answer, and behind it in the same packet a second one that nobody asked for.
 */
export type Fault = 'reset' | 'cut-by-reset' | 'cut-by-end' | 'cut-chunked' | 'noise' | 'forged'

const usual = { secure: false, delayMs: 0, faults: [], faultEvery: 0, maxConnections: 4, workers: 16, cancelEvery: 0 }

/** The hosts of the demo. Their numbers are such that each is busy for about three seconds. */
export const hosts: readonly Host[] = [
  {
    ...usual,
    name: 'fast',
    address: '127.0.0.2',
    about: 'answers at once',
    maxConnections: 6,
    requests: 1_600,
    workers: 24,
    pauseMs: 40,
  },
  {
    ...usual,
    name: 'slow',
    address: '127.0.0.3',
    about: 'thinks for 80 ms; we lose patience with one request in 20',
    delayMs: 80,
    maxConnections: 6,
    requests: 220,
    workers: 24,
    pauseMs: 0,
    cancelEvery: 20,
  },
  {
    ...usual,
    name: 'flaky',
    address: '127.0.0.4',
    about: 'resets connections and cuts bodies short',
    faults: ['reset', 'cut-by-reset', 'cut-by-end', 'cut-chunked'],
    faultEvery: 6,
    requests: 500,
    pauseMs: 80,
  },
  {
    ...usual,
    name: 'garbage',
    address: '127.0.0.5',
    about: 'sends noise, and answers that nobody asked for',
    faults: ['noise', 'forged'],
    faultEvery: 8,
    requests: 500,
    pauseMs: 80,
  },
  {
    ...usual,
    name: 'tls',
    address: '127.0.0.6',
    secure: true,
    about: 'speaks https, with a certificate made a moment ago',
    requests: 500,
    pauseMs: 80,
  },
  {
    ...usual,
    name: 'moody',
    address: '127.0.0.7',
    about: 'a good server, but our own pool policy for it throws now and then',
    delayMs: 10,
    requests: 700,
    pauseMs: 20,
  },
]
