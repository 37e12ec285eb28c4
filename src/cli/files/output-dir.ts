import type { Stats } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { UsageError } from '../usage.ts'
import { fileNameFor } from './file-names.ts'
import { Names } from './names.ts'
import { OutputFile } from './output-file.ts'

/**
 * A directory that gets one file for each body; a file that has its name is whole. No file that was there is overwritten: a
 * name that is taken gets a number.
 */
export class OutputDir {
  readonly #path: string
  readonly #names = new Names()

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

  /** A file for what this URL, without credentials, holds. Nothing is made yet. */
  file(url: string): OutputFile {
    return new OutputFile(this.#path, this.#names, fileNameFor(url), url)
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
