import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonResult } from '../../src/cli/result.ts'
import { answerHead } from '../support/answer.ts'
import { hansom, RunningHansom, temporaryDirectory } from '../support/hansom.ts'
import { httpServer } from '../support/http-server.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'

leakCheck()

function serve({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const status = url.startsWith('/404') ? 404 : url.startsWith('/301') ? 301 : 200
  response.writeHead(status, { 'Content-Type': 'text/plain', Location: '/', 'Set-Cookie': ['a=1', 'b=2'] })
  response.end(url.repeat(100))
}

function resultsIn(stdout: string): JsonResult[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
}

const someMs = expect.any(Number)

describe('hansom get --json', () => {
  it('tells of each URL in a line, and drops the bodies', async () => {
    await using server = await httpServer(serve)
    const { code, stdout, stderr } = await hansom(['get', server.url('/a'), '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.split('\n')).toHaveLength(2)
    expect(JSON.parse(stdout)).toEqual({
      url: server.url('/a'),
      ok: true,
      status: 200,
      headers: expect.objectContaining({ 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] }),
      bytes: 200,
      file: null,
      resumedFrom: 0,
      skipped: false,
      bill: { queue: someMs, tcp: someMs, send: someMs, firstByte: someMs, body: someMs, total: someMs },
      connection: { reused: false, remoteAddress: `127.0.0.1:${server.port}` },
      error: null,
    })
  })

  it('tells of each as it finishes, not in the order of the URLs', async () => {
    let release = (): void => {}
    const released = new Promise<void>(resolve => (release = resolve))
    await using server = await httpServer(async (request, response) => {
      if (request.url === '/first') await released
      response.end('ab')
    })
    await using running = new RunningHansom(['get', server.url('/first'), server.url('/later'), '--json'])
    const [line] = await once(running.child.stdout, 'data')
    expect(JSON.parse(String(line))).toMatchObject({ url: server.url('/later'), bytes: 2 })
    release()
    expect(JSON.parse(await running.stdout())).toMatchObject({ url: server.url('/first'), bytes: 2 })
  })

  it('tells where each body was saved', async () => {
    await using server = await httpServer(serve)
    await using directory = await temporaryDirectory()
    const urls = [server.url('/a.txt'), server.url('/404'), server.url('/b/a.txt')]
    const args = ['get', ...urls, '--output-dir', directory.path, '--json', '--max-connections', '1']
    const { code, stdout, stderr } = await hansom(args)
    expect(code).toBe(1)
    expect(stderr.split('\n').sort()).toEqual([
      '',
      `hansom: ${server.url('/404')}: the server answered 404 Not Found`,
      `note: ${server.url('/b/a.txt')}: saved as a-1.txt, because a.txt was taken`,
    ])
    const results = urls.map(url => resultsIn(stdout).find(result => result.url === url)!)
    expect(results.map(({ ok, status, bytes, file }) => [ok, status, bytes, file])).toEqual([
      [true, 200, 600, join(directory.path, 'a.txt')],
      [false, 404, 400, null],
      [true, 200, 800, join(directory.path, 'a-1.txt')],
    ])
    expect(results.map(({ connection }) => connection?.reused)).toEqual([false, true, true])
    expect(await readFile(results[2]!.file!, 'utf8')).toBe('/b/a.txt'.repeat(100))
  })

  it('tells why a request failed, and how far it came', async () => {
    await using server = await rawServer({
      onRequest: ({ connection }) => void connection.end(`${answerHead(200, { 'Content-Length': '10' })}12345`),
    })
    const down = await rawServer()
    await down.close()
    const { code, stdout, stderr } = await hansom(['get', server.url('/cut'), down.url('/down'), '--json'])
    expect(code).toBe(1)
    expect(stderr.trimEnd().split('\n')).toHaveLength(2)
    const byUrl = Object.fromEntries(resultsIn(stdout).map(result => [result.url, result]))
    expect(byUrl[server.url('/cut')]).toMatchObject({
      ...{ ok: false, status: 200, bytes: 5, headers: { 'content-length': '10' } },
      error: { code: 'ERR_HANSOM_BODY_TRUNCATED', message: expect.any(String), phase: 'body', retryable: false },
    })
    expect(byUrl[down.url('/down')]).toMatchObject({
      ...{ ok: false, status: null, headers: null, bytes: 0, connection: null, bill: { total: someMs } },
      error: { code: 'ERR_HANSOM_CONNECT', phase: 'connect', retryable: true },
    })
  })

  it('tells of a line that is no URL', async () => {
    await using server = await httpServer(serve)
    await using running = new RunningHansom(['get', '-i', '-', '--json'])
    running.child.stdin.end(`${server.url('/301')}\nnonsense\n`)
    const results = resultsIn(await running.stdout())
    expect(await running.ended).toBe(1)
    expect(await running.stderr).toContain(`note: ${server.url('/301')}: 301 redirects to /`)
    expect(results.find(({ url }) => url === null)).toMatchObject({
      ...{ ok: false, status: null, bill: null },
      error: { code: 'ERR_HANSOM_INVALID_URL', message: expect.stringContaining('line 2'), retryable: false },
    })
    expect(results.find(({ status }) => status === 301)).toMatchObject({ ok: true, bytes: 400 })
  })

  it('shows no credentials', async () => {
    await using server = await httpServer(serve)
    const { stdout, stderr } = await hansom(['get', `http://me:secret@127.0.0.1:${server.port}/404#x`, '--json'])
    expect(JSON.parse(stdout).url).toBe(server.url('/404'))
    expect(stdout + stderr).not.toMatch(/me:|secret/)
  })
})
