import { type ArgumentError, type Client, createClient, type RequestRef, type ResponseHead } from '../index.ts'
import { type GetArguments, getArguments } from './get-arguments.ts'
import { OutputDir, type OutputFile } from './output-dir.ts'
import { complain, failureLine, note, redirectLine, statusLine, timingLine } from './report.ts'
import { priorityOf } from './url-order.ts'
import { type Command, exitCodes, UsageError, type World } from './usage.ts'

const help = `usage: hansom get [options] URL...

Requests all URLs at once through one client, whose pool bounds how many connections each host
sees. The bodies go to stdout in the order of the URLs; errors and redirects are told on stderr.
Redirects are not followed.

  -d, --data STRING|@FILE|@-   send this body, a file or stdin; the method is then POST
  -H, --header 'Name: value'   send this header; may be repeated
      --max-connections N      connections to each host at once (default 64)
  -X, --method METHOD          the method (default GET)
      --output-dir DIR         write each body into a file in DIR, named by the URL; a file
                               appears when it is whole, and none is overwritten
      --policy POLICY          for requests beyond --max-connections: queue (default) waits,
                               drop fails them, overflow dials up to as many connections again
      --timeout MS             the most that each request may take, its wait included (default none)
      --timing                 tell on stderr what each phase of each request took
  -h, --help                   this help

exit codes: 0 all succeeded; 1 some failed, or stdout was closed; 2 wrong usage; 130 interrupted.
A status of 400 or more counts as failed, as with curl --fail, but its body is still written to
stdout (with --output-dir it is not kept).
`

/** `hansom get URL...` */
export const getCommand: Command = { synopsis: 'URL... [options]', summary: 'request URLs, write their bodies', run }

/** One URL's request, and the file that it goes into. */
interface Download {
  readonly ref: RequestRef
  readonly file: OutputFile | null
}

async function run(args: readonly string[], world: World): Promise<number> {
  const plan = await getArguments(args)
  if (plan === null) {
    await world.stdout.write(help)
    return exitCodes.ok
  }
  const { interruption } = world
  const directory = plan.outputDir === null ? null : await OutputDir.at(plan.outputDir)
  const client = createClient(plan.client)
  try {
    const downloads = start(client, plan, directory, interruption.signal)
    const get = new Get(client, plan, world)
    if (directory === null) await Promise.race([get.inOrder(downloads), interruption.stopped])
    else await Promise.all(downloads.map(download => get.receive(download)))
    if (interruption.bySignal) complain(`interrupted; ${get.succeeded} of ${downloads.length} requests had succeeded`)
    return interruption.exitCode ?? (get.succeeded === downloads.length ? exitCodes.ok : exitCodes.failed)
  } finally {
    await client.close({ withinMs: 0 })
  }
}

/** Starts all requests; the pool decides how many run. Throws a `UsageError` for what the library does not accept. */
function start(client: Client, plan: GetArguments, directory: OutputDir | null, signal: AbortSignal): Download[] {
  try {
    return plan.urls.map((url, index) => {
      const ref = client.request(url, { ...plan.init(), priority: priorityOf(index), signal })
      return { ref, file: directory === null ? null : directory.file(ref.url) }
    })
  } catch (error) {
    const { argument, message } = error as ArgumentError
    if (argument === undefined) throw error
    const flag = { method: '--method', headers: '--header', body: '--data' }[argument.split('.')[0]!]
    throw new UsageError(flag === undefined ? message : `${flag}: ${message}`)
  }
}

/** Receives what was requested, and tells about it. */
class Get {
  succeeded = 0
  readonly #client: Client
  readonly #timing: boolean
  readonly #world: World

  constructor(client: Client, { timing }: GetArguments, world: World) {
    this.#client = client
    this.#timing = timing
    this.#world = world
  }

  /** One after the other: the bodies of the later ones wait in their sockets, but for a high-water mark each. */
  async inOrder(downloads: readonly Download[]): Promise<void> {
    for (const download of downloads) await this.receive(download)
  }

  /** Never rejects: a failure is told, and not counted among those that succeeded. */
  async receive({ ref, file }: Download): Promise<void> {
    const { signal } = this.#world.interruption
    let head: ResponseHead | null = null
    try {
      head = await this.#client.recvHead(ref)
      await this.#deliver(ref, head, file)
      const failure = statusLine(ref, head)
      if (failure === null) this.succeeded++
      else complain(failure)
      const redirect = redirectLine(ref, head)
      if (redirect !== null) complain(redirect)
    } catch (error) {
      if (!signal.aborted) complain(failureLine(ref, error))
    }
    if (this.#timing && !signal.aborted) note(timingLine(ref, head?.status ?? null, this.#client.explain(ref)))
  }

  async #deliver(ref: RequestRef, head: ResponseHead, file: OutputFile | null): Promise<void> {
    const { stdout } = this.#world
    if (file === null) for await (const chunk of ref) await stdout.write(chunk)
    else if (statusLine(ref, head) !== null) await this.#client.drain(ref)
    else {
      await file.save(ref)
      const { name, wanted } = file.names
      if (name !== wanted) note(`hansom: ${ref.url}: saved as ${name}, because ${wanted} was taken`)
    }
  }
}
