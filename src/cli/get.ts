import { type ArgumentError, type Client, createClient, type RequestRef } from '../index.ts'
import { fileNameFor } from './files/file-names.ts'
import { OutputDir } from './files/output-dir.ts'
import type { OutputFile } from './files/output-file.ts'
import { type GetArguments, getArguments, type Header } from './get-arguments.ts'
import { getHelp } from './get-help.ts'
import { Bars } from './progress/bars.ts'
import { finishedLine, frameOf, summaryLine } from './progress/layout.ts'
import { Progress } from './progress/progress.ts'
import { drawsBars } from './progress/wanted.ts'
import { failureLine, redirectLine, statusLine, timingLine } from './report.ts'
import { jsonLine, jsonResult, traceOf } from './result.ts'
import { Transfer, type TransferContext } from './transfer.ts'
import { atMost } from './urls/at-most.ts'
import { plainUrl } from './urls/url.ts'
import { type UrlEntry, UrlList } from './urls/url-list.ts'
import { priorityOf } from './urls/url-order.ts'
import { type Command, exitCodes, UsageError, type World } from './usage.ts'

/** `hansom get URL...` */
export const getCommand: Command = { synopsis: 'URL... [options]', summary: 'request URLs, write their bodies', run }

async function run(args: readonly string[], world: World): Promise<number> {
  const plan = await getArguments(args)
  if (plan === null) {
    await world.stdout.write(getHelp)
    return exitCodes.ok
  }
  const { interruption, messages } = world
  const directory = plan.outputDir === null ? null : await OutputDir.at(plan.outputDir)
  const list = await UrlList.open(plan.urls, plan.inputFile)
  const client = createClient(plan.client)
  const get = new Get(client, plan, directory, world)
  if (bars(plan)) messages.below = new Bars(process.stderr, (columns, rows) => get.frame(list.count, columns, rows))
  try {
    const all = atMost(plan.parallel, list, interruption.signal, entry => get.entry(entry))
    // A reader of stdout that does not read must not hold up the end; files must be put in order before.
    await (directory === null ? Promise.race([all, interruption.stopped]) : all)
    if (interruption.bySignal) messages.complain(get.interruptedLine())
    return interruption.exitCode ?? (get.succeeded === get.begun ? exitCodes.ok : exitCodes.failed)
  } finally {
    if (messages.below !== null && get.begun > 1) messages.line(get.summary(list.count))
    messages.below?.stop()
    messages.below = null
    list.close()
    await client.close({ withinMs: 0 })
  }
}

function bars({ progress, outputDir, json }: GetArguments): boolean {
  return drawsBars({
    allowed: progress,
    stderrIsTerminal: process.stderr.isTTY === true,
    stdoutIsTerminal: process.stdout.isTTY === true,
    stdoutIsUsed: outputDir === null || json,
    env: process.env,
  })
}

/** Requests what stands in the list, and tells about it. */
class Get {
  /** Entries of the list that were come to. */
  begun = 0
  succeeded = 0
  #kept = 0
  /** Resolves when stdout is free for the next body. */
  #turn: Promise<void> = Promise.resolve()
  readonly #plan: GetArguments
  readonly #directory: OutputDir | null
  readonly #world: World
  readonly #progress = new Progress()
  readonly #context: TransferContext

  constructor(client: Client, plan: GetArguments, directory: OutputDir | null, world: World) {
    this.#plan = plan
    this.#directory = directory
    this.#world = world
    const { resumable, continues } = plan
    this.#context = { client, progress: this.#progress, resumable, continues }
  }

  /** The lines to draw at the bottom of a terminal. */
  frame(expected: number | null, columns: number, rows: number): string[] {
    this.#progress.expected = expected
    return frameOf(this.#progress.view(), columns, rows)
  }

  /** How far it came, in a line. */
  summary(expected: number | null): string {
    this.#progress.expected = expected
    return summaryLine(this.#progress.view())
  }

  /** What an interruption has left, and how to go on. */
  interruptedLine(): string {
    const parts = [`interrupted; ${this.succeeded} of ${this.begun} requests had succeeded`]
    if (this.#kept > 0) parts.push(`, ${this.#kept} kept in part; the same command goes on there`)
    if (this.#directory !== null && this.succeeded > 0 && !this.#plan.continues) {
      parts.push('; with --continue it leaves out what is whole')
    }
    return parts.join('')
  }

  /**
   * Requests one entry; resolves when all is done that has to do with it. A failure is told, and not counted among those
   * that succeeded. Rejects with a `UsageError` for what the library does not accept, and for a bad line at the very start.
   */
  async entry({ url, fault }: UrlEntry): Promise<void> {
    const index = this.begun++
    if (url === null) return this.#badLine(index, fault)
    const request = (headers: readonly Header[]): RequestRef => this.#request(url, index, headers)
    const plain = plainUrl(url)
    if (this.#directory !== null) {
      const file = this.#directory.file(plain)
      const transfer = new Transfer(this.#context, traceOf(plain), file.names.name)
      return this.#follow(transfer, transfer.toFile(file, request), file)
    }
    const ref = request([])
    const transfer = new Transfer(this.#context, traceOf(plain), fileNameFor(plain))
    if (this.#plan.json)
      return this.#follow(
        transfer,
        transfer.to(ref, () => undefined),
        null,
      )
    const { stdout } = this.#world
    // One after the other: the bodies of the later ones wait in their sockets, but for a high-water mark each.
    this.#turn = this.#turn.then(() =>
      this.#follow(
        transfer,
        transfer.to(ref, chunk => stdout.write(chunk)),
        null,
      ),
    )
    return this.#turn
  }

  /** Of a line that names no URL. */
  async #badLine(index: number, fault: string): Promise<void> {
    if (index === 0) throw new UsageError(fault)
    this.#progress.settled(false)
    this.#world.messages.complain(fault)
    const error = Object.assign(new TypeError(fault), { code: 'ERR_HANSOM_INVALID_URL' })
    await this.#printJson(() => jsonLine(jsonResult(traceOf(null), null, false, error)))
  }

  /** Throws a `UsageError` for what the library does not accept. */
  #request(url: string, index: number, headers: readonly Header[]): RequestRef {
    const { signal } = this.#world.interruption
    try {
      const init = this.#plan.init(headers)
      return this.#context.client.request(url, { ...init, priority: priorityOf(index), signal })
    } catch (error) {
      const { argument, message } = error as ArgumentError
      if (argument === undefined) throw error
      const flag = { method: '--method', headers: '--header', body: '--data' }[argument.split('.')[0]!]
      throw new UsageError(flag === undefined ? message : `${flag}: ${message}`)
    }
  }

  /** Waits for the end of a transfer, and tells what came of it. */
  async #follow(transfer: Transfer, done: Promise<void>, file: OutputFile | null): Promise<void> {
    let error: unknown
    try {
      await done
    } catch (caught) {
      if (caught instanceof UsageError) throw caught
      error = caught ?? new Error('unknown')
    }
    const { trace, meter, notes } = transfer
    const { messages, interruption } = this.#world
    const view = meter?.end()
    const url = trace.url ?? ''
    const failure = error === undefined ? trace.head && statusLine(url, trace.head) : failureLine(url, error)
    const ok = failure === null
    if (ok) this.succeeded++
    this.#progress.settled(ok)
    const kept = file?.kept ?? 0
    if (kept > 0) this.#kept++
    const isOver = interruption.signal.aborted
    if (failure !== null && (error === undefined || !isOver)) {
      messages.complain(kept === 0 ? failure : `${failure}; ${kept} bytes are kept, and the same command goes on there`)
    }
    for (const note of notes) messages.note(`${url}: ${note}`)
    const redirect = error === undefined && trace.head !== null ? redirectLine(url, trace.head) : null
    if (redirect !== null) messages.note(redirect)
    if (ok && view !== undefined && messages.below !== null) messages.line(finishedLine(view))
    if (isOver && error !== undefined) return
    const explanation = trace.ref === null ? null : this.#context.client.explain(trace.ref)
    if (this.#plan.timing && explanation !== null && !isOver) {
      messages.line(timingLine(url, trace.head?.status ?? null, explanation))
    }
    await this.#printJson(() => jsonLine(jsonResult(trace, explanation, ok, error)))
  }

  /** A stdout that cannot be written to has interrupted the whole already. */
  async #printJson(line: () => string): Promise<void> {
    if (this.#plan.json) await this.#world.stdout.write(line()).catch(() => {})
  }
}
