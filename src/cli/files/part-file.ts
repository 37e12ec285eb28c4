import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isValidator, type Part } from './resume.ts'

/** Bytes of the last line of such a file, its line ends included. */
const maxNoteBytes = 4_096

/** Opens what is there, if it is not a link; a pipe is not waited for. */
const openFlags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * The file in which the beginning of a body is kept for the next run: the bytes, then one line of JSON. One file and not
 * two: renaming it is what makes it appear and what takes it away, so the bytes and what is known of them always fit, even
 * if two processes work in the directory.
 */
export class PartFile {
  readonly #path: string

  /** The URL's is known by a hash: it may hold secrets, and no file name is long enough for all. */
  constructor(directory: string, url: string) {
    this.#path = join(directory, `.hansom-${createHash('sha256').update(url).digest('hex').slice(0, 40)}.part`)
  }

  /** What it keeps; `null` if there is none, or none of ours. Changes nothing. */
  async look(): Promise<Part | null> {
    const file = await open(this.#path, openFlags).catch(() => null)
    if (file === null) return null
    try {
      return await readPart(file)
    } catch {
      return null
    } finally {
      await file.close()
    }
  }

  /**
   * Takes it away under another name, for which the caller is responsible then, and opens it, cut to the bytes of the body.
   * `null` if it is not any more what `look` had seen.
   */
  async take(seen: Part, temporary: string): Promise<FileHandle | null> {
    let file: FileHandle | null = null
    try {
      await rename(this.#path, temporary)
      file = await open(temporary, openFlags)
      const part = await readPart(file)
      if (part?.bytes === seen.bytes && part.validator === seen.validator) {
        await file.truncate(part.bytes)
        return file
      }
    } catch {
      // As if there were none.
    }
    await file?.close()
    return null
  }

  /** Takes it away for good. */
  async remove(): Promise<void> {
    await rm(this.#path, { force: true })
  }

  /** Keeps the open file `temporary`, of which `part.bytes` are good, in place of one that there may be. */
  async keep(file: FileHandle, temporary: string, part: Part): Promise<void> {
    const note = Buffer.from(`\n${JSON.stringify({ hansom: 1, ...part })}\n`)
    await file.truncate(part.bytes)
    await file.write(note, 0, note.length, part.bytes)
    await rename(temporary, this.#path)
  }
}

/** Only a plain file with one name, and of our own: else another user could give us a beginning of his choice. */
async function readPart(file: FileHandle): Promise<Part | null> {
  const stats = await file.stat()
  if (!stats.isFile() || stats.nlink !== 1 || stats.uid !== (process.getuid?.() ?? stats.uid)) return null
  const length = Math.min(stats.size, maxNoteBytes)
  const tail = Buffer.alloc(length)
  await file.read(tail, 0, length, stats.size - length)
  const start = tail.lastIndexOf(10, length - 2)
  return start < 0 ? null : partOf(tail.toString('utf8', start + 1), stats.size - length + start)
}

function partOf(note: string, bytesBefore: number): Part | null {
  const { hansom, bytes, total, validator } = JSON.parse(note) as Record<string, unknown>
  if (hansom !== 1 || bytes !== bytesBefore || bytesBefore === 0 || !isValidator(validator)) return null
  const isTotal = total === null || (Number.isSafeInteger(total) && (total as number) > bytesBefore)
  return isTotal ? { bytes: bytesBefore, total: total as number | null, validator } : null
}
