import { describe, expect, it } from 'vitest'
import { failureLine, printable } from '../../../src/cli/report.ts'
import { type ErrorCode, errorTable, HansomError } from '../../../src/index.ts'

const url = 'http://a:81/b'
const context = {
  ...{ method: 'GET', origin: 'http://a:81', ref: 'r1', phase: 'head' as const },
  bill: { queue: 0, send: 0, firstByte: 0, body: 0, total: 0 },
}

describe('the line of an error', () => {
  it.each(Object.keys(errorTable) as ErrorCode[])('names URL, code, host, phase and what to do: %s', code => {
    const line = failureLine(url, new HansomError(code, 'it went wrong', { context }))
    const head = `http://a:81/b: it went wrong (${code}, host a:81, phase head): `
    expect(line.startsWith(head)).toBe(true)
    expect(line.slice(head.length)).toMatch(/^\S.{9,}/)
    expect(line).not.toMatch(/`|undefined/)
  })

  it('names the flag in place of the option that it sets', () => {
    const message = 'late (timeouts.totalMs), full (pool.maxConnections), slow (timeouts.headMs)'
    const line = failureLine(url, new HansomError('ERR_HANSOM_TIMEOUT_TOTAL', message, { context }))
    expect(line).toContain('late (--timeout), full (--max-connections), slow (timeouts.headMs)')
  })

  it('has the words of other errors, whatever was thrown', () => {
    expect(failureLine(url, new Error('no space'))).toBe('http://a:81/b: no space')
    expect(failureLine(url, 'x')).toBe('http://a:81/b: x')
  })

  it('cannot be broken or command a terminal', () => {
    expect(printable('a\r\nb\x1b[2Jc\x9bd\x7f')).toBe('a\\x0d\\x0ab\\x1b[2Jc\\x9bd\\x7f')
    expect(printable('grüße €')).toBe('grüße €')
  })
})
