import { existsSync } from 'node:fs'
import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answer, answerHead } from '../support/answer.ts'
import { hansom, RunningHansom, temporaryDirectory } from '../support/hansom.ts'
import { httpServer } from '../support/http-server.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'

leakCheck()

function namingServer() {
  return httpServer(({ url = '' }, response) => {
    response.statusCode = url.startsWith('/404') ? 404 : 200
    response.end(url)
  })
}

/** Every file by its name, with its text. */
async function contents(path: string): Promise<Record<string, string>> {
  const names = (await readdir(path)).sort()
  return Object.fromEntries(
    await Promise.all(names.map(async name => [name, await readFile(join(path, name), 'utf8')])),
  )
}

describe('hansom get --output-dir', () => {
  it('makes the directory, and a file for each body', async () => {
    await using directory = await temporaryDirectory()
    await using server = await namingServer()
    const path = join(directory.path, 'a/b')
    const urls = ['/x/one.txt?q=1', '/two', '/dir/'].map(each => server.url(each))
    const { code, stdout, stderr } = await hansom(['get', ...urls, '--output-dir', path])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await contents(path)).toEqual({ 'one.txt': '/x/one.txt?q=1', two: '/two', 'index.html': '/dir/' })
  })

  it('never leaves the directory, and makes no hidden file', async () => {
    await using directory = await temporaryDirectory()
    await using server = await namingServer()
    const path = join(directory.path, 'out')
    const urls = ['/..%2f..%2fup', '/%2e%2e%2f%2e%2e%2froot', '/.profile', '/%2fetc%2fx'].map(each => server.url(each))
    const { code } = await hansom(['get', ...urls, '--output-dir', path])
    expect(code).toBe(0)
    expect(await readdir(directory.path)).toEqual(['out'])
    expect(Object.keys(await contents(path))).toEqual(['__.._root', '__.._up', '_etc_x', '_profile'])
  })

  it('gives a number to a name that is taken, by the order of the URLs, and says so', async () => {
    await using directory = await temporaryDirectory()
    await using server = await namingServer()
    await writeFile(join(directory.path, 'b.txt'), 'mine')
    const target = join(directory.path, 'target')
    await symlink(target, join(directory.path, 'c.txt'))
    const urls = ['/1/a.txt', '/2/a.txt', '/3/a.txt', '/4/b.txt', '/5/c.txt'].map(each => server.url(each))
    const { code, stderr } = await hansom(['get', ...urls, '--output-dir', directory.path, '--max-connections', '1'])
    expect(code).toBe(0)
    expect(existsSync(target)).toBe(false)
    const files = { 'a.txt': '/1/a.txt', 'a-1.txt': '/2/a.txt', 'a-2.txt': '/3/a.txt' }
    for (const [name, text] of Object.entries({
      ...files,
      'b.txt': 'mine',
      'b-1.txt': '/4/b.txt',
      'c-1.txt': '/5/c.txt',
    })) {
      expect(await readFile(join(directory.path, name), 'utf8')).toBe(text)
    }
    expect(stderr.trimEnd().split('\n').sort()).toEqual(
      ['/2/a.txt: saved as a-1.txt, because a.txt was taken', '/3/a.txt: saved as a-2.txt, because a.txt was taken']
        .concat([
          '/4/b.txt: saved as b-1.txt, because b.txt was taken',
          '/5/c.txt: saved as c-1.txt, because c.txt was taken',
        ])
        .map(line => `note: ${server.url(line)}`),
    )
  })

  it('leaves nothing of a body that was cut short, or has a status of 400 or more', async () => {
    await using directory = await temporaryDirectory()
    await using good = await namingServer()
    await using bad = await rawServer({
      onRequest: ({ connection }) => void connection.end(`${answerHead(200, { 'Content-Length': '99' })}part`),
    })
    const urls = [bad.url('/cut'), good.url('/404'), good.url('/fine'), good.url('/404')]
    const { code, stderr } = await hansom(['get', ...urls, '--output-dir', directory.path])
    expect(code).toBe(1)
    expect(await contents(directory.path)).toEqual({ fine: '/fine' })
    expect(stderr.trimEnd().split('\n')).toHaveLength(3)
  })

  it('leaves nothing of a body that SIGINT interrupts', async () => {
    await using directory = await temporaryDirectory()
    await using server = await rawServer({
      onRequest: ({ target }) =>
        target === '/whole' ? answer('whole') : `${answerHead(200, { 'Content-Length': '99' })}part`,
    })
    const urls = [server.url('/whole'), server.url('/part')]
    await using running = new RunningHansom(['get', ...urls, '--output-dir', directory.path])
    // The whole one has its name, the other is begun.
    const names = () => readdir(directory.path)
    await expect
      .poll(async () => [(await names()).length, (await names()).includes('whole')], { timeout: 10_000 })
      .toEqual([2, true])
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(130)
    expect(await running.stderr).toMatch(
      /^hansom: interrupted; [01] of 2 requests had succeeded(; with --continue it leaves out what is whole)?\n$/,
    )
    expect(await names()).toEqual(['whole'])
  })

  it('tells why a file cannot be written', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'out')
    await using server = await httpServer(async (_request, response) => {
      await rm(path, { recursive: true })
      response.end('text')
    })
    const { code, stderr } = await hansom(['get', server.url('/a'), '--output-dir', path])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^hansom: \S+\/a: ENOENT: [^\n]+\n$/)
  })
})
