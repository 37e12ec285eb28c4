import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type ErrorCode, errorTable } from '../src/error-table.ts'

/** What each class adds to `code` and `message`, in the order of the page. */
const classes = {
  TypeError:
    'A `TypeError` with `code` and `argument`, the name of the argument or option. Thrown at the call, but for the two `BODY_…` codes, which reject the promise of the read.',
  ConnectError: 'No connection was made. `attempts` lists every address with its reason and times.',
  TimeoutError: 'A phase took longer than `timeoutMs`, the limit that was passed.',
  PoolError: '`policy` is its name, `load` the state of the pool when it decided.',
  ConnectionError:
    'The connection failed while it served the request. `bytesWritten` and `bytesRead` count this exchange.',
  ProtocolError:
    'A rule or a limit was broken. `offset` is in bytes from the start of the message, `rfc` names the rule.',
  ActorCrashError: 'An actor crashed; `cause` is what it threw.',
  HansomError: 'The base class, for what fits nowhere else.',
} as const

/** The text of `docs/errors.md`: every code of `errorTable`, by class. Throws for a class that the page does not know. */
export function errorsPage(): string {
  const codes = Object.keys(errorTable) as ErrorCode[]
  const strange = codes.find(code => !(errorTable[code].class in classes))
  if (strange !== undefined) throw new Error(`${strange} has a class that the page does not know`)
  const sections = Object.entries(classes).flatMap(([name, meaning]) => {
    const own = codes.filter(code => errorTable[code].class === name)
    return [`## ${name}`, meaning, ...own.map(entry)]
  })
  return `${[...introduction, ...sections].join('\n\n')}\n`
}

const introduction = [
  '<!-- Written by `npx tsx docs/generate-errors.ts` from the table in `src/error-table.ts`. Change that, not this. -->',
  '# Errors',
  'Every error that a call of hansom throws or rejects with has a `code`. An error that ends a request is a `HansomError`: it also has `method`, `origin`, `ref` (the id of the ref), `phase`, `bill` and `retryable`, and keeps what caused it as `cause`. `retryable` is true only if the server cannot have acted on the request.',
  'Cancelling is the exception: a cancelled request rejects with the reason that was given to `cancel` or to the signal, and without one with an `AbortError` whose code is `ABORT_ERR`.',
]

function entry(code: ErrorCode): string {
  const { meaning, remedy } = errorTable[code]
  return `### ${code}\n\n${meaning}\n\nWhat to do: ${remedy}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(new URL('errors.md', import.meta.url), errorsPage())
}
