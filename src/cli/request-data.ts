import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { BodyInput } from '../index.ts'
import { UsageError } from './usage.ts'

/** What `--data` names. */
export interface RequestData {
  /** The body of one more request. */
  readonly open: () => BodyInput
  /** `null` if it is not known, or the body tells by itself. */
  readonly length: number | null
  /** It can be read only once. */
  readonly once: boolean
}

/** `STRING`, `@FILE` or `@-`, which is stdin. Rejects with a `UsageError` for what cannot be read. */
export async function requestData(text: string): Promise<RequestData> {
  if (!text.startsWith('@')) return { open: () => text, length: null, once: false }
  const path = text.slice(1)
  if (path === '') throw new UsageError('--data @ wants a file name behind the @, or - for stdin')
  if (path === '-') return { open: () => process.stdin as AsyncIterable<Uint8Array>, length: null, once: true }
  const stats = await stat(path).catch((error: Error) => {
    throw new UsageError(`--data: ${error.message}`)
  })
  if (stats.isDirectory()) throw new UsageError(`--data: ${path} is a directory`)
  return { open: () => fileBytes(path), length: stats.isFile() ? stats.size : null, once: !stats.isFile() }
}

/** Opened when the first byte is asked for, not while the request waits for its turn. */
async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path) as AsyncIterable<Buffer>
}
