import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { PROJECT_ROOT } from './project-root.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Empty if `dist` is up to date; else what the compiler said. */
    buildFailure: string
  }
}

const STAMP = join(PROJECT_ROOT, 'dist/index.js')
const INPUTS = ['src', 'tsconfig.json', 'tsconfig.build.json']

/**
 * Builds `dist` before the tests, unless it is newer than all of `src`: some tests run it in processes of their own.
 * If that fails, those tests fail with the compiler's words (see `runChild`), and the others still run.
 */
export function setup(project: TestProject): void {
  const failure = isFresh() ? '' : build()
  if (failure !== '') console.error(`dist is out of date:\n${failure}`)
  project.provide('buildFailure', failure)
}

function isFresh(): boolean {
  return existsSync(STAMP) && INPUTS.every(input => newestMs(join(PROJECT_ROOT, input)) < statSync(STAMP).mtimeMs)
}

/** Folders count too: they change when a file goes. */
function newestMs(path: string): number {
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map(name => newestMs(join(path, name))))
}

function build(): string {
  const startedAt = new Date()
  const tsc = join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc')
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [tsc, '-p', 'tsconfig.build.json', '--noEmitOnError', '--pretty', 'false'],
    { cwd: PROJECT_ROOT, encoding: 'utf8' },
  )
  if (status !== 0) return `${stdout}${stderr}${error ?? ''}` || `tsc ended with ${status}`
  // What changed while the compiler ran is newer than what it read.
  if (existsSync(STAMP)) utimesSync(STAMP, startedAt, startedAt)
  return ''
}
