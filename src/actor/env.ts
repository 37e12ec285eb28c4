import type { SocketHandler, TransportSocket } from './transport.ts'

/** Milliseconds since some start, never going back. Fractions count. */
export interface Clock {
  now(): number
}

/** A pending timer. */
export interface TimerHandle {
  /** Cancelling twice, or after it ran, does nothing. */
  cancel(): void
}

/** Everything that makes code run later. Timers never keep the process alive; `hold` does. */
export interface Timers {
  /** Runs once, at least `delayMs` later. */
  after(delayMs: number, run: () => void): TimerHandle
  /** Runs once after the sockets have been polled (Node's `setImmediate`). Keeps the process alive until then. */
  immediate(run: () => void): TimerHandle
  /** Runs once when the current stack is empty. */
  microtask(run: () => void): void
  /** Keeps the process alive while held. Not counted: hold and let go by turns. */
  hold(): void
  letGo(): void
}

/** Chance. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number
}

/** One address of a name. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** Names to addresses. */
export interface Resolver {
  /**
   * Calls back once, never on the calling stack. The function that it returns gives the question up: then it does not
   * call back. Giving up twice, or after the answer, does nothing.
   */
  resolve(hostname: string, done: (error: Error | null, addresses: readonly ResolvedAddress[]) => void): () => void
}

/** Where a transport connection goes. */
export type TransportTarget =
  | { readonly kind: 'tcp'; readonly address: string; readonly family: 4 | 6; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** What a TLS handshake is told. */
export interface TlsTarget {
  readonly servername: string
  readonly alpn: readonly string[]
  /** Node's `tls.connect` options of the user. */
  readonly options: object
}

/** Makes sockets. Calls the handler later, never on the calling stack. */
export interface Transport {
  /** Starts to connect; `handler.onConnect` or `handler.onError` and `onClose` tell the outcome. */
  connect(target: TransportTarget, handler: SocketHandler): TransportSocket
  /** Starts a TLS handshake over a connected socket, which belongs to the new one from then on. */
  secure(socket: TransportSocket, target: TlsTarget, handler: SocketHandler): TransportSocket
}

/** All of the outside world that an actor may use. Injected everywhere, so that a test can own time, chance and I/O. */
export interface Env {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly transport: Transport
  readonly resolver: Resolver
}
