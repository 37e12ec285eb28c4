import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomFillSync, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createClient } from '../../src/index.ts'
import { hansom, temporaryDirectory } from '../support/hansom.ts'

/** Debian puts nginx where only root's PATH looks. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
const NGINX = FOLDERS.map(folder => join(folder, 'nginx')).find(isExecutable)
const IS_CI = Boolean(process.env['HANSOM_CI'])
const REASON = 'the program nginx is missing: Debian has it in the package nginx-light'
const SIZES = [0, 1, 1_000, 4_096, 65_535, 65_536, 65_537, 1_000_003, 5_000_000]

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** One process in the foreground, whose every file lies in `directory`; it serves `www` there. */
function configuration(directory: string, port: number, keepAlive: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
master_process off;
pid ${directory}/pid;
error_log stderr warn;
events { worker_connections 64; }
http {
  access_log ${directory}/access.log;
  ${temporary.map(name => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  default_type application/octet-stream;
  gzip off;
  ${keepAlive}
  server {
    listen 127.0.0.1:${port};
    root ${directory}/www;
  }
}
`
}

/** nginx cannot tell which port it was given. This one lies where other tests, which let the system choose, never come. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 30_000)
    const server = createServer()
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}

/** Resolves when something accepts connections there; rejects with nginx's words when it ends before. */
async function accepting(port: number, nginx: ChildProcess, stderr: Promise<string>): Promise<void> {
  for (;;) {
    if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}: ${await stderr}`)
    const socket = connect({ port, host: '127.0.0.1' })
    try {
      await once(socket, 'connect')
      return
    } catch {
      await delay(20)
    } finally {
      socket.destroy()
    }
  }
}

/** Starts nginx with these files to serve. `await using` ends it. */
async function startNginx(directory: string, files: ReadonlyMap<string, Buffer>, keepAlive = 'keepalive_timeout 30s;') {
  await mkdir(join(directory, 'www'))
  for (const [name, bytes] of files) await writeFile(join(directory, 'www', name), bytes)
  const port = await freePort()
  const path = join(directory, 'nginx.conf')
  await writeFile(path, configuration(directory, port, keepAlive))
  const nginx = spawn(NGINX!, ['-p', directory, '-e', 'stderr', '-c', path], { stdio: ['ignore', 'ignore', 'pipe'] })
  const stderr = text(nginx.stderr)
  const ended = once(nginx, 'exit')
  const stop = async (): Promise<void> => {
    nginx.kill('SIGTERM')
    await ended
  }
  await accepting(port, nginx, stderr).catch(async error => {
    await stop()
    throw error
  })
  return { origin: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

describe.skipIf(NGINX === undefined && !IS_CI)(`a real nginx${NGINX === undefined ? ` (${REASON})` : ''}`, () => {
  it('is there', () => {
    expect(NGINX, REASON).toBeDefined()
  })

  it('gives 54 files over 4 connections, byte for byte', async () => {
    await using directory = await temporaryDirectory()
    const files = new Map<string, Buffer>()
    for (let round = 0; round < 6; round++) {
      for (const size of SIZES) files.set(`${round}-${size}.bin`, randomFillSync(Buffer.allocUnsafe(size)))
    }
    await using nginx = await startNginx(directory.path, files)
    const urls = [...files.keys()].map(name => `${nginx.origin}/${name}`)
    const output = join(directory.path, 'out')
    const flags = ['--max-connections', '4', '--output-dir', output, '--timing']
    const { code, stdout, stderr } = await hansom(['get', ...urls, ...flags], { timeoutMs: 50_000 })
    const lines = stderr.trimEnd().split('\n')
    expect(lines.filter(line => !line.startsWith('timing: 200, '))).toEqual([])
    expect({ code, stdout, lines: lines.length }).toEqual({ code: 0, stdout: '', lines: files.size })
    expect((await readdir(output)).sort()).toEqual([...files.keys()].sort())
    for (const [name, bytes] of files) {
      expect(digest(await readFile(join(output, name))), name).toBe(digest(bytes))
    }
    // nginx keeps connections alive, so each of the 4 serves again.
    expect(lines.filter(line => line.includes('new connection')).length).toBeLessThanOrEqual(4)
  }, 60_000)

  it('answers 404 with a page, which is written and counts as failed', async () => {
    await using directory = await temporaryDirectory()
    await using nginx = await startNginx(directory.path, new Map([['a.txt', Buffer.from('hello\n')]]))
    const { code, stdout, stderr } = await hansom(['get', `${nginx.origin}/a.txt`, `${nginx.origin}/b.txt`])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^hello\n<html>/)
    expect(stderr).toBe(`hansom: ${nginx.origin}/b.txt: the server answered 404 Not Found\n`)
  })

  it('fails no GET though it closes connections after 3 requests and after a second', async () => {
    await using directory = await temporaryDirectory()
    const files = new Map([['a.txt', Buffer.from('fine')]])
    await using nginx = await startNginx(directory.path, files, 'keepalive_timeout 1s; keepalive_requests 3;')
    await using client = createClient({ pool: { maxConnections: 8, idleMs: 60_000 } })
    const statuses = new Map<number, number>()
    const load = async (): Promise<void> => {
      for (let request = 0; request < 60; request++) {
        const { status } = await client.get(`${nginx.origin}/a.txt`)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        // Now and then just as long as nginx keeps an idle connection: the race of RFC 9112 §9.5.
        if (request % 30 === 29) await delay(1_000)
      }
    }
    await Promise.all(Array.from({ length: 12 }, load))
    expect([...statuses]).toEqual([[200, 720]])
    const { errors, reused } = client.stats().hosts[0]!
    expect(errors).toEqual({})
    expect(reused).toBeGreaterThan(100)
  }, 30_000)
})
