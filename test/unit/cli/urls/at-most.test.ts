import { describe, expect, it } from 'vitest'
import { atMost } from '../../../../src/cli/urls/at-most.ts'

/** Gives 1, 2, 3 and so on, and counts what was asked for. */
class Numbers {
  given = 0
  readonly #end: number

  constructor(end: number) {
    this.#end = end
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    while (this.given < this.#end) yield ++this.given
  }
}

/** Work that ends when it is told to. */
class Works {
  peak = 0
  readonly begun: number[] = []
  readonly #running = new Map<number, { resolve(): void; reject(error: Error): void }>()

  readonly begin = (item: number): Promise<void> => {
    this.begun.push(item)
    return new Promise((resolve, reject) => {
      this.#running.set(item, { resolve, reject })
      this.peak = Math.max(this.peak, this.#running.size)
    })
  }

  end(item: number, error?: Error): void {
    const { resolve, reject } = this.#running.get(item)!
    this.#running.delete(item)
    if (error === undefined) resolve()
    else reject(error)
  }

  endAll(): void {
    for (const item of [...this.#running.keys()]) this.end(item)
  }
}

/** Long enough for all that waits for nothing else. */
function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

const never = new AbortController().signal

describe('work on a list', () => {
  it('begins in its order, and asks for no more than there is room for', async () => {
    const numbers = new Numbers(10)
    const works = new Works()
    const all = atMost(3, numbers, never, works.begin)
    await turn()
    expect({ begun: works.begun, given: numbers.given }).toEqual({ begun: [1, 2, 3], given: 3 })
    works.end(2)
    await turn()
    expect(works.begun).toEqual([1, 2, 3, 4])
    for (let round = 0; round < 10; round++) {
      works.endAll()
      await turn()
    }
    await all
    expect(works.begun).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(works.peak).toBe(3)
  })

  it('begins all at once without a bound', async () => {
    const works = new Works()
    const all = atMost(Infinity, new Numbers(100), never, works.begin)
    await turn()
    expect(works.begun).toHaveLength(100)
    works.endAll()
    await all
  })

  it('begins each item when it comes, while others run', async () => {
    let come = (_: number): void => {}
    async function* slow(): AsyncGenerator<number> {
      yield 1
      yield await new Promise<number>(resolve => (come = resolve))
    }
    const works = new Works()
    const all = atMost(2, slow(), never, works.begin)
    await turn()
    works.end(1)
    await turn()
    come(2)
    await turn()
    expect(works.begun).toEqual([1, 2])
    works.endAll()
    await all
  })

  it('stops at a signal, though the next item never comes, when what runs is over', async () => {
    const controller = new AbortController()
    async function* stuck(): AsyncGenerator<number> {
      yield 1
      await new Promise(() => {})
    }
    const works = new Works()
    let over = false
    const all = atMost(2, stuck(), controller.signal, works.begin).then(() => (over = true))
    await turn()
    controller.abort()
    await turn()
    expect(over).toBe(false)
    works.endAll()
    await all
  })

  it('stops at a signal while there is no room', async () => {
    const controller = new AbortController()
    const works = new Works()
    const all = atMost(1, new Numbers(5), controller.signal, works.begin)
    await turn()
    controller.abort()
    works.endAll()
    await all
    expect(works.begun).toEqual([1])
  })

  it('rejects with the first failure of the work, when what runs is over', async () => {
    const works = new Works()
    const all = atMost(2, new Numbers(5), never, works.begin)
    await turn()
    works.end(1, new Error('first'))
    await turn()
    works.end(2, new Error('second'))
    await expect(all).rejects.toThrow('first')
    expect(works.begun).toEqual([1, 2])
  })

  it('rejects with a failure of the list', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1
      throw new Error('unreadable')
    }
    await expect(atMost(2, broken(), never, async () => {})).rejects.toThrow('unreadable')
  })

  it('is done with an empty list', async () => {
    await atMost(1, new Numbers(0), never, async () => {})
  })
})
