// The command `npm run bench`: measures cells, one after the other. docs/benchmarks.md tells how.
import { parseFlags, UsageError, usage } from './arguments.mjs'
import { prepare } from './prepare.mjs'
import { clock, printCells, printHead, printResult } from './report.mjs'
import { writeResult } from './results.mjs'
import { runCell } from './run-cell.mjs'

async function run(args) {
  const flags = parseFlags(args)
  if (flags.help) return console.log(usage)
  if (flags.list) return printCells(flags)
  const bench = await prepare(flags)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      bench.dispose()
      process.exit(1)
    })
  }
  try {
    await measureAll(bench, flags)
  } finally {
    bench.dispose()
  }
}

async function measureAll(bench, flags) {
  const start = performance.now()
  let leftSeconds = bench.plan.reduce((sum, { seconds }) => sum + seconds, 0)
  printHead(bench, leftSeconds)
  for (const [index, step] of bench.plan.entries()) {
    const { cell, seconds } = step
    console.log(`\n${cell.name} (${index + 1} of ${bench.plan.length}), ${cell.title}; ${clock(leftSeconds)} left`)
    const result = await runCell(step, bench)
    printResult(result, flags.quick)
    if (flags.write) writeResult(result)
    leftSeconds -= seconds
  }
  const took = clock((performance.now() - start) / 1_000)
  console.log(
    `\n${took} in all${flags.write ? '; written to docs/benchmarks, render with node test/bench/render.mjs' : ''}`,
  )
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`bench: ${error.message}`)
  process.exit(2)
}
