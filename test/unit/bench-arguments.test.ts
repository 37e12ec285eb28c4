import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROJECT_ROOT } from '../support/project-root.ts'

const { parseFlags } = await import(new URL('../bench/arguments.mjs', import.meta.url).href)

const namesOf = (cells: { name: string }[]): string[] => cells.map(({ name }) => name)

describe('the flags of the benchmarks', () => {
  it('mean seven rounds of every cell by default', () => {
    const { rounds, cells, contenders, write } = parseFlags([])
    expect({ rounds, contenders, write }).toEqual({ rounds: 7, contenders: null, write: false })
    expect(namesOf(cells)).toContain('small/50')
  })

  it('choose each cell once, also ones that are not measured by default', () => {
    const { cells } = parseFlags(['--only', 'idle,small/16/fields-30/tls,idle/plain'])
    expect(namesOf(cells)).toEqual(['idle/plain', 'idle/tls', 'small/16/fields-30/tls'])
  })

  it('choose contenders by name or by the beginning of names', () => {
    const { contenders } = parseFlags(['--contenders', 'hansom,undici'])
    expect(contenders).toEqual(['hansom', 'undici-request', 'undici-dispatch', 'undici-stream'])
  })

  it.each([
    [['--only', 'nothing'], '--only nothing: no such cell; --list prints them'],
    [['--rounds', '0'], '--rounds 0: not a number from 1 to 999'],
    [['--quick', '--write'], '--quick measures nothing worth keeping: leave --write out'],
    [['--contenders', 'got', '--write'], '--write keeps whole cells only: leave --contenders out'],
    [['--sideways'], "Unknown option '--sideways'"],
  ])('%j are refused in one line, with exit code 2', (args, message) => {
    const main = join(PROJECT_ROOT, 'test/bench/main.mjs')
    const { status, stderr, stdout } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
    expect({ status, stderr, stdout }).toEqual({ status: 2, stderr: `bench: ${message}\n`, stdout: '' })
  })
})
