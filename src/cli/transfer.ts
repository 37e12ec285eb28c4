import type { Client, RequestRef, ResponseHead } from '../index.ts'
import type { OpenedPart, OutputFile } from './files/output-file.ts'
import { keepable, type Part, rangeHeaders, resumeAction, totalOf } from './files/resume.ts'
import type { Header } from './get-arguments.ts'
import type { Meter, Progress } from './progress/progress.ts'
import type { Trace } from './result.ts'

/** What transfers share. */
export interface TransferContext {
  readonly client: Client
  readonly progress: Progress
  /** Parts are gone on with, and kept. */
  readonly resumable: boolean
  /** Files that are there are not requested. */
  readonly continues: boolean
}

/** Makes the request of one URL, with these headers besides its own. */
export type MakeRequest = (headers: readonly Header[]) => RequestRef

/** An answer, and what earlier bytes it goes behind. */
interface Answered {
  readonly ref: RequestRef
  readonly head: ResponseHead
  readonly behind: { readonly part: Part; readonly file: OpenedPart; readonly total: number } | null
}

/** The way of one URL's body, which it tells to its trace as it goes. */
export class Transfer {
  readonly trace: Trace
  /** What is to be told people when it is over. */
  readonly notes: string[] = []
  meter: Meter | null = null
  readonly #context: TransferContext
  readonly #name: string

  /** `name` is what progress calls it. */
  constructor(context: TransferContext, trace: Trace, name: string) {
    this.#context = context
    this.trace = trace
    this.#name = name
  }

  /** Gives the body to `write`, chunk by chunk. Rejects if the request fails. */
  async to(ref: RequestRef, write: (chunk: Uint8Array) => Promise<void> | undefined): Promise<void> {
    const head = await this.#head(ref)
    this.#begin(this.#name, lengthOf(head))
    for await (const chunk of ref) {
      await write(chunk)
      this.#count(chunk.length)
    }
  }

  /** Saves the body, if its status is below 400. Rejects if that fails; then `file.kept` bytes are kept for another time. */
  async toFile(file: OutputFile, request: MakeRequest): Promise<void> {
    const { resumable, continues } = this.#context
    const part = resumable ? await file.part() : null
    if (part === null && continues && (await file.isThere())) {
      this.trace.skipped = true
      this.trace.file = file.path
      this.notes.push('already there')
      return
    }
    const { ref, head, behind } = await this.#answer(file, part, request)
    if (head.status >= 400) return this.#discard(ref)
    const from = behind?.part.bytes ?? 0
    const kept = behind === null ? (resumable ? keepable(head) : null) : { ...behind.part, total: behind.total }
    this.trace.resumedFrom = from
    this.#begin(file.names.name, behind?.total ?? lengthOf(head), from)
    await file.save(ref, { behind, keepable: kept, onBytes: count => this.#count(count) })
    if (behind !== null) this.notes.push(`went on behind the ${from} bytes that were kept`)
    else if (part !== null && head.status === 200) {
      await file.forgetPart()
      this.notes.push('started over: the server did not go on with what was kept')
    }
    this.trace.file = file.path
    const { name, wanted } = file.names
    if (name !== wanted) this.notes.push(`saved as ${name}, because ${wanted} was taken`)
  }

  /** Asks for what is missing, and if that cannot be had, for the whole. */
  async #answer(file: OutputFile, part: Part | null, request: MakeRequest): Promise<Answered> {
    const ref = request(part === null ? [] : rangeHeaders(part))
    const head = await this.#head(ref)
    if (part === null) return { ref, head, behind: null }
    const action = resumeAction(part, head)
    if (action === 'whole') return { ref, head, behind: null }
    const opened = action === 'append' ? await file.take(part) : null
    if (opened !== null) return { ref, head, behind: { part, file: opened, total: totalOf(part, head) } }
    this.#context.client.cancel(ref)
    const second = request([])
    return { ref: second, head: await this.#head(second), behind: null }
  }

  async #head(ref: RequestRef): Promise<ResponseHead> {
    this.trace.ref = ref
    this.trace.head = null
    this.trace.head = await this.#context.client.recvHead(ref)
    return this.trace.head
  }

  #begin(name: string, length: number | null, from = 0): void {
    this.meter = this.#context.progress.begin(name, length, from)
  }

  #count(bytes: number): void {
    this.trace.bytes += bytes
    this.meter?.add(bytes)
  }

  async #discard(ref: RequestRef): Promise<void> {
    for await (const chunk of ref) this.trace.bytes += chunk.length
  }
}

function lengthOf({ headers }: ResponseHead): number | null {
  const length = headers.get('content-length')
  return length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null
}
