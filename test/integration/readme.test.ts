import type { IncomingMessage, RequestListener } from 'node:http'
import type { Duplex } from 'node:stream'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { runChild } from '../support/child.ts'
import { type HttpServer, httpServer } from '../support/http-server.ts'
import { codeBlocks, pages } from '../support/markdown.ts'
import { typeFaults } from '../support/type-check.ts'

const SHOWN_ORIGIN = 'https://example.com'

const blocks = pages().flatMap(codeBlocks)
const programs = blocks.filter(({ words }) => words[0] === 'ts')
const runnable = programs.filter(({ words }) => words.includes('runnable'))

describe('the TypeScript in the pages', () => {
  it('passes the type check', () => {
    expect(inject('buildFailure')).toBe('')
    expect(typeFaults(new Map(programs.map(({ place, code }) => [place, code])))).toEqual([])
  }, 60_000)

  it('has a block that runs in each guide', () => {
    const comingFrom = ['got', 'hackney', 'undici'].map(name => `docs/coming-from-${name}.md`)
    const guides = ['README.md', ...comingFrom, 'docs/messages.md', 'docs/pooling.md', 'docs/streaming.md']
    const running = new Set(runnable.map(({ place }) => place.split(':')[0]))
    expect(guides.filter(page => !running.has(page))).toEqual([])
  })
})

describe('a program in the pages prints what the page says', () => {
  let server: HttpServer
  beforeAll(async () => {
    server = await httpServer(example)
    server.server.on('upgrade', shout)
  })
  afterAll(() => server.close())

  it.each(runnable)('$place', async block => {
    const script = compile(block.code.replaceAll(SHOWN_ORIGIN, server.origin))
    const { code, stdout, stderr } = await runChild(script)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    if (block.output === null) return
    const shown = block.words.includes('timed') ? withoutTimes : asItIs
    // The servers' port is in what is printed: both sides are compared with it replaced.
    const printed = stdout.trimEnd().replaceAll(server.origin, SHOWN_ORIGIN)
    expect(shown(printed)).toBe(shown(block.output))
  })
})

/** What stands behind the URLs in the pages. */
const example: RequestListener = (request, response) => {
  const { method, url } = request
  if (url === '/feed') {
    response.setHeader('content-type', 'text/plain')
    for (let part = 0; part < 3; part++) response.write('x'.repeat(30_000))
    response.end()
  } else if (url === '/users/7') response.end('{"name":"Joseph"}')
  else if (url === '/slow') setTimeout(() => response.end('late'), 1_000)
  else if (url === '/echo') request.pipe(response)
  else if (url === '/no-uploads') response.writeHead(413).end('too large')
  else if (url === '/users' && method === 'POST') request.resume().on('end', () => response.writeHead(201).end())
  else request.resume().on('end', () => response.end(`${method} ${url}`))
}

/** Switches to a protocol that says everything louder. */
function shout(_request: IncomingMessage, socket: Duplex): void {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: shout\r\n\r\n')
  socket.on('data', bytes => socket.write(String(bytes).toUpperCase())).on('end', () => socket.end())
}

function asItIs(text: string): string {
  return text
}

/** Measured times differ from run to run; all of them have a fraction, or are in a bill. */
function withoutTimes(text: string): string {
  const times = /\bbill: \{[^}]*\}|\bsinceMs: [\d.]+/g
  return text.replaceAll(times, bill => bill.replaceAll(/\d+(\.\d+)?/g, '0'))
}

function compile(code: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }
  return ts.transpileModule(code, { compilerOptions }).outputText
}
