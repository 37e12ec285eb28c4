#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { getCommand } from './get.ts'
import { Interruption } from './interruption.ts'
import { Messages } from './messages.ts'
import { Stdout } from './stdout.ts'
import { type Command, closest, exitCodes, overview, UsageError, type World } from './usage.ts'

const commands: Readonly<Record<string, Command>> = { get: getCommand }

// Whoever reads our complaints may stop doing so.
process.stderr.on('error', () => {})
const messages = new Messages()
process.on('uncaughtException', error => {
  complainOf(error)
  messages.below?.stop()
  process.exit(exitCodes.failed)
})
const interruption = new Interruption()
const stdout = new Stdout(interruption, messages)
process.exitCode = await main(process.argv.slice(2), { interruption, messages, stdout })
// What is left after an interruption, such as bytes for a reader that does not read, must not hold up its end.
if (interruption.exitCode !== null) process.stderr.write('', () => process.exit())

async function main([name, ...args]: readonly string[], world: World): Promise<number> {
  try {
    return await run(name, args, world)
  } catch (error) {
    if (interruption.exitCode !== null) return interruption.exitCode
    if (!(error instanceof UsageError)) {
      complainOf(error)
      return exitCodes.failed
    }
    const known = name !== undefined && Object.hasOwn(commands, name)
    messages.complain(`${error.message}; see hansom ${known ? `${name} ` : ''}--help`)
    return exitCodes.usage
  }
}

/** Something that is no fault of the user's. */
function complainOf(error: unknown): void {
  messages.complain(`unexpected error: ${error instanceof Error ? error.message : String(error)}`)
}

async function run(name: string | undefined, args: readonly string[], world: World): Promise<number> {
  switch (name) {
    case '--help':
    case '-h':
    case 'help':
      await world.stdout.write(overview(commands))
      return exitCodes.ok
    case '--version':
      await world.stdout.write(`${version()}\n`)
      return exitCodes.ok
    case undefined:
      process.stderr.write(overview(commands))
      return exitCodes.usage
  }
  if (Object.hasOwn(commands, name)) return commands[name]!.run(args, world)
  if (name.startsWith('-')) throw new UsageError(`the command comes first, then its options such as ${name}`)
  const known = Object.keys(commands)
  const meant = closest(name, known)
  const hint = meant === undefined ? `the commands are ${known.join(', ')}` : `did you mean ${meant}?`
  throw new UsageError(`unknown command ${JSON.stringify(name)}; ${hint}`)
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
