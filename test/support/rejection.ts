/** What a promise rejects with. Throws if it resolves. */
export async function rejectionOf<E = Error & { readonly code?: string }>(promise: PromiseLike<unknown>): Promise<E> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error as E
  }
  throw new Error(`resolved with ${String(value)}, where a rejection was expected`)
}

/** What a call throws. Fails if it returns. */
export function thrownBy<E = Error & { readonly code?: string; readonly argument?: string }>(call: () => unknown): E {
  let value: unknown
  try {
    value = call()
  } catch (error) {
    return error as E
  }
  if (value instanceof Promise) value.catch(() => {})
  throw new Error(`returned ${String(value)}, where a throw was expected`)
}
