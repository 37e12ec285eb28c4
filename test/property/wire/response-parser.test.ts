import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Leniency } from '../../../src/wire/leniency.ts'
import { everyByte, type ReadOptions, type ReadResult, readResponse } from '../../unit/wire/record.ts'
import { bite, cutsOf, mutated, mutations, places, validResponse } from './arbitraries.ts'

/** An input that once failed, or stands near one that did. */
interface Entry {
  readonly why: string
  readonly input: string
  readonly method?: string
  readonly upgrade?: boolean
  readonly eof?: boolean
  readonly lenient?: Leniency
  readonly cuts?: readonly number[]
}

const corpora = readdirSync(import.meta.dirname).filter(file => /^corpus.*\.json$/.test(file))
const corpus = corpora.flatMap(file => JSON.parse(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')) as Entry[])

const lenient: fc.Arbitrary<Leniency> = fc.record({
  bareLf: fc.boolean(),
  leadingCrlf: fc.boolean(),
  spaceBeforeColon: fc.boolean(),
  controlCharacters: fc.boolean(),
  chunkSizeBlanks: fc.boolean(),
})
const limits = fc.record({
  headerBytes: fc.integer({ min: 20, max: 2_000 }),
  headerCount: fc.integer({ min: 1, max: 10 }),
  informational: fc.integer({ min: 0, max: 2 }),
  chunkExtensionBytes: fc.integer({ min: 0, max: 10 }),
})

/** What may not depend on how the bytes are cut. `readResponse` throws whatever is no `HansomError`. */
function outcome({ bytesRead, ...result }: ReadResult): unknown {
  const { error } = result
  // After a throw the count is that of the segments before.
  return error ? { ...result, error: [error.code, error.message] } : { ...result, bytesRead }
}

/** Reads the input in one piece and in several, and checks what holds for every input. */
function check(input: string, options: ReadOptions): ReadResult {
  const whole = readResponse(input, { ...options, cuts: [] })
  expect(outcome(readResponse(input, options))).toEqual(outcome(whole))
  const { error, done, log, reusable, stray, bytesRead } = whole
  if (error?.code === 'ERR_HANSOM_PROTOCOL') {
    expect(error).toMatchObject({ offset: expect.any(Number), rfc: expect.stringMatching(/^RFC 911[02] §/) })
    expect((error as { offset?: number }).offset).toBeLessThanOrEqual(input.length)
  }
  if (done) expect(bytesRead + stray.length).toBe(input.length)
  else expect({ stray, reusable }).toEqual({ stray: '', reusable: false })
  expect(log.filter(line => line.startsWith('head')).length).toBeLessThanOrEqual(1)
  expect(log.filter(line => line.startsWith('end'))).toHaveLength(done ? 1 : 0)
  return whole
}

describe('ResponseParser', () => {
  it.each(corpus)('reads what once failed: $why', ({ why, input, ...options }) => {
    check(input, options)
    check(input, { ...options, cuts: everyByte(input) })
  })

  it('gives back every valid response as it was made, however it is cut, and nothing of what follows', () => {
    const next = fc.constantFrom('', 'X', '\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    fc.assert(
      fc.property(validResponse, places, next, (sample, at, behind) => {
        const { wire, method, upgrade, log, body, eof, reusable, upgraded } = sample
        const stray = eof ? '' : behind
        const result = check(wire + stray, { method, upgrade, eof, cuts: cutsOf(wire + stray, at) })
        expect(result).toMatchObject({ log, body, done: true, reusable, upgraded, stray, error: null })
        expect(result.bytesRead).toBe(wire.length)
      }),
      { numRuns: 6_000 },
    )
  })

  it('gives the same for a broken response however it is cut, and fails with a HansomError only', () => {
    fc.assert(
      fc.property(validResponse, mutations, places, ({ wire, method, upgrade, eof }, changes, at) => {
        const broken = mutated(wire, changes)
        check(broken, { method, upgrade, eof, cuts: cutsOf(broken, at) })
      }),
      { numRuns: 9_000 },
    )
  })

  it('keeps its limits and its leniencies however the bytes are cut', () => {
    fc.assert(
      fc.property(validResponse, mutations, places, lenient, limits, (sample, changes, at, lets, bounds) => {
        const broken = mutated(sample.wire, changes)
        const options = { method: sample.method, eof: sample.eof, limits: bounds, lenient: lets }
        const { log } = check(broken, { ...options, cuts: cutsOf(broken, at) })
        expect(log.filter(line => line.startsWith('informed')).length).toBeLessThanOrEqual(bounds.informational)
      }),
      { numRuns: 4_000 },
    )
  })

  it('survives any bytes', () => {
    const anything = fc.array(
      fc.oneof(bite, fc.constantFrom('HTTP/1.1 200 OK\r\n', 'Transfer-Encoding: chunked\r\n\r\n', '1\r\na\r\n')),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(anything, places, lenient, (parts, at, lets) => {
        const input = parts.join('')
        check(input, { eof: true, lenient: lets, cuts: cutsOf(input, at) })
      }),
      { numRuns: 3_000 },
    )
  })
})
