import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { hansom, RunningHansom, temporaryDirectory } from '../support/hansom.ts'
import { httpServer } from '../support/http-server.ts'
import { leakCheck } from '../support/leak-check.ts'

leakCheck()

function name({ url = '' }: IncomingMessage, response: ServerResponse): void {
  response.end(`${url}\n`)
}

describe('hansom get --input-file', () => {
  it('requests the URLs in a file behind those of the command line, in their order', async () => {
    await using server = await httpServer(name)
    await using directory = await temporaryDirectory()
    const list = join(directory.path, 'list')
    await writeFile(
      list,
      `\ufeff# some URLs\r\n${server.url('/2')}\r\n\r\n  ${server.url('/3')}\t\n#\n${server.url('/4')}`,
    )
    const { code, stdout, stderr } = await hansom(['get', server.url('/1'), '--input-file', list])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '/1\n/2\n/3\n/4\n', stderr: '' })
  })

  it('takes 2,000 URLs from stdin with --parallel 8: no more run at once, and the order is kept', async () => {
    await using server = await httpServer(async (request, response) => {
      await turn()
      name(request, response)
    })
    await using running = new RunningHansom(['get', '-i', '-', '--parallel', '8'])
    const paths = Array.from({ length: 2_000 }, (_, index) => `/${index}`)
    running.child.stdin.end(paths.map(path => `${server.url(path)}\n`).join(''))
    expect(await running.stdout()).toBe(paths.map(path => `${path}\n`).join(''))
    expect(await running.ended).toBe(0)
    expect(await running.stderr).toBe('')
    expect(server.requests).toMatchObject({ total: 2_000 })
    expect(server.requests.peak).toBeLessThanOrEqual(8)
    expect(server.requests.peak).toBeGreaterThan(1)
  })

  it('requests each URL when its line comes', async () => {
    await using server = await httpServer(name)
    await using running = new RunningHansom(['get', '-i', '-'])
    for (const path of ['/1', '/2', '/3']) {
      running.child.stdin.write(`${server.url(path)}\n`)
      const [text] = await once(running.child.stdout, 'data')
      expect(String(text)).toBe(`${path}\n`)
    }
    running.child.stdin.end()
    running.child.stdout.resume()
    expect(await running.ended).toBe(0)
  })

  it('reads no further than it can request', async () => {
    await using server = await httpServer(() => {})
    await using running = new RunningHansom(['get', '-i', '-', '--parallel', '2'])
    const line = `${server.url('/never')}\n`
    const { stdin } = running.child
    stdin.write(line.repeat(100_000))
    await expect.poll(() => server.requests.open, { timeout: 10_000 }).toBe(2)
    expect(stdin.writableLength).toBeGreaterThan(0)
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(130)
    expect(await running.stderr).toBe('hansom: interrupted; 0 of 2 requests had succeeded\n')
    expect(server.requests.total).toBe(2)
  })

  it('goes on behind a line that is no URL: it names the line, and counts it as failed', async () => {
    await using server = await httpServer(name)
    await using directory = await temporaryDirectory()
    const list = join(directory.path, 'list')
    const lines = [server.url('/1'), '', 'example.com', 'http://me:secret@', `http://a/${'x'.repeat(70_000)}`]
    await writeFile(list, [...lines, server.url('/2')].join('\n'))
    const { code, stdout, stderr } = await hansom(['get', '-i', list])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '/1\n/2\n' })
    expect(stderr.trimEnd().split('\n')).toEqual([
      `hansom: ${list}, line 3: "example.com" is not an absolute http: or https: URL; did you mean http://example.com?`,
      `hansom: ${list}, line 4: "http://" is not an absolute http: or https: URL`,
      `hansom: ${list}, line 5: the line is longer than 65536 bytes`,
    ])
  })

  it('is wrong usage if the first line is no URL, also while more may come', async () => {
    await using running = new RunningHansom(['get', '-i', '-'])
    running.child.stdin.write('# list\nexample.com\n')
    expect(await running.stderr).toMatch(/^hansom: stdin, line 2: "example.com" is not .*; see hansom get --help\n$/)
    expect(await running.ended).toBe(2)
  })

  it('is wrong usage, also while more may come, if the library refuses a header', async () => {
    await using running = new RunningHansom(['get', '-i', '-', '-H', 'Connection: close'])
    running.child.stdin.write('http://127.0.0.1:9/\n')
    expect(await running.stderr).toMatch(/^hansom: --header: [^\n]+; see hansom get --help\n$/)
    expect(await running.ended).toBe(2)
  })

  it('has nothing to do for an empty list', async () => {
    await using running = new RunningHansom(['get', '-i', '-'])
    running.child.stdin.end('# nothing\n\n')
    expect(await running.ended).toBe(0)
    expect(await running.stderr).toBe('')
  })

  it('ends with SIGINT while nothing comes', async () => {
    await using server = await httpServer(name)
    await using running = new RunningHansom(['get', '-i', '-'])
    running.child.stdin.write(`${server.url('/1')}\n`)
    await once(running.child.stdout, 'data')
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(130)
    expect(await running.stderr).toMatch(/^hansom: interrupted; [01] of 1 requests had succeeded\n$/)
  })

  it('saves each into a file, whose numbers follow the order of the list', async () => {
    await using server = await httpServer(name)
    await using directory = await temporaryDirectory()
    await using running = new RunningHansom(['get', '-i', '-', '--output-dir', directory.path, '--json'])
    const paths = Array.from({ length: 300 }, (_, index) => `/${index}/a.txt`)
    running.child.stdin.end(paths.map(path => `${server.url(path)}\n`).join(''))
    const lines = (await running.stdout())
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(await running.ended).toBe(0)
    expect(Object.fromEntries(lines.map(({ url, file }) => [url, file]))).toEqual(
      Object.fromEntries(
        paths.map((path, index) => [server.url(path), join(directory.path, index === 0 ? 'a.txt' : `a-${index}.txt`)]),
      ),
    )
  })
})

describe('hansom get --parallel', () => {
  it('bounds all hosts together', async () => {
    let running = 0
    let peak = 0
    const handler = async (_request: IncomingMessage, response: ServerResponse) => {
      peak = Math.max(peak, ++running)
      await turn()
      running--
      response.end()
    }
    await using a = await httpServer(handler)
    await using b = await httpServer(handler)
    const urls = Array.from({ length: 30 }, () => [a.url(), b.url()]).flat()
    expect((await hansom(['get', ...urls, '--parallel', '3'])).code).toBe(0)
    expect(peak).toBeLessThanOrEqual(3)
    expect(a.requests.total + b.requests.total).toBe(60)
  })
})
