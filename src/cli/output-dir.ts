import { randomUUID } from 'node:crypto'
import { createWriteStream, type Stats } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileNameFor, numbered } from './file-names.ts'
import { UsageError } from './usage.ts'

/**
 * A directory that gets one file for each body, whole or not at all. No file that was there is overwritten: a name that
 * is taken gets a number.
 */
export class OutputDir {
  readonly #path: string
  /** Names that are spoken for, so that each URL's does not depend on which is served first. */
  readonly #planned = new Set<string>()

  private constructor(path: string) {
    this.#path = path
  }

  /** Makes the directory if there is none. Rejects with a `UsageError` if it cannot. */
  static async at(path: string): Promise<OutputDir> {
    try {
      await makeDirectory(resolve(path))
    } catch (error) {
      throw new UsageError(`--output-dir: ${(error as Error).message}`)
    }
    return new OutputDir(path)
  }

  /** A file for what this URL holds. Nothing is made yet. */
  file(url: string): OutputFile {
    return new OutputFile(this.#path, this.#planned, fileNameFor(url))
  }
}

/** The file of one body. */
export class OutputFile {
  readonly #directory: string
  readonly #planned: Set<string>
  readonly #wanted: string
  #name: string

  constructor(directory: string, planned: Set<string>, wanted: string) {
    this.#directory = directory
    this.#planned = planned
    this.#wanted = wanted
    this.#name = this.#plan(wanted)
  }

  /** Its name, and the one it would have if that were free. */
  get names(): { readonly name: string; readonly wanted: string } {
    return { name: this.#name, wanted: this.#wanted }
  }

  /** Writes a body under a hidden name, and gives the file its own when it is whole. On failure nothing is left. */
  async save(body: AsyncIterable<Uint8Array>): Promise<void> {
    const temporary = join(this.#directory, `.hansom-${randomUUID()}`)
    try {
      await pipeline(body, createWriteStream(temporary, { flags: 'wx' }))
      await this.#publish(temporary)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  async #publish(temporary: string): Promise<void> {
    await this.#claim()
    const path = join(this.#directory, this.#name)
    await rename(temporary, path).catch(async error => {
      await rm(path, { force: true })
      throw error
    })
  }

  /** Takes the name with an empty file, which `rename` replaces: there is no moment at which another could get it. */
  async #claim(): Promise<void> {
    for (;;) {
      try {
        const file = await open(join(this.#directory, this.#name), 'wx')
        return await file.close()
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        this.#name = this.#plan(this.#wanted)
      }
    }
  }

  #plan(wanted: string): string {
    let name = wanted
    for (let number = 1; this.#planned.has(name); number++) name = numbered(wanted, number)
    this.#planned.add(name)
    return name
  }
}

/**
 * Makes a directory and those above it. Not by `recursive: true`: on Node 20 that never ends where the parent exists and
 * making the child still says ENOENT, as below `/proc`.
 */
async function makeDirectory(path: string): Promise<void> {
  const find = (name: string): Promise<Stats | null> => stat(name).catch(() => null)
  if ((await find(path))?.isDirectory()) return
  const parent = dirname(path)
  if (parent !== path && (await find(parent)) === null) await makeDirectory(parent)
  try {
    await mkdir(path)
  } catch (error) {
    // Another process may have been quicker.
    if (!(await find(path))?.isDirectory()) throw error
  }
}
