import type { Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { UsageError } from '../usage.ts'
import { linesOf } from './line-reader.ts'
import { urlFault } from './url.ts'

/** What stands at one place of the list: a URL, or what is wrong there. */
export type UrlEntry = { readonly url: string; readonly fault: null } | { readonly url: null; readonly fault: string }

/** The URLs of the command line, and behind them those of a file or stdin, which are read when they are asked for. */
export class UrlList implements AsyncIterable<UrlEntry> {
  /** How many entries there are; `null` until the whole list was read. */
  count: number | null
  readonly #urls: readonly string[]
  readonly #name: string
  readonly #stream: Readable | null

  private constructor(urls: readonly string[], name: string, stream: Readable | null) {
    this.#urls = urls
    this.#name = name
    this.#stream = stream
    this.count = stream === null ? urls.length : null
  }

  /** `path` is that of the file, `-` for stdin, or `null`. Rejects with a `UsageError` if the file cannot be opened. */
  static async open(urls: readonly string[], path: string | null): Promise<UrlList> {
    if (path === null) return new UrlList(urls, '', null)
    return path === '-' ? new UrlList(urls, 'stdin', process.stdin) : new UrlList(urls, path, await streamOf(path))
  }

  /** Reads no more. */
  close(): void {
    this.#stream?.destroy()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<UrlEntry, void, void> {
    let count = 0
    for (const url of this.#urls) {
      count++
      yield { url, fault: null }
    }
    if (this.#stream === null) return
    try {
      for await (const { number, text, fault } of linesOf(this.#stream as AsyncIterable<Buffer>)) {
        if (text === '' || text?.startsWith('#')) continue
        count++
        const why = text === null ? `the line is ${fault}` : urlFault(text)
        yield why === null ? { url: text!, fault: null } : { url: null, fault: `${this.#name}, line ${number}: ${why}` }
      }
    } catch (error) {
      count++
      yield { url: null, fault: `${this.#name}: ${(error as Error).message}` }
    }
    this.count = count
  }
}

async function streamOf(path: string): Promise<Readable> {
  try {
    const file = await open(path)
    const stats: Stats = await file.stat()
    if (!stats.isDirectory()) return file.createReadStream()
    await file.close()
  } catch (error) {
    throw new UsageError(`--input-file: ${(error as Error).message}`)
  }
  throw new UsageError(`--input-file: ${path} is a directory`)
}
