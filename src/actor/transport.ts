/** What a socket tells its owner. Each call is made from the event loop, never from inside a call on the socket. */
export interface SocketHandler {
  /** The connection (or the TLS handshake) is made. */
  onConnect(): void
  /**
   * `length` bytes came, at the start of `buffer`; what lies behind them is stale. The buffer is the owner's only during
   * the call: copy what is kept. `false` stops reading until `resume()`.
   */
  onBytes(buffer: Buffer, length: number): boolean
  /** The peer ended its side. */
  onEnd(): void
  /** Every byte that was written has left for the kernel. */
  onFlushed(): void
  onError(error: Error): void
  /** The last call. It always comes, exactly once. */
  onClose(): void
}

/** A byte stream to a peer, as the actors see it: TCP, TLS, unix, a user's Duplex, or a test's fake. */
export interface TransportSocket {
  /** Who is told. The owner of the socket may change: a dial hands it to a connection. */
  handler: SocketHandler
  /** `ip:port`, `[ip]:port`, a path, or a word for what a user's own transport is. */
  readonly remoteAddress: string
  /** The protocol that TLS agreed on, or `null`. */
  readonly alpn: string | null
  /** Bytes written that the kernel (or the TLS layer) has not taken yet. */
  readonly pendingBytes: number
  /** False when the socket buffers more than it likes: wait for `onFlushed`. Strings are latin1. */
  write(data: string | Uint8Array): boolean
  pause(): void
  resume(): void
  /** Keeps the process alive while it is open: it is somebody's own now. Until then it does not. */
  ref(): void
  /** Ends our side after what was written. */
  end(): void
  /** Closes at once; `onClose` follows. */
  destroy(): void
}
