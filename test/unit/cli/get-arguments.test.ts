import { describe, expect, it } from 'vitest'
import { getArguments } from '../../../src/cli/get-arguments.ts'

const url = 'http://a/'

async function argumentsOf(...args: string[]) {
  return (await getArguments(args))!
}

describe('the arguments of get', () => {
  it('have defaults', async () => {
    const plan = await argumentsOf(url)
    expect(plan).toMatchObject({ urls: [url], inputFile: null, parallel: Infinity, outputDir: null })
    expect(plan).toMatchObject({ continues: false, json: false, progress: true, timing: false, resumable: false })
  })

  it('are all read', async () => {
    const short = await argumentsOf(
      '-i',
      'list',
      '-c',
      '--output-dir',
      'd',
      '--json',
      '--no-progress',
      '--parallel',
      '7',
    )
    const read = { inputFile: 'list', continues: true, outputDir: 'd', json: true, progress: false, parallel: 7 }
    expect(short).toMatchObject(read)
    const long = await argumentsOf('--input-file=-', '--continue', '--output-dir=d', '--timing')
    expect(long).toMatchObject({ inputFile: '-', continues: true, timing: true })
  })

  it('bound what runs at once if there is a list', async () => {
    expect((await argumentsOf('-i', '-')).parallel).toBe(256)
    expect((await argumentsOf('-i', '-', '--parallel', '9')).parallel).toBe(9)
  })

  it('leave room in the queue for all that are begun', async () => {
    const urls = Array.from({ length: 20_000 }, () => url)
    expect((await argumentsOf(...urls)).client.pool?.maxWaiting).toBe(20_000)
    expect((await argumentsOf('-i', '-', '--parallel', '30000')).client.pool?.maxWaiting).toBe(30_000)
    expect((await argumentsOf(url)).client.pool?.maxWaiting).toBe(16_384)
  })

  it.each([
    [['--output-dir', 'd'], true],
    [['--output-dir', 'd', '-X', 'GET', '-H', 'x: y'], true],
    [[], false],
    [['--output-dir', 'd', '-X', 'POST'], false],
    [['--output-dir', 'd', '-d', 'x'], false],
    [['--output-dir', 'd', '-H', 'RANGE: bytes=0-1'], false],
    [['--output-dir', 'd', '-H', 'If-Range: "a"'], false],
  ])('go on with a body that broke off: %j %s', async (args, resumable) => {
    expect((await argumentsOf(url, ...args)).resumable).toBe(resumable)
  })

  it('put the headers of one request behind the given ones', async () => {
    const plan = await argumentsOf(url, '-H', 'a: b')
    const { headers } = plan.init([['Range', 'bytes=1-']])
    expect(headers).toEqual([
      ['a', 'b'],
      ['Range', 'bytes=1-'],
    ])
  })
})
