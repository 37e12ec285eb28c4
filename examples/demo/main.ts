// One client, six hosts, a few thousand requests: prints what happened, and whether hansom kept its promises.
import { parseArgs } from 'node:util'
import { breaks } from './breaks.ts'
import { hosts } from './hosts.ts'
import { findings } from './promises.ts'
import { explained, table, whole } from './report.ts'
import { run } from './run.ts'

const watchdogMs = 18_000

const usage = `Usage: npm run demo -- [--break <name>]

Sends a few thousand requests through one client to six hosts, some of which misbehave, and checks hansom's promises.
Exits with 0 if they were kept, with 1 and the number of the promise if one was broken, with 2 if called wrongly.

  --break <name>  plants a bug first, which the demo must find:
${Object.entries(breaks)
  .map(([name, { about }]) => `                  ${name}: ${about}`)
  .join('\n')}
  --help          prints this
`

process.exitCode = await main()

async function main(): Promise<number> {
  const options = readOptions()
  if (typeof options === 'number') return options
  setTimeout(() => {
    console.error(`the demo did not end within ${watchdogMs} ms`)
    process.exit(1)
  }, watchdogMs).unref()
  const { planted } = options
  if (planted !== undefined) {
    await breaks[planted]!.plant()
    console.log(`planted: ${planted}, ${breaks[planted]!.about}`)
  }
  return demonstrate()
}

async function demonstrate(): Promise<number> {
  const startedMs = performance.now()
  const { evidence, caught } = await run()
  const { sent, watch, urls, quiet } = evidence
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1)
  console.log(`${whole(sent.length)} requests through one client to ${hosts.length} hosts, in ${seconds} s\n`)
  console.log(`${table(sent, watch, quiet.stats, urls)}\n`)
  console.log(`caught in the queue: ${explained(caught.atOnce, caught.later)}\n`)
  const checked = findings(evidence)
  for (const { promise, broken, evidence } of checked) {
    if (broken.length === 0) console.log(`promise ${promise}: kept: ${evidence.join('\n                 ')}`)
    for (const what of broken) console.log(`promise ${promise}: BROKEN: ${what}`)
  }
  return checked.every(({ broken }) => broken.length === 0) ? 0 : 1
}

/** What was asked for, or the exit code if there is nothing to run. */
function readOptions(): { readonly planted: string | undefined } | number {
  try {
    const { values } = parseArgs({ options: { break: { type: 'string' }, help: { type: 'boolean' } } })
    if (values.help) {
      console.log(usage)
      return 0
    }
    const planted = values.break
    if (planted === undefined || Object.hasOwn(breaks, planted)) return { planted }
    console.error(`there is no bug named ${JSON.stringify(planted)} to plant\n\n${usage}`)
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`)
  }
  return 2
}
