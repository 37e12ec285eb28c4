/**
 * Works on the items, at most `limit` at once, each begun in its turn as soon as it comes and there is room. Resolves when
 * all are done, or when those that run are after `signal` aborted. Rejects with the first error of the work or the items,
 * when nothing runs any more.
 */
export async function atMost<T>(
  limit: number,
  items: AsyncIterable<T>,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  let running = 0
  let failed = false
  let failure: unknown
  let wake = (): void => {}
  const isOver = (): boolean => failed || signal.aborted
  const fail = (error: unknown): void => {
    if (!failed) failure = error
    failed = true
  }
  // One promise at a time: a race with one that lives as long as the list would remember each of its items.
  const woken = (): Promise<void> => new Promise(resolve => (wake = resolve))
  const begin = (item: T): void => {
    running++
    work(item)
      .catch(fail)
      .finally(() => {
        running--
        wake()
      })
  }
  const stop = (): void => wake()
  signal.addEventListener('abort', stop)
  try {
    let done = false
    while (!done && !isOver()) {
      if (running >= limit) {
        await woken()
        continue
      }
      let next: IteratorResult<T> | null = null
      const pulled = iterator.next().then(result => (next = result), fail)
      // What is done meanwhile makes room, which says nothing about the next item.
      pulled.then(() => wake())
      while (next === null && !isOver()) await woken()
      const result = next as IteratorResult<T> | null
      if (result === null) break
      if (result.done) done = true
      else if (!isOver()) begin(result.value)
    }
    while (running > 0) await woken()
  } finally {
    signal.removeEventListener('abort', stop)
  }
  if (failed) throw failure
}
