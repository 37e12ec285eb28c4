import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { Interruption } from './interruption.ts'
import type { Messages } from './messages.ts'
import type { Stdout } from './stdout.ts'

/** What the process ends with; see also `Interruption.exitCode`. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const

/** What a command works with, apart from its arguments. */
export interface World {
  readonly stdout: Stdout
  readonly messages: Messages
  readonly interruption: Interruption
}

/** A subcommand such as `get`. */
export interface Command {
  /** Its arguments, for people. */
  readonly synopsis: string
  /** A few words on what it does. */
  readonly summary: string
  /** Does it and resolves with the exit code. Rejects with a `UsageError` before it did anything. */
  run(args: readonly string[], world: World): Promise<number>
}

/** The command line is wrong. Its message is one line, and the process ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Options = NonNullable<ParseArgsConfig['options']>

/** Flags of other programs that people will try here. */
const elsewhere: Readonly<Record<string, string>> = {
  '--location': 'redirects are not followed; their Location is told on stderr',
  '-L': 'redirects are not followed; their Location is told on stderr',
  '--insecure': 'certificates are always checked; NODE_EXTRA_CA_CERTS=FILE trusts an authority of your own',
  '-k': 'certificates are always checked; NODE_EXTRA_CA_CERTS=FILE trusts an authority of your own',
  '--fail': 'a status of 400 or more always counts as failed',
  '-f': 'a status of 400 or more always counts as failed',
  '--progress': 'bars are drawn on a terminal; --no-progress turns them off',
  '--silent': 'use --no-progress for the bars, and 2> for the rest of stderr',
  '-s': 'use --no-progress for the bars, and 2> for the rest of stderr',
  '--quiet': 'use --no-progress for the bars, and 2> for the rest of stderr',
  '-q': 'use --no-progress for the bars, and 2> for the rest of stderr',
  '-C': 'use --continue with --output-dir',
  '--continue-at': 'use --continue with --output-dir',
  '-nc': 'use --continue with --output-dir',
  '-P': 'use --output-dir for a directory, or --parallel for how many at once',
  '-Z': 'requests run at once by default; --parallel sets how many',
  '-o': 'use --output-dir, or send stdout to a file',
}

type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: true }>
>

/** Node's strict `parseArgs`, with positionals. Throws a `UsageError` with a hint. */
export function parseFlags<const O extends Options>(args: readonly string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true })
  } catch (error) {
    throw new UsageError(wrongFlag(error as NodeJS.ErrnoException, Object.keys(options)))
  }
}

/** The candidate that `word` is most like, if it can be a slip of it: at most a third of its letters differ. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates.map(candidate => ({ candidate, distance: editDistance(word, candidate) }))
  ranked.sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= Math.ceil(word.length / 3) ? best.candidate : undefined
}

/** The help of the program itself. */
export function overview(commands: Readonly<Record<string, Command>>): string {
  const lines = Object.entries(commands).map(
    ([name, { synopsis, summary }]) => `  ${`hansom ${name} ${synopsis}`.padEnd(32)} ${summary}\n`,
  )
  return `usage: hansom COMMAND [options]

${lines.join('')}
  hansom COMMAND --help            the options of a command
  hansom --version                 the version

exit codes: 0 all went well, 1 something failed, 2 wrong usage, 130 interrupted
`
}

function wrongFlag(error: NodeJS.ErrnoException, known: readonly string[]): string {
  const named = /'(-[^']*)'/.exec(error.message)?.[1]
  if (named === undefined) return error.message
  // Some are named like `-d, --data <value>`.
  const flag = /--[^ ]+/.exec(named)?.[0] ?? named
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `unknown option ${flag}${hintFor(flag, known)}`
  if (error.message.includes('does not take')) return `${flag} takes no value`
  if (error.message.includes('ambiguous'))
    return `${flag} wants a value; one with a dash in front is written ${flag}=-x`
  return `${flag} wants a value`
}

function hintFor(flag: string, known: readonly string[]): string {
  const note = elsewhere[flag]
  if (note !== undefined) return `: ${note}`
  const meant = flag.startsWith('--') ? closest(flag.slice(2), known) : undefined
  return meant === undefined ? '' : `; did you mean --${meant}?`
}

/** How many letters must be put in, taken out or changed (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(changed, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
