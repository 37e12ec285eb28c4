import { link, open, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PartFile } from '../../../../src/cli/files/part-file.ts'
import type { Part } from '../../../../src/cli/files/resume.ts'
import { temporaryDirectory } from '../../../support/hansom.ts'

const url = 'http://a/b?secret=1'
const note = { hansom: 1, bytes: 4, total: 10, validator: '"v1"' }

/** A part file that was written by hand. */
async function partFile(directory: string, text: string): Promise<PartFile> {
  await keepIn(directory, 'x')
  await writeFile(await pathIn(directory), text)
  return new PartFile(directory, url)
}

async function keepIn(directory: string, body: string): Promise<Part> {
  const temporary = join(directory, 'temporary')
  const file = await open(temporary, 'w+')
  await file.write(body)
  const part = { bytes: Math.min(4, body.length), total: 10, validator: '"v1"' }
  await new PartFile(directory, url).keep(file, temporary, part)
  await file.close()
  return part
}

async function pathIn(directory: string): Promise<string> {
  return join(directory, (await readdir(directory))[0]!)
}

describe('a part file', () => {
  it('gives back what was kept, without what came behind', async () => {
    await using directory = await temporaryDirectory()
    const kept = await keepIn(directory.path, 'bodyand more')
    const part = new PartFile(directory.path, url)
    expect(await part.look()).toEqual(kept)
    const temporary = join(directory.path, 'mine')
    const file = await part.take(kept, temporary)
    await file?.close()
    expect(await readFile(temporary, 'utf8')).toBe('body')
    expect(await readdir(directory.path)).toEqual(['mine'])
    expect(await part.look()).toBeNull()
  })

  it('is hidden, and does not name its URL', async () => {
    await using directory = await temporaryDirectory()
    await keepIn(directory.path, 'body')
    expect(await readdir(directory.path)).toEqual([expect.stringMatching(/^\.hansom-[0-9a-f]{40}\.part$/)])
    expect(await readFile(await pathIn(directory.path), 'utf8')).not.toContain('secret')
  })

  it('belongs to one URL', async () => {
    await using directory = await temporaryDirectory()
    await keepIn(directory.path, 'body')
    expect(await new PartFile(directory.path, `${url}2`).look()).toBeNull()
  })

  it('is taken by one only, and only if it is what was seen', async () => {
    await using directory = await temporaryDirectory()
    const kept = await keepIn(directory.path, 'body')
    const part = new PartFile(directory.path, url)
    expect(await part.take({ ...kept, validator: '"v2"' }, join(directory.path, 'a'))).toBeNull()
    expect(await part.take(kept, join(directory.path, 'b'))).toBeNull()
  })

  it('can be taken away', async () => {
    await using directory = await temporaryDirectory()
    await keepIn(directory.path, 'body')
    const part = new PartFile(directory.path, url)
    await part.remove()
    await part.remove()
    expect(await readdir(directory.path)).toEqual([])
  })

  it('is found when it is whole', async () => {
    await using directory = await temporaryDirectory()
    const part = await partFile(directory.path, `body\n${JSON.stringify(note)}\n`)
    expect(await part.look()).toEqual({ bytes: 4, total: 10, validator: '"v1"' })
  })

  it.each([
    ['empty', ''],
    ['without a note', 'body'],
    ['with a note that is cut', `body\n${JSON.stringify(note).slice(0, -3)}\n`],
    ['with another number of bytes', `bodybody\n${JSON.stringify(note)}\n`],
    ['without bytes', `\n${JSON.stringify({ ...note, bytes: 0 })}\n`],
    ['with all of its bytes', `body\n${JSON.stringify({ ...note, total: 4 })}\n`],
    ['with a total that is no number', `body\n${JSON.stringify({ ...note, total: '10' })}\n`],
    ['with a weak validator', `body\n${JSON.stringify({ ...note, validator: 'W/"v1"' })}\n`],
    ['with a validator of several lines', `body\n${JSON.stringify({ ...note, validator: '"a"\r\nx: "y"' })}\n`],
    ['of another format', `body\n${JSON.stringify({ ...note, hansom: 2 })}\n`],
    ['with null for a note', 'body\nnull\n'],
    ['with a long note', `body\n${JSON.stringify({ ...note, more: 'x'.repeat(8_000) })}\n`],
  ])('that is broken is none: %s', async (_what, text) => {
    await using directory = await temporaryDirectory()
    const part = await partFile(directory.path, text)
    expect(await part.look()).toBeNull()
  })

  it.each([['symbolic', symlink] as const, ['hard', link] as const])(
    'is not followed if it is a %s link',
    async (_kind, make) => {
      await using directory = await temporaryDirectory()
      await using elsewhere = await temporaryDirectory()
      const kept = await keepIn(elsewhere.path, 'body')
      const target = await pathIn(elsewhere.path)
      const before = await readFile(target, 'utf8')
      await make(target, join(directory.path, target.slice(elsewhere.path.length + 1)))
      const part = new PartFile(directory.path, url)
      expect(await part.look()).toBeNull()
      expect(await part.take(kept, join(directory.path, 'mine'))).toBeNull()
      expect(await readFile(target, 'utf8')).toBe(before)
    },
  )
})
