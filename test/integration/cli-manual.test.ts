import { execFile } from 'node:child_process'
import { copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { delimiter, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { describe, expect, inject, it } from 'vitest'
import { temporaryDirectory } from '../support/hansom.ts'
import { httpServer } from '../support/http-server.ts'
import { leakCheck } from '../support/leak-check.ts'
import { codeBlocks } from '../support/markdown.ts'
import { PROJECT_ROOT } from '../support/project-root.ts'

leakCheck()

const sessions = codeBlocks('docs/cli.md').filter(({ words }) => words[0] === 'console')

/** What the server of the examples does. Downloads of `/big.iso` that ask for no range break off when 300,000 bytes are saved. */
function example(directory: string): RequestListener {
  return async (request, response) => {
    const { method, url = '', headers } = request
    response.sendDate = false
    if (url === '/slow') return
    if (url === '/missing') response.writeHead(404).end('no such page\n')
    else if (url === '/old') response.writeHead(301, { Location: '/new' }).end()
    else if (method === 'POST') response.end(`got ${(await buffer(request)).length} bytes\n`)
    else if (url !== '/big.iso') {
      response.setHeader('Content-Type', 'text/plain')
      response.end(`this is ${url}\n`)
    } else {
      response.setHeader('ETag', '"1"')
      const isRest = headers['if-range'] === '"1"' && headers.range === 'bytes=300000-'
      if (isRest) {
        response.writeHead(206, { 'Content-Range': 'bytes 300000-499999/500000' }).end(Buffer.alloc(200_000))
        return
      }
      response.writeHead(200, { 'Content-Length': 500_000 }).write(Buffer.alloc(300_000))
      const saved = async () => {
        const names = await readdir(join(directory, 'files'))
        return Promise.all(names.map(async name => (await stat(join(directory, 'files', name))).size))
      }
      await expect.poll(saved, { timeout: 10_000, interval: 10 }).toEqual([300_000])
      response.socket?.end()
    }
  }
}

/** What a shell prints that runs these commands, stdout and stderr in one. */
function transcript(commands: string, cwd: string): Promise<string> {
  const env = { PATH: `${join(cwd, 'bin')}${delimiter}${process.env['PATH']}` }
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', `exec 2>&1\n${commands}`], { cwd, env, timeout: 14_000 }, (error, stdout) => {
      if (error?.killed) reject(error)
      else resolve(stdout)
    })
  })
}

function withoutTimes(text: string): string {
  const bills = text.replace(/(?<="bill":){[^}]*}/g, bill => bill.replace(/[\d.]+/g, '#'))
  return bills.replace(/(?<![\d.])\d+\.\d+(?![\d.])/g, '#')
}

describe('the manual of the command line', () => {
  it.each(sessions)('shows what is printed: $place', async ({ code }) => {
    expect(inject('buildFailure')).toBe('')
    await using directory = await temporaryDirectory()
    const cwd = directory.path
    await using server = await httpServer(example(cwd))
    await copyFile(join(PROJECT_ROOT, 'LICENSE'), join(cwd, 'LICENSE'))
    await mkdir(join(cwd, 'bin'))
    const program = `#!/bin/sh\nshift\nexec '${process.execPath}' '${join(PROJECT_ROOT, 'dist/cli/main.js')}' "$@"\n`
    await writeFile(join(cwd, 'bin/npx'), program, { mode: 0o755 })
    for (const step of code.split(/^\$ /m).slice(1)) {
      const end = step.indexOf('\n') < 0 ? step.length : step.indexOf('\n')
      const printed = await transcript(step.slice(0, end).replaceAll('127.0.0.1:8080', `127.0.0.1:${server.port}`), cwd)
      const shown = printed.trimEnd().replaceAll(`127.0.0.1:${server.port}`, '127.0.0.1:8080')
      expect(withoutTimes(shown)).toBe(withoutTimes(step.slice(end + 1).trimEnd()))
    }
  })
})
