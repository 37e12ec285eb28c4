import { describe, expect, it } from 'vitest'
import { jsonLine, jsonResult, traceOf } from '../../../src/cli/result.ts'
import { HansomError, HeadersView } from '../../../src/index.ts'

describe('a line of JSON', () => {
  it('has every field, with null for what is not known', () => {
    expect(jsonResult(traceOf('http://a/'), null, true, undefined)).toEqual({
      ...{ url: 'http://a/', ok: true, status: null, headers: null, bytes: 0, file: null, resumedFrom: 0 },
      ...{ skipped: false, bill: null, connection: null, error: null },
    })
  })

  it('has code, phase and retryable of an error of the library', () => {
    const bill = { queue: 0, send: 0, firstByte: 0, body: 0, total: 0 }
    const context = { method: 'GET', origin: 'http://a', ref: 'r1', phase: 'head' as const, bill }
    const error = new HansomError('ERR_HANSOM_TIMEOUT_HEAD', 'late', { context, retryable: true })
    expect(jsonResult(traceOf('http://a/'), null, false, error).error).toEqual({
      ...{ code: 'ERR_HANSOM_TIMEOUT_HEAD', message: 'late', phase: 'head', retryable: true },
    })
  })

  it('has what there is of any other error', () => {
    const disk = Object.assign(new Error('no space'), { code: 'ENOSPC' })
    const nothing = { phase: null, retryable: false }
    expect(jsonResult(traceOf(null), null, false, disk).error).toEqual({
      code: 'ENOSPC',
      message: 'no space',
      ...nothing,
    })
    expect(jsonResult(traceOf(null), null, false, 'x').error).toEqual({ code: null, message: 'x', ...nothing })
  })

  it('is one line that commands no terminal, and says the same', () => {
    const trace = traceOf('http://a/')
    const headers = HeadersView.of([['x', 'a\x9b2J\x7f']])
    trace.head = { status: 200, statusText: '', httpVersion: '1.1', headers }
    const result = jsonResult(trace, null, true, new Error('a\r\nb\x1b[2J\u202e'))
    const line = jsonLine(result)
    expect(line).toMatch(/^[^\p{Cc}\p{Bidi_C}]+\n$/u)
    expect(JSON.parse(line)).toEqual(result)
  })
})
