/** Anything that takes messages. An actor knows its owner only as this, so nothing imports upward. */
export interface Recipient<M> {
  send(message: M): void
}

/** Makes the compiler prove that a union was handled whole; at run time, an unknown message is a crash. */
export function assertNever(value: never): never {
  const type = (value as { type?: unknown })?.type
  throw new TypeError(`unknown message ${String(type ?? value)}`)
}
