import { describe, expect, inject, it } from 'vitest'
import { runChild, runNode } from '../../support/child.ts'

describe('the child runner', () => {
  it('tells how a process ended and what it said', async () => {
    const result = await runNode(['--eval', 'console.log("out"); console.error("err"); process.exitCode = 3'])
    expect(result).toMatchObject({ code: 3, signal: null, stdout: 'out\n', stderr: 'err\n', timedOut: false })
  })

  it('kills a process that takes too long', async () => {
    const result = await runNode(['--eval', 'setInterval(() => {}, 1e6)'], { timeoutMs: 300 })
    expect(result).toMatchObject({ code: null, signal: 'SIGKILL', timedOut: true })
    expect(result.durationMs).toBeGreaterThanOrEqual(299)
  })

  it('does not pass on what vitest put into the environment', async () => {
    const { stdout } = await runNode([
      '--print',
      'Object.keys(process.env).filter(it => /VITEST|NODE_ENV/.test(it)).length',
    ])
    expect(stdout).toBe('0\n')
  })

  it('lets a script import the built package by its name', async () => {
    const script = 'console.log(import.meta.resolve("hansom").endsWith("/dist/index.js"), process.argv.slice(1).join())'
    if (inject('buildFailure') !== '') return expect(runChild(script)).rejects.toThrow('dist is out of date')
    expect(await runChild(script, { args: ['a', 'b'] })).toMatchObject({ stdout: 'true a,b\n', code: 0 })
  })
})
