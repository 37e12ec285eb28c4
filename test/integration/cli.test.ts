import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { answer, answerHead } from '../support/answer.ts'
import { localCertificate } from '../support/certificates.ts'
import { hansom, RunningHansom, temporaryDirectory } from '../support/hansom.ts'
import { httpServer } from '../support/http-server.ts'
import { leakCheck } from '../support/leak-check.ts'
import { PROJECT_ROOT } from '../support/project-root.ts'
import { rawServer } from '../support/raw-server.ts'

leakCheck()

/** Answers with what it was sent. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url, headers } = request
  response.end(JSON.stringify({ method, url, headers, body: await text(request) }))
}

/** Answers each request with its path; with `/404` in it, by that status. */
function name({ url = '' }: IncomingMessage, response: ServerResponse): void {
  response.statusCode = url.includes('/404') ? 404 : 200
  response.end(`${url}\n`)
}

describe('hansom get', () => {
  it('writes the bodies in the order of the URLs, while all run at once', async () => {
    const waiting: ServerResponse[] = []
    await using server = await httpServer((_request, response) => {
      waiting.push(response)
      if (waiting.length < 3) return
      for (const each of waiting.reverse()) each.end(each.req.url)
    })
    const { code, stdout, stderr } = await hansom(['get', server.url('/1'), server.url('/2'), server.url('/3')])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '/1/2/3', stderr: '' })
  })

  it('leaves later bodies at the server until the earlier ones are written', async () => {
    const piece = Buffer.alloc(65_536, 'b')
    const pieces = 512
    let stalledAt = pieces
    let release = () => {}
    const released = new Promise<void>(resolve => (release = resolve))
    await using server = await httpServer(async (request, response) => {
      if (request.url === '/first') {
        await released
        response.end('a')
        return
      }
      for (let written = 1; written <= pieces; written++) {
        if (response.write(piece)) continue
        const drained = once(response, 'drain')
        if (await Promise.race([drained.then(() => false), delay(500, true)])) {
          stalledAt = Math.min(stalledAt, written)
          release()
        }
        await drained
      }
      release()
      response.end()
    })
    const { code, stdout } = await hansom(['get', server.url('/first'), server.url('/later')])
    expect(code).toBe(0)
    expect(stalledAt).toBeLessThan(pieces)
    expect(stdout).toBe(`a${'b'.repeat(pieces * piece.length)}`)
  })

  it('sends method, headers and data', async () => {
    await using server = await httpServer(echo)
    const get = async (...args: string[]) => JSON.parse((await hansom(['get', server.url('/p'), ...args])).stdout)
    expect(await get()).toMatchObject({ method: 'GET', url: '/p', body: '' })
    expect(await get('-d', 'a=b')).toMatchObject({ method: 'POST', body: 'a=b', headers: { 'content-length': '3' } })
    expect(await get('-d', '')).toMatchObject({ method: 'POST', body: '', headers: { 'content-length': '0' } })
    expect(await get('-X', 'PUT', '--data=-x')).toMatchObject({ method: 'PUT', body: '-x' })
    const headers = ['-H', 'X-A: 1', '--header', 'x-a:2', '-H', 'Content-Type: text/csv', '-H', 'x-empty:']
    expect(await get(...headers, '-d', 'x', '--method', 'PATCH')).toMatchObject({
      method: 'PATCH',
      headers: { 'x-a': '1, 2', 'content-type': 'text/csv', 'x-empty': '' },
    })
  })

  it('sends a file with its length, to every URL', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'data')
    const data = 'grüße '.repeat(100_000)
    await writeFile(path, data)
    await using server = await httpServer(async (request, response) => {
      const body = await text(request)
      response.end(`${request.headers['content-length']} ${body === data}\n`)
    })
    const { code, stdout } = await hansom(['get', server.url('/1'), server.url('/2'), '-d', `@${path}`])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '800000 true\n'.repeat(2) })
  })

  it('sends stdin as it comes', async () => {
    await using server = await httpServer(async (request, response) => {
      const encoding = request.headers['transfer-encoding']
      const body = text(request)
      process.nextTick(() => running.child.stdin.end('world'))
      response.end(`${encoding} ${await body}`)
    })
    await using running = new RunningHansom(['get', server.url(), '-d', '@-'])
    running.child.stdin.write('hello ')
    expect(await running.stdout()).toBe('chunked hello world')
    expect(await running.ended).toBe(0)
  })

  it('ends without waiting for a stdin that nobody wants', async () => {
    await using server = await rawServer({ onHead: () => answer('no thanks') })
    await using running = new RunningHansom(['get', server.url(), '-d', '@-'])
    expect(await running.stdout()).toBe('no thanks')
    expect(await running.ended).toBe(0)
    await server.close()
    await using refused = new RunningHansom(['get', server.url(), '-d', '@-'])
    expect(await refused.stderr).toContain('ERR_HANSOM_CONNECT')
    expect(await refused.ended).toBe(1)
  })

  it('opens no more than --max-connections to a host', async () => {
    await using server = await httpServer(name)
    const urls = Array.from({ length: 12 }, (_, index) => server.url(`/${index}`))
    const { code, stdout } = await hansom(['get', ...urls, '--max-connections', '2'])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: urls.map(url => `${url.slice(server.origin.length)}\n`).join(''),
    })
    expect(server.connections.peak).toBeLessThanOrEqual(2)
  })

  it('fails what finds no free connection with --policy drop', async () => {
    await using server = await httpServer(name)
    const urls = ['/1', '/2', '/3'].map(path => server.url(path))
    const { code, stdout, stderr } = await hansom(['get', ...urls, '--max-connections', '1', '--policy', 'drop'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '/1\n' })
    const lines = stderr.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    for (const line of lines)
      expect(line).toMatch(/ERR_HANSOM_POOL_FULL.*raise --max-connections, or use --policy queue/)
  })

  it('dials past --max-connections with --policy overflow', async () => {
    const waiting: ServerResponse[] = []
    await using server = await httpServer((_request, response) => {
      if (waiting.push(response) === 4) for (const each of waiting) each.end('.')
    })
    const urls = Array.from({ length: 4 }, () => server.url())
    const { code, stdout } = await hansom(['get', ...urls, '--max-connections', '2', '--policy', 'overflow'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '....' })
  })

  it('tells each bill with --timing, and nothing of it on stdout', async () => {
    await using server = await httpServer(name)
    const urls = ['/1', '/404'].map(path => server.url(path))
    const { stdout, stderr } = await hansom([
      'get',
      ...urls,
      'http://127.0.0.1:1/',
      '--max-connections',
      '1',
      '--timing',
    ])
    expect(stdout).toBe('/1\n/404\n')
    const ms = String.raw`\d+\.\d`
    const bill = (queue: string) => `queue ${ms}${queue}, send ${ms}, first byte ${ms}, body ${ms}, total ${ms} ms`
    const lines = stderr.split('\n').filter(line => line.startsWith('timing: '))
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(new RegExp(`^timing: 200, ${bill(` \\(tcp ${ms}\\)`)}, new connection, ${urls[0]}$`))
    expect(lines[1]).toMatch(new RegExp(`^timing: 404, ${bill('')}, reused connection, ${urls[1]}$`))
    expect(lines[2]).toMatch(new RegExp(`^timing: ---, ${bill('')}, no connection, http://127.0.0.1:1/$`))
  })

  it('counts a status of 400 or more as failed, and writes its body all the same', async () => {
    await using server = await httpServer(name)
    const { code, stdout, stderr } = await hansom(['get', server.url('/a'), server.url('/404'), server.url('/b')])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '/a\n/404\n/b\n' })
    expect(stderr).toBe(`hansom: ${server.url('/404')}: the server answered 404 Not Found\n`)
  })

  it('does not follow a redirect: it tells where it leads, whatever bytes that has', async () => {
    const where = Buffer.from('/there\x9b2J', 'latin1').toString('latin1')
    await using server = await rawServer({
      onRequest: () => Buffer.from(`${answerHead(302, { Location: where, 'Content-Length': '5' })}moved`, 'latin1'),
    })
    const { code, stdout, stderr } = await hansom(['get', server.url()])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'moved' })
    expect(stderr).toBe(`note: ${server.url()}: 302 redirects to /there\\x9b2J; redirects are not followed\n`)
  })

  it('shows no credentials', async () => {
    await using server = await httpServer((request, response) => {
      response.statusCode = 401
      response.end(request.headers.authorization)
    })
    const url = `http://me:secret@127.0.0.1:${server.port}/`
    const { stdout, stderr } = await hansom(['get', url, '--timing'])
    expect(stdout).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`)
    expect(stderr).not.toMatch(/me:|secret/)
  })

  it('checks certificates, and says how to trust one', async () => {
    await using directory = await temporaryDirectory()
    const { key, cert, ca } = await localCertificate()
    const caFile = join(directory.path, 'ca.pem')
    await writeFile(caFile, ca)
    await using server = await httpServer(name, { tls: { key, cert } })
    const refused = await hansom(['get', server.url('/a')])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^hansom: .*ERR_HANSOM_TLS.*NODE_EXTRA_CA_CERTS=FILE.*\n$/)
    const trusted = await hansom(['get', server.url('/a'), '--timing'], { env: { NODE_EXTRA_CA_CERTS: caFile } })
    expect(trusted).toMatchObject({ code: 0, stdout: '/a\n' })
    expect(trusted.stderr).toMatch(/ \(tcp [\d.]+, tls [\d.]+\), /)
  })
})

describe('a failure', () => {
  it.each([
    ['garbage', 'SSH-2.0-OpenSSH_9.2\r\n', 'ERR_HANSOM_PROTOCOL', 'phase head'],
    [
      'a body cut short',
      `${answerHead(200, { 'Content-Length': '10' })}12345`,
      'ERR_HANSOM_BODY_TRUNCATED',
      'phase body',
    ],
    ['nothing at all', '', 'ERR_HANSOM_CONNECTION_CLOSED', 'phase head'],
  ])('is told in one line, and hinders no other URL: %s', async (_what, bytes, code, phase) => {
    await using good = await httpServer(name)
    await using bad = await rawServer({ onRequest: ({ connection }) => void connection.end(bytes) })
    const result = await hansom(['get', bad.url('/bad'), good.url('/good')])
    expect(result.code).toBe(1)
    expect(result.stdout.endsWith('/good\n')).toBe(true)
    expect(result.stderr).toMatch(/^hansom: [^\n]+\n$/)
    for (const word of [bad.url('/bad'), code, `host 127.0.0.1:${bad.port}`, phase])
      expect(result.stderr).toContain(word)
  })

  it('of a server that is down names the address', async () => {
    const down = await rawServer()
    await down.close()
    const { code, stdout, stderr } = await hansom(['get', down.url('/x')])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^hansom: [^\n]+: check that the server listens[^\n]*\n$/)
    for (const word of [down.url('/x'), 'ECONNREFUSED', 'ERR_HANSOM_CONNECT', `host 127.0.0.1:${down.port}`]) {
      expect(stderr).toContain(word)
    }
  })

  it('of a server that takes longer than --timeout names the flag', async () => {
    await using server = await rawServer()
    const { code, stdout, stderr } = await hansom(['get', server.url(), '--timeout', '250', '--timing'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/within 250 ms \(--timeout\) \(ERR_HANSOM_TIMEOUT_TOTAL, .*phase head\): raise --timeout/)
    expect(Number(/total ([\d.]+) ms/.exec(stderr)?.[1])).toBeGreaterThanOrEqual(250)
  })
})

describe('an end before the end', () => {
  it('is quiet when nobody reads stdout any more', async () => {
    await using server = await httpServer((_request, response) => response.end(Buffer.alloc(8_388_608, 'x')))
    const command = '"$0" dist/cli/main.js get "$1" "$1"; echo "code $?" >&2'
    const script = `(${command}) | head -c 3`
    const options = { cwd: PROJECT_ROOT, env: { PATH: process.env['PATH'] }, timeout: 14_000 }
    const result = await promisify(execFile)('sh', ['-c', script, process.execPath, server.url()], options)
    expect(result).toMatchObject({ stdout: 'xxx', stderr: 'code 1\n' })
  })

  it('comes at once with SIGINT, and the requests are given up', async () => {
    await using server = await rawServer({ onRequest: () => `${answerHead(200, { 'Content-Length': '10' })}1234` })
    await using running = new RunningHansom(['get', server.url('/1'), server.url('/2'), '--timing'])
    await once(running.child.stdout, 'readable')
    const connections = [await server.nextConnection(), await server.nextConnection()]
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(130)
    expect(await running.stderr).toBe('hansom: interrupted; 0 of 2 requests had succeeded\n')
    await Promise.all(connections.map(connection => connection.closed))
  })

  it('does not wait for a reader of stdout that does not read', async () => {
    await using server = await httpServer((_request, response) => response.end(Buffer.alloc(8_388_608, 'x')))
    await using running = new RunningHansom(['get', server.url()])
    await once(running.child.stdout, 'readable')
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(143)
  })
})
