import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hansom, RunningHansom, temporaryDirectory } from '../support/hansom.ts'
import { httpServer } from '../support/http-server.ts'
import { leakCheck } from '../support/leak-check.ts'
import { PROJECT_ROOT } from '../support/project-root.ts'

leakCheck()

const esc = '\x1b'
/** Another `script` takes its arguments otherwise. */
const hasScript = (spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '').includes('util-linux')

/** Sends half of a body, and the rest when it is told to. */
class Slow {
  readonly held: ServerResponse[] = []

  readonly handle = ({ url = '' }: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(url.includes('404') ? 404 : 200, { 'Content-Length': 1_000, ETag: '"v1"' })
    response.write('x'.repeat(500))
    this.held.push(response)
  }

  release(): void {
    for (const response of this.held.splice(0)) response.end('y'.repeat(500))
  }
}

/** Runs the program in a pseudo-terminal of this size. What comes out of it is stdout and stderr in one. */
class Terminal implements AsyncDisposable {
  output = ''
  readonly child: ChildProcess
  /** The exit code. */
  readonly ended: Promise<number>

  constructor(args: readonly string[], { columns = 70, rows = 10, env = {}, redirect = '' } = {}) {
    const words = [process.execPath, 'dist/cli/main.js', ...args].map(word => `'${word}'`)
    const command = `stty cols ${columns} rows ${rows}; exec ${words.join(' ')} ${redirect}`
    this.child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: PROJECT_ROOT,
      env: { PATH: process.env['PATH'], TERM: 'xterm', SHELL: '/bin/sh', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.child.stdout!.setEncoding('utf8').on('data', (piece: string) => (this.output += piece))
    this.ended = once(this.child, 'close').then(([code]) => code)
  }

  /** Resolves when the output has this in it. */
  async shows(words: string): Promise<void> {
    await expect.poll(() => this.output, { timeout: 10_000, interval: 20 }).toContain(words)
  }

  /** As if it was typed. */
  type(keys: string): void {
    this.child.stdin!.write(keys)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
  }
}

/** The lines that a terminal shows in the end, of the escape sequences that the program uses. */
function shown(output: string): string[] {
  const lines = ['']
  let row = 0
  for (const [piece, up] of output.replaceAll(`${esc}[`, '¤').matchAll(/¤(\d+)A|¤J|\r|\n|[^¤\r\n]+/g)) {
    if (up !== undefined) row -= Number(up)
    else if (piece === '\n') row++
    else if (piece === '¤J') lines.length = row
    else if (piece !== '\r') lines[row] = piece
  }
  return Array.from(lines, line => line ?? '').filter(line => line !== '')
}

describe('a pipe', () => {
  it('gets no escape sequence, with any flag', async () => {
    await using server = await httpServer(({ url = '' }, response) => {
      response.statusCode = url.startsWith('/404') ? 404 : 200
      response.end(url)
    })
    await using directory = await temporaryDirectory()
    const env = { TERM: 'xterm-256color', FORCE_COLOR: '1', NO_COLOR: undefined, CI: undefined }
    for (const more of [
      [],
      ['--json'],
      ['--output-dir', directory.path],
      ['--output-dir', directory.path, '--timing'],
    ]) {
      const { stdout, stderr } = await hansom(['get', server.url('/a'), server.url('/404'), ...more], { env })
      expect(stdout + stderr).not.toContain(esc)
      expect(
        stderr
          .trimEnd()
          .split('\n')
          .filter(line => !/^(hansom|note|timing): /.test(line)),
      ).toEqual([])
    }
  })
})

describe.skipIf(!hasScript)('a terminal', () => {
  it('shows a bar for each file and the total, then a line for each', async () => {
    const slow = new Slow()
    await using server = await httpServer(slow.handle)
    await using directory = await temporaryDirectory()
    const urls = [server.url('/a.bin'), server.url('/b.bin')]
    await using terminal = new Terminal(['get', ...urls, '--output-dir', directory.path])
    await terminal.shows('0 of 2, 1.0 kB')
    expect(terminal.output).toMatch(/a\.bin +\[=+> +\] +50% +500 B/)
    slow.release()
    expect(await terminal.ended).toBe(0)
    expect(shown(terminal.output).sort()).toEqual(
      ['2 of 2, 2.0 kB', 'a.bin: 1.0 kB in 0:00', 'b.bin: 1.0 kB in 0:00'].map(line =>
        expect.stringMatching(line.replace('0:00', '0:\\d\\d')),
      ),
    )
    expect((await readdir(directory.path)).sort()).toEqual(['a.bin', 'b.bin'])
  })

  it('shows failures and notes above the bars', async () => {
    const slow = new Slow()
    await using server = await httpServer((request, response) => {
      if (request.url === '/404') response.writeHead(404).end()
      else slow.handle(request, response)
    })
    await using directory = await temporaryDirectory()
    await using terminal = new Terminal(
      ['get', server.url('/404'), server.url('/a.bin'), '--output-dir', directory.path],
      { columns: 100 },
    )
    await terminal.shows('1 of 2, 1 failed, 500 B')
    const during = shown(terminal.output)
    expect(during[0]).toBe(`hansom: ${server.url('/404')}: the server answered 404 Not Found`)
    expect(during.at(-1)).toMatch(/^1 of 2, 1 failed, 500 B/)
    slow.release()
    expect(await terminal.ended).toBe(1)
    expect(shown(terminal.output).at(-1)).toBe('2 of 2, 1 failed, 1.0 kB')
  })

  it('draws beside a stdout that goes into a file', async () => {
    const slow = new Slow()
    await using server = await httpServer(slow.handle)
    await using terminal = new Terminal(['get', server.url('/a.bin')], { redirect: '> /dev/null' })
    await terminal.shows('0 of 1, 500 B')
    slow.release()
    expect(await terminal.ended).toBe(0)
    expect(shown(terminal.output)).toEqual([expect.stringMatching(/^a\.bin: 1\.0 kB in 0:\d\d$/)])
  })

  it('is left as it was by Ctrl-C, and the part is kept', async () => {
    const slow = new Slow()
    await using server = await httpServer(slow.handle)
    await using directory = await temporaryDirectory()
    await using terminal = new Terminal(['get', server.url('/a.bin'), '--output-dir', directory.path], { columns: 120 })
    await terminal.shows('0 of 1, 500 B')
    terminal.type('\x03')
    expect(await terminal.ended).toBe(130)
    const lines = shown(terminal.output).map(line => line.replace('^C', ''))
    expect(lines.at(-1)).toBe(
      'hansom: interrupted; 0 of 1 requests had succeeded, 1 kept in part; the same command goes on there',
    )
    expect(lines.join('\n')).not.toContain('0 of 1, 500 B')
    expect(terminal.output).not.toContain(`${esc}[?`)
    expect(await readdir(directory.path)).toEqual([expect.stringMatching(/\.part$/)])
  })

  it.each([
    ['--no-progress', ['--no-progress'], {}],
    ['TERM=dumb', [], { TERM: 'dumb' }],
    ['CI', [], { CI: 'true' }],
  ])('shows no bars with %s', async (_what, flags, env) => {
    await using server = await httpServer(({ url = '' }, response) => {
      response.end(url)
    })
    await using directory = await temporaryDirectory()
    await using terminal = new Terminal(['get', server.url('/a'), '--output-dir', directory.path, ...flags], { env })
    expect(await terminal.ended).toBe(0)
    expect(terminal.output).toBe('')
  })

  it('shows no bars between bodies, and a message on a line of its own', async () => {
    await using server = await httpServer(({ url = '' }, response) => {
      response.statusCode = url === '/404' ? 404 : 200
      response.end(`body of ${url}`)
    })
    await using terminal = new Terminal(['get', server.url('/404'), server.url('/b')])
    expect(await terminal.ended).toBe(1)
    expect(terminal.output).toBe(
      `body of /404\r\nhansom: ${server.url('/404')}: the server answered 404 Not Found\r\nbody of /b`,
    )
  })
})

describe('a terminal that is closed', () => {
  it('keeps what has come, as SIGINT does', async () => {
    const slow = new Slow()
    await using server = await httpServer(slow.handle)
    await using directory = await temporaryDirectory()
    await using running = new RunningHansom(['get', server.url('/a.bin'), '--output-dir', directory.path])
    const sizes = async () => {
      const names = await readdir(directory.path)
      return Promise.all(names.map(async name => (await stat(join(directory.path, name))).size))
    }
    await expect.poll(sizes, { timeout: 10_000 }).toEqual([500])
    running.child.kill('SIGHUP')
    expect(await running.ended).toBe(129)
    expect(await readdir(directory.path)).toEqual([expect.stringMatching(/\.part$/)])
  })
})
