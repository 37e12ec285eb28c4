// Compiles the Go contender.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The version of `go`, or null if there is none. */
export function goVersion() {
  try {
    return /go version go(\S+)/.exec(execFileSync('go', ['version'], { encoding: 'utf8' }))?.[1] ?? null
  } catch {
    return null
  }
}

/** Compiles main.go into the folder and returns the program's path. */
export function buildGo(folder) {
  const program = join(folder, 'go-client')
  const source = fileURLToPath(new URL('main.go', import.meta.url))
  const env = { ...process.env, GO111MODULE: 'off', CGO_ENABLED: '0' }
  execFileSync('go', ['build', '-o', program, source], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  return program
}
