/**
 * Runs `act` and gives what it and the loop's next turn leave uncaught, in order. Takes the place of the test runner's own
 * listeners meanwhile, so one call at a time.
 */
export async function uncaughtBy(act: () => void | Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = []
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', error => errors.push(error))
  try {
    await act()
    // xstate throws from a timer of no delay; one made after it runs after it.
    await new Promise(resolve => setTimeout(resolve, 0))
    await new Promise(resolve => setImmediate(resolve))
  } finally {
    process.removeAllListeners('uncaughtException')
    for (const listener of listeners) process.on('uncaughtException', listener)
  }
  return errors
}
