// The flags of `npm run bench`.
import { parseArgs } from 'node:util'
import { select } from './cell-name.mjs'
import { cellOf, defaultCells } from './cells.mjs'
import { contenderNames } from './contenders/list.mjs'

/** What a wrong flag is told with, in one line. */
export class UsageError extends Error {}

/** What `--help` prints. */
export const usage = `npm run bench -- [flags]

  --only PATTERNS        cells to measure, separated by commas: a name, the beginning of names, or a pattern with *
  --contenders PATTERNS  who takes part, likewise
  --rounds N             samples of each contender in each cell; 7 if not given
  --quick                one short round, to see that all of it runs; its numbers mean nothing
  --write                keep the results in docs/benchmarks
  --list                 print the cells
  --help                 print this

A name is a kind and how it differs from 50 connections, 5 response fields and no TLS: small/50, small/16/fields-30/tls,
download/16. Each combination can be named, also those that --list does not print.`

/** Throws UsageError. */
export function parseFlags(args) {
  const { only, contenders, rounds, ...flags } = parse(args)
  if (rounds !== undefined && !/^[1-9]\d{0,2}$/.test(rounds))
    throw new UsageError(`--rounds ${rounds}: not a number from 1 to 999`)
  if (flags.quick && rounds !== undefined) throw new UsageError('--quick is one round: leave --rounds out')
  if (flags.quick && flags.write) throw new UsageError('--quick measures nothing worth keeping: leave --write out')
  if (contenders !== undefined && flags.write)
    throw new UsageError('--write keeps whole cells only: leave --contenders out')
  return {
    ...flags,
    rounds: flags.quick ? 1 : Number(rounds ?? 7),
    cells: only === undefined ? defaultCells.map(cellOf) : cellsOf(only),
    contenders: contenders === undefined ? null : contendersOf(contenders),
  }
}

function parse(args) {
  const flag = { type: 'boolean', default: false }
  const text = { type: 'string' }
  const options = { only: text, contenders: text, rounds: text, quick: flag, write: flag, list: flag, help: flag }
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new UsageError(error.message.split('. ')[0])
  }
}

function cellsOf(patterns) {
  const cells = patterns.split(',').flatMap(pattern => {
    const cell = cellOf(pattern)
    if (cell !== null) return [cell]
    const names = select(defaultCells, pattern)
    if (names.length === 0) throw new UsageError(`--only ${pattern}: no such cell; --list prints them`)
    return names.map(cellOf)
  })
  return [...new Map(cells.map(cell => [cell.name, cell])).values()]
}

function contendersOf(patterns) {
  const names = patterns.split(',').flatMap(pattern => {
    const found = select(contenderNames, pattern)
    if (found.length === 0) throw new UsageError(`--contenders ${pattern}: none of ${contenderNames.join(', ')}`)
    return found
  })
  return [...new Set(names)]
}
