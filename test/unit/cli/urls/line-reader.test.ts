import { describe, expect, it } from 'vitest'
import { type Line, linesOf, maxLineBytes } from '../../../../src/cli/urls/line-reader.ts'

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function linesIn(text: string | Uint8Array, size: number): Promise<Line[]> {
  const lines: Line[] = []
  for await (const line of linesOf(inPieces(Buffer.from(text), size))) lines.push(line)
  return lines
}

describe('the lines of a list', () => {
  it('are the same however the bytes are split', async () => {
    const text = '\ufefffirst\r\n\n  grüße €  \n\n# no\nlast'
    for (let size = 1; size <= Buffer.byteLength(text); size++) {
      const lines = await linesIn(text, size)
      expect(lines.map(({ number, text }) => [number, text])).toEqual([
        [1, 'first'],
        [2, ''],
        [3, 'grüße €'],
        [4, ''],
        [5, '# no'],
        [6, 'last'],
      ])
    }
  })

  it.each(['', '\n', 'a', 'a\n', '\n\n'])('are as many as there are line ends, and a rest: %j', async text => {
    const rest = text === '' || text.endsWith('\n') ? 0 : 1
    expect(await linesIn(text, 1)).toHaveLength(text.split('\n').length - 1 + rest)
  })

  it('have no text if they are too long, and the next one has', async () => {
    const lines = await linesIn(`${'x'.repeat(maxLineBytes)}\n${'x'.repeat(maxLineBytes + 1)}\nshort`, 1_000)
    expect(lines.map(({ text }) => text?.length)).toEqual([maxLineBytes, undefined, 5])
    expect(lines[1]).toEqual({ number: 2, text: null, fault: 'longer than 65536 bytes' })
  })

  it('have no text if they are not UTF-8', async () => {
    const lines = await linesIn(Buffer.from('http://a/\xff\nok\n', 'latin1'), 3)
    expect(lines).toEqual([
      { number: 1, text: null, fault: 'not UTF-8' },
      { number: 2, text: 'ok', fault: '' },
    ])
  })

  it('come when their bytes do', async () => {
    let given = 0
    async function* trickle(): AsyncGenerator<Uint8Array> {
      for (const piece of ['a\nb', '\nc\n']) {
        given++
        yield Buffer.from(piece)
      }
    }
    const lines = linesOf(trickle())
    expect((await lines.next()).value?.text).toBe('a')
    expect(given).toBe(1)
    expect((await lines.next()).value?.text).toBe('b')
    expect(given).toBe(2)
  })
})
