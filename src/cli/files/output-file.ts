import { randomUUID } from 'node:crypto'
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Names } from './names.ts'
import { PartFile } from './part-file.ts'
import type { Keepable, Part } from './resume.ts'

/** How a body is saved. */
export interface SaveOptions {
  /** Where the rest goes that this body is, and how long the whole is. `null`: the body is all. */
  readonly behind: { readonly part: Part; readonly file: OpenedPart; readonly total: number } | null
  /** What makes it worth keeping if it breaks off; `null` keeps nothing. */
  readonly keepable: Keepable | null
  /** Called for the bytes of each chunk that was written. */
  onBytes(count: number): void
}

/** A part that was taken up, on its way to become the whole. */
export interface OpenedPart {
  readonly handle: FileHandle
  readonly temporary: string
}

/** The file of one body. */
export class OutputFile {
  /** Bytes that were kept of a body that broke off. */
  kept = 0
  readonly #directory: string
  readonly #names: Names
  readonly #wanted: string
  readonly #part: PartFile
  #name: string

  constructor(directory: string, names: Names, wanted: string, url: string) {
    this.#directory = directory
    this.#names = names
    this.#wanted = wanted
    this.#part = new PartFile(directory, url)
    this.#name = names.plan(wanted)
  }

  /** Its name, and the one it would have if that were free. */
  get names(): { readonly name: string; readonly wanted: string } {
    return { name: this.#name, wanted: this.#wanted }
  }

  /** Its path, which is relative if that of its directory is. */
  get path(): string {
    return join(this.#directory, this.#name)
  }

  /** A plain file of its name is there. */
  async isThere(): Promise<boolean> {
    const stats = await lstat(this.path).catch(() => null)
    return stats?.isFile() ?? false
  }

  /** What an earlier run kept of the same URL's body. */
  part(): Promise<Part | null> {
    return this.#part.look()
  }

  /** Opens that part to go on with it. `null` if it is gone or another by now. What is opened must be saved. */
  async take(part: Part): Promise<OpenedPart | null> {
    const temporary = this.#temporary()
    const handle = await this.#part.take(part, temporary)
    if (handle !== null) return { handle, temporary }
    await rm(temporary, { force: true })
    return null
  }

  /**
   * Writes a body under a hidden name, and gives the file its own when it is whole. On failure nothing is left, or what is
   * keepable: see `kept`.
   */
  async save(body: AsyncIterable<Uint8Array>, { behind, keepable, onBytes }: SaveOptions): Promise<void> {
    const temporary = behind?.file.temporary ?? this.#temporary()
    try {
      const handle = behind?.file.handle ?? (await open(temporary, 'wx'))
      try {
        await this.#fill(handle, temporary, body, { behind, keepable, onBytes })
      } finally {
        await handle.close()
      }
      await this.#publish(temporary)
    } finally {
      await rm(temporary, { force: true })
    }
  }

  /** Forgets what was kept of this URL's body. */
  forgetPart(): Promise<void> {
    return this.#part.remove()
  }

  async #fill(
    handle: FileHandle,
    temporary: string,
    body: AsyncIterable<Uint8Array>,
    { behind, keepable, onBytes }: SaveOptions,
  ): Promise<void> {
    const total = behind?.total ?? Infinity
    let bytes = behind?.part.bytes ?? 0
    let isTooLong = false
    try {
      for await (const chunk of body) {
        isTooLong = bytes + chunk.length > total
        if (isTooLong) break
        await writeAll(handle, chunk, bytes)
        bytes += chunk.length
        onBytes(chunk.length)
      }
    } catch (error) {
      await this.#keep(handle, temporary, bytes, keepable)
      throw error
    }
    if (isTooLong || (behind !== null && bytes !== total)) {
      throw new Error('the server sent a range of another length than it said; run it again to get the whole')
    }
  }

  /** The failure that is being told matters more than one in here. */
  async #keep(handle: FileHandle, temporary: string, bytes: number, keepable: Keepable | null): Promise<void> {
    if (keepable === null || bytes === 0 || (keepable.total !== null && bytes >= keepable.total)) return
    try {
      await this.#part.keep(handle, temporary, { bytes, total: keepable.total, validator: keepable.validator })
      this.kept = bytes
    } catch {}
  }

  #temporary(): string {
    return join(this.#directory, `.hansom-${randomUUID()}`)
  }

  async #publish(temporary: string): Promise<void> {
    await this.#claim()
    await rename(temporary, this.path).catch(async error => {
      await rm(this.path, { force: true })
      throw error
    })
  }

  /** Takes the name with an empty file, which `rename` replaces: there is no moment at which another could get it. */
  async #claim(): Promise<void> {
    for (;;) {
      try {
        const file = await open(this.path, 'wx')
        return await file.close()
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        this.#name = this.#names.plan(this.#wanted)
      }
    }
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let from = 0; from < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, from, bytes.length - from, position + from)
    from += bytesWritten
  }
}
