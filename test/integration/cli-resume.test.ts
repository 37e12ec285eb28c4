import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answer, answerHead } from '../support/answer.ts'
import { hansom, RunningHansom, temporaryDirectory } from '../support/hansom.ts'
import { type HttpServer, httpServer } from '../support/http-server.ts'
import { leakCheck } from '../support/leak-check.ts'
import type { RawConnection } from '../support/raw-connection.ts'
import { rawServer } from '../support/raw-server.ts'

leakCheck()

const size = 500_000
const cut = 200_000

interface Asked {
  readonly path: string
  readonly range: string | undefined
  readonly ifRange: string | undefined
}

/** Resolves when a file that is on its way has so many bytes: what is only on the wire when it breaks is lost. */
async function untilSaved(path: string, bytes: number): Promise<void> {
  const sizeOf = (name: string) =>
    stat(join(path, name)).then(
      ({ size }) => size,
      () => 0,
    )
  const saved = async () => {
    const names = await readdir(path)
    return Promise.all(names.filter(name => !name.endsWith('.part')).map(sizeOf))
  }
  await expect.poll(saved, { timeout: 10_000, interval: 10 }).toContain(bytes)
}

/** Serves one body with ranges, as nginx does, and breaks off when `cut` bytes of it were saved, while it is told to. */
class Origin {
  /** Where its bodies are saved. */
  path = ''
  body = randomBytes(size)
  etag: string | null = '"v1"'
  /** In place of an etag. */
  lastModified: string | null = null
  breaks = true
  /** Keeps the connection when it breaks off: it just says no more. */
  stalls = false
  ranges = true
  readonly asked: Asked[] = []

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { range, 'if-range': ifRange } = request.headers as Record<string, string | undefined>
    this.asked.push({ path: request.url ?? '', range, ifRange })
    if (this.etag !== null) response.setHeader('ETag', this.etag)
    if (this.lastModified !== null) response.setHeader('Last-Modified', this.lastModified)
    const isSame = ifRange === undefined || ifRange === this.etag || ifRange === this.lastModified
    const from = range !== undefined && this.ranges && isSame ? Number(/^bytes=(\d+)-$/.exec(range)![1]) : 0
    if (from > 0) response.setHeader('Content-Range', `bytes ${from}-${this.body.length - 1}/${this.body.length}`)
    response.writeHead(from > 0 ? 206 : 200, { 'Content-Length': this.body.length - from })
    if (!this.breaks) response.end(this.body.subarray(from))
    else {
      response.write(this.body.subarray(from, from + cut))
      if (!this.stalls) untilSaved(this.path, from + cut).then(() => response.socket?.end())
    }
  }
}

async function started(origin: Origin): Promise<HttpServer> {
  return httpServer(origin.handle)
}

/** The names in a directory, those of parts without what makes them unique. */
async function names(path: string): Promise<string[]> {
  return (await readdir(path)).map(name => name.replace(/[0-9a-f]{40}/, '*')).sort()
}

describe('a download that breaks off', () => {
  it('goes on where it was when the same command runs again', async () => {
    const origin = new Origin()
    await using server = await started(origin)
    await using directory = await temporaryDirectory()
    origin.path = directory.path
    const args = ['get', server.url('/a.bin?x=1'), '--output-dir', directory.path]
    const first = await hansom(args)
    expect(first).toMatchObject({ code: 1, stdout: '' })
    expect(first.stderr).toMatch(
      /^hansom: .*ERR_HANSOM_BODY_TRUNCATED.*; 200000 bytes are kept, and the same command goes on there\n$/,
    )
    expect(await names(directory.path)).toEqual(['.hansom-*.part'])
    const second = await hansom(args)
    expect(second.stderr).toContain('; 400000 bytes are kept')
    origin.breaks = false
    const third = await hansom(args)
    expect(third).toMatchObject({ code: 0, stdout: '' })
    expect(third.stderr).toBe(`note: ${server.url('/a.bin?x=1')}: went on behind the 400000 bytes that were kept\n`)
    expect(origin.asked.map(({ range, ifRange }) => [range, ifRange])).toEqual([
      [undefined, undefined],
      ['bytes=200000-', '"v1"'],
      ['bytes=400000-', '"v1"'],
    ])
    expect(await names(directory.path)).toEqual(['a.bin'])
    expect(origin.body.equals(await readFile(join(directory.path, 'a.bin')))).toBe(true)
  })

  it('goes on by the date if there is no tag, and the date is old enough', async () => {
    const origin = new Origin()
    origin.etag = null
    origin.lastModified = new Date(Date.now() - 3_600_000).toUTCString()
    await using server = await started(origin)
    await using directory = await temporaryDirectory()
    origin.path = directory.path
    const args = ['get', server.url('/a.bin'), '--output-dir', directory.path]
    await hansom(args)
    origin.breaks = false
    expect((await hansom(args)).code).toBe(0)
    expect(origin.asked[1]).toMatchObject({ range: 'bytes=200000-', ifRange: origin.lastModified })
    expect(origin.body.equals(await readFile(join(directory.path, 'a.bin')))).toBe(true)
  })

  it('starts over if it has changed meanwhile', async () => {
    const origin = new Origin()
    await using server = await started(origin)
    await using directory = await temporaryDirectory()
    origin.path = directory.path
    const args = ['get', server.url('/a.bin'), '--output-dir', directory.path]
    await hansom(args)
    Object.assign(origin, { body: randomBytes(size), etag: '"v2"', breaks: false })
    const { code, stderr } = await hansom(args)
    expect(code).toBe(0)
    expect(stderr).toBe(`note: ${server.url('/a.bin')}: started over: the server did not go on with what was kept\n`)
    expect(origin.asked).toHaveLength(2)
    expect(await names(directory.path)).toEqual(['a.bin'])
    expect(origin.body.equals(await readFile(join(directory.path, 'a.bin')))).toBe(true)
  })

  it('keeps the part while the server cannot be asked, or refuses', async () => {
    const origin = new Origin()
    await using server = await started(origin)
    await using directory = await temporaryDirectory()
    origin.path = directory.path
    const args = ['get', server.url('/a.bin'), '--output-dir', directory.path]
    await hansom(args)
    server.server.removeAllListeners('request').once('request', (_request, response) => {
      response.writeHead(503).end('busy')
    })
    expect(await hansom(args)).toMatchObject({ code: 1 })
    server.server.on('request', origin.handle)
    origin.breaks = false
    expect((await hansom(args)).code).toBe(0)
    expect(origin.asked[1]?.range).toBe('bytes=200000-')
    expect(origin.body.equals(await readFile(join(directory.path, 'a.bin')))).toBe(true)
  })

  it('leaves nothing if the server gives no strong validator, or refuses ranges', async () => {
    const origin = new Origin()
    await using server = await started(origin)
    await using directory = await temporaryDirectory()
    origin.path = directory.path
    const args = ['get', server.url('/a.bin'), '--output-dir', directory.path]
    for (const change of [{ etag: 'W/"v1"' }, { etag: null, lastModified: new Date().toUTCString() }]) {
      Object.assign(origin, change)
      const { code, stderr } = await hansom(args)
      expect(code).toBe(1)
      expect(stderr).not.toContain('kept')
      expect(await names(directory.path)).toEqual([])
    }
  })

  it('is not kept for a method or data that cannot be repeated so', async () => {
    const origin = new Origin()
    await using server = await started(origin)
    await using directory = await temporaryDirectory()
    origin.path = directory.path
    const args = ['get', server.url('/a.bin'), '--output-dir', directory.path]
    for (const more of [
      ['-d', 'x'],
      ['-X', 'QUERY'],
      ['-H', 'Range: bytes=0-'],
    ]) {
      expect((await hansom([...args, ...more])).code).toBe(1)
      expect(await names(directory.path)).toEqual([])
    }
  })

  it('goes on after SIGINT, and with --continue does not ask for what is there', async () => {
    const origin = new Origin()
    origin.stalls = true
    await using server = await httpServer((request, response) => {
      if (request.url !== '/small') return origin.handle(request, response)
      origin.asked.push({ path: '/small', range: undefined, ifRange: undefined })
      response.end('small')
    })
    await using directory = await temporaryDirectory()
    origin.path = directory.path
    const args = ['get', server.url('/small'), server.url('/a.bin'), '--output-dir', directory.path, '--json']
    await using running = new RunningHansom(args)
    const sizes = async () => {
      const files = await readdir(directory.path)
      return Promise.all(files.map(async name => (await readFile(join(directory.path, name)).catch(() => '')).length))
    }
    await expect.poll(async () => (await sizes()).sort(), { timeout: 10_000 }).toEqual([cut, 5])
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(130)
    expect(await running.stderr).toBe(
      'hansom: interrupted; 1 of 2 requests had succeeded, 1 kept in part; the same command goes on there; with --continue it leaves out what is whole\n',
    )
    expect(await names(directory.path)).toEqual(['.hansom-*.part', 'small'])
    origin.breaks = false
    const { code, stdout, stderr } = await hansom([...args, '--continue'])
    expect(code).toBe(0)
    expect(stderr.split('\n').sort()).toEqual([
      '',
      `note: ${server.url('/a.bin')}: went on behind the 200000 bytes that were kept`,
      `note: ${server.url('/small')}: already there`,
    ])
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    const small = lines.find(({ url }) => url.endsWith('/small'))
    expect(small).toMatchObject({ ok: true, skipped: true, status: null, bytes: 0, bill: null, connection: null })
    const big = lines.find(({ url }) => url.endsWith('/a.bin'))
    expect(big).toMatchObject({ ok: true, skipped: false, status: 206, bytes: size - cut, resumedFrom: cut })
    expect(big.file).toBe(join(directory.path, 'a.bin'))
    expect(origin.asked.map(({ path }) => path).sort()).toEqual(['/a.bin', '/a.bin', '/small'])
    expect(await names(directory.path)).toEqual(['a.bin', 'small'])
    expect(origin.body.equals(await readFile(join(directory.path, 'a.bin')))).toBe(true)
  })

  it('overwrites no file without --continue, and goes on all the same', async () => {
    const origin = new Origin()
    await using server = await started(origin)
    await using directory = await temporaryDirectory()
    origin.path = directory.path
    const args = ['get', server.url('/a.bin'), '--output-dir', directory.path]
    await hansom(args)
    await writeFile(join(directory.path, 'a.bin'), 'mine')
    origin.breaks = false
    const { code, stderr } = await hansom(args)
    expect(code).toBe(0)
    expect(stderr).toContain('saved as a-1.bin, because a.bin was taken\n')
    expect(await readFile(join(directory.path, 'a.bin'), 'utf8')).toBe('mine')
    expect(origin.body.equals(await readFile(join(directory.path, 'a-1.bin')))).toBe(true)
  })

  it('is gone on with by one of two that have the same URL', async () => {
    const origin = new Origin()
    await using server = await started(origin)
    await using directory = await temporaryDirectory()
    origin.path = directory.path
    await hansom(['get', server.url('/a.bin'), '--output-dir', directory.path])
    origin.breaks = false
    const twice = [server.url('/a.bin'), server.url('/a.bin')]
    expect((await hansom(['get', ...twice, '--output-dir', directory.path])).code).toBe(0)
    expect(await names(directory.path)).toEqual(['a-1.bin', 'a.bin'])
    for (const name of await readdir(directory.path)) {
      expect(origin.body.equals(await readFile(join(directory.path, name)))).toBe(true)
    }
  })
})

describe('a server that answers a range wrongly', () => {
  const etag = { ETag: '"v1"' }
  const whole = 'the whole body'

  function breakOff(connection: RawConnection, path: string): string {
    untilSaved(path, 4).then(() => connection.end())
    return `${answerHead(200, { 'Content-Length': `${whole.length}`, ...etag })}the `
  }

  it.each([
    [
      'another beginning',
      answer('whole body', { status: 206, headers: { 'Content-Range': 'bytes 3-13/14', ...etag } }),
    ],
    ['another total', answer('whole body', { status: 206, headers: { 'Content-Range': 'bytes 4-13/15', ...etag } })],
    ['another tag', answer('WHOLE BODY', { status: 206, headers: { 'Content-Range': 'bytes 4-13/14', ETag: '"v2"' } })],
    ['several parts', answer('--x', { status: 206, headers: { 'Content-Type': 'multipart/byteranges; boundary=x' } })],
    ['no such range', answer('', { status: 416, headers: { 'Content-Range': 'bytes */4' } })],
    ['no change', Buffer.from(answerHead(304, etag))],
  ])('is asked for the whole: %s', async (_what, bytes) => {
    let requests = 0
    await using directory = await temporaryDirectory()
    await using server = await rawServer({
      onRequest: ({ headers, connection }) => {
        if (requests++ === 0) return breakOff(connection, directory.path)
        return headers['range'] === undefined ? answer(whole, { headers: etag }) : bytes
      },
    })
    const args = ['get', server.url('/a'), '--output-dir', directory.path]
    expect((await hansom(args)).stderr).toContain('; 4 bytes are kept')
    const { code, stderr } = await hansom(args)
    expect(stderr).toBe(`note: ${server.url('/a')}: started over: the server did not go on with what was kept\n`)
    expect({ code, requests }).toEqual({ code: 0, requests: 3 })
    expect(await names(directory.path)).toEqual(['a'])
    expect(await readFile(join(directory.path, 'a'), 'utf8')).toBe(whole)
  })

  it.each(['whole', 'whole body and more'])('fails if the range has another length than it said: %s', async rest => {
    let requests = 0
    await using directory = await temporaryDirectory()
    const chunked = { 'Transfer-Encoding': 'chunked', 'Content-Range': 'bytes 4-13/14', ...etag }
    await using server = await rawServer({
      onRequest: ({ headers, connection }) => {
        if (requests++ === 0) return breakOff(connection, directory.path)
        if (headers['range'] === undefined) return answer(whole, { headers: etag })
        return `${answerHead(206, chunked)}${rest.length.toString(16)}\r\n${rest}\r\n0\r\n\r\n`
      },
    })
    const args = ['get', server.url('/a'), '--output-dir', directory.path]
    await hansom(args)
    const { code, stderr } = await hansom(args)
    expect(code).toBe(1)
    expect(stderr).toContain('the server sent a range of another length than it said; run it again to get the whole')
    expect(await names(directory.path)).toEqual([])
    expect((await hansom(args)).code).toBe(0)
    expect(await readFile(join(directory.path, 'a'), 'utf8')).toBe(whole)
  })
})
