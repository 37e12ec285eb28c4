import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type ErrorCode, errorTable } from '../../src/error-table.ts'
import {
  AbortError,
  ActorCrashError,
  argumentError,
  ConnectError,
  ConnectionError,
  HansomError,
  PoolError,
  type PoolLoad,
  ProtocolError,
  type RequestContext,
  rangeError,
  TimeoutError,
} from '../../src/errors.ts'
import { PROJECT_ROOT } from '../support/project-root.ts'

const bill = { queue: 1, send: 0, firstByte: 0, body: 0, total: 1 }
const context: RequestContext = { method: 'GET', origin: 'http://a', ref: 'r7', bill, phase: 'queue' }
const load: PoolLoad = { connections: 1, idle: 0, dialing: 0, inFlight: 1, waiting: 2, maxConnections: 1 }
const cause = new Error('why')

const attempts = [{ address: '127.0.0.1:1', startedMs: 0, endedMs: 1, outcome: 'ECONNREFUSED' }]
const everyClass = [
  new HansomError('ERR_HANSOM_CLIENT_CLOSED', 'closed', { cause }),
  new ConnectError('ERR_HANSOM_CONNECT', 'refused', { cause, attempts }),
  new TimeoutError('ERR_HANSOM_TIMEOUT_CONNECT', 'late', { cause, timeoutMs: 5, attempts }),
  new PoolError('ERR_HANSOM_POOL_FULL', 'full', { cause, policy: 'queue', load }),
  new ConnectionError('ERR_HANSOM_CONNECTION_RESET', 'reset', { cause, bytesWritten: 3, bytesRead: 4 }),
  new ProtocolError('ERR_HANSOM_PROTOCOL', 'bad', { cause, offset: 9, rfc: 'RFC 9112 §7.1' }),
  new ActorCrashError('ERR_HANSOM_ACTOR_CRASHED', 'crashed', { cause }),
] as const

describe('an error of a request', () => {
  it.each(everyClass.map(error => [error.name, error] as const))(
    '%s is an Error with code and cause',
    (name, error) => {
      expect(error).toBeInstanceOf(Error)
      expect(error).toBeInstanceOf(HansomError)
      expect(error.constructor.name).toBe(name)
      expect(errorTable[error.code].class).toBe(name)
      expect(error.cause).toBe(cause)
      expect(String(error)).toBe(`${name}: ${error.message}`)
    },
  )

  it.each(everyClass.map(error => [error.name, error] as const))('%s takes a context as a copy', (_name, error) => {
    const { code, message, retryable } = error
    const own = error.withContext(context)
    expect(own).not.toBe(error)
    expect(own).toBeInstanceOf(error.constructor)
    expect({ ...own }).toEqual({ ...error, ...context, attempts: (error as { attempts?: unknown }).attempts })
    expect(own).toMatchObject({ code, message, retryable, cause })
    expect(error).toMatchObject({ ref: undefined, bill: undefined, phase: undefined })
  })

  it('keeps its details when the context changes hands', () => {
    const second = everyClass[4].withContext(context).withContext({ ...context, ref: 'r8' })
    expect(second).toMatchObject({ ref: 'r8', bytesWritten: 3, bytesRead: 4, retryable: false })
  })

  it.each(everyClass.map(error => [error.name, error] as const))(
    '%s is retryable only if nothing was sent',
    (name, error) => {
      expect(error.retryable).toBe(name === 'ConnectError' || name === 'PoolError')
    },
  )

  it('is retryable when its maker says so', () => {
    const details = { retryable: true, bytesWritten: 0, bytesRead: 0 }
    expect(new ConnectionError('ERR_HANSOM_CONNECTION_CLOSED', 'unwritten', details).retryable).toBe(true)
  })

  it('has no cause if none was given', () => {
    expect('cause' in new HansomError('ERR_HANSOM_CLIENT_CLOSED', 'closed')).toBe(false)
  })

  it('takes no stack of its own, and leaves the depth of other stacks alone', () => {
    const before = Error.stackTraceLimit
    expect(new HansomError('ERR_HANSOM_CLIENT_CLOSED', 'closed').stack).not.toMatch(/\n\s+at /)
    expect(Error.stackTraceLimit).toBe(before)
  })

  it('shows the call of request() as its stack, if that was kept', () => {
    const calledAt = '    at main (app.ts:3:1)'
    const error = everyClass[1].withContext({ ...context, calledAt })
    expect(error.stack).toBe(`ConnectError: refused\n${calledAt}`)
  })
})

describe('an error of a call', () => {
  it('is a TypeError or a RangeError with code and argument', () => {
    const typed = argumentError('ERR_HANSOM_INVALID_OPTION', 'pool.idleMs', 'pool.idleMs is a number')
    expect(typed).toBeInstanceOf(TypeError)
    expect(typed).toMatchObject({ code: 'ERR_HANSOM_INVALID_OPTION', argument: 'pool.idleMs' })
    expect(rangeError('ERR_HANSOM_INVALID_OPTION', 'a', 'a')).toBeInstanceOf(RangeError)
  })
})

describe('AbortError', () => {
  it('has the name and code of Node’s own', () => {
    const error = new AbortError()
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    expect(error).not.toBeInstanceOf(HansomError)
  })
})

describe('the table of codes', () => {
  const sources = readdirSync(join(PROJECT_ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && name !== 'error-table.ts')
    .map(name => readFileSync(join(PROJECT_ROOT, 'src', name), 'utf8'))
  const used = new Set(sources.flatMap(text => text.match(/(?<=['"`])ERR_HANSOM_[A-Z_]+(?=['"`])/g) ?? []))
  const listed = Object.keys(errorTable) as ErrorCode[]

  it('has every code that the source uses', () => {
    expect([...used].filter(code => !listed.includes(code as ErrorCode))).toEqual([])
  })

  it('has no code that the source does not use', () => {
    expect(listed.filter(code => !used.has(code))).toEqual([])
  })

  it('gives each code the class with which the source makes it', () => {
    const made = sources.flatMap(text => [...text.matchAll(/new (\w+Error)\(\s*'(ERR_HANSOM_[A-Z_]+)'/g)])
    expect(made.length).toBeGreaterThan(10)
    const wrong = made.filter(([, name, code]) => errorTable[code as ErrorCode].class !== name)
    expect(wrong.map(([text]) => text)).toEqual([])
  })

  it('says in sentences what each code means and what to do', () => {
    const sentence = /^[^a-z].*[.`]$/
    const bad = listed.filter(
      code => !sentence.test(errorTable[code].meaning) || !sentence.test(errorTable[code].remedy),
    )
    expect(bad).toEqual([])
  })
})
