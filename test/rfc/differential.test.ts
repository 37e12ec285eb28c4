import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Sample, validResponse } from '../property/wire/arbitraries.ts'
import { type Difference, differences } from './differences.ts'
import { handMade } from './differential-cases.ts'
import { type Peer, readByNode, readByParser, readByUndici, serving, undici } from './peers.ts'

const names = Object.keys(handMade)
const inputs = Object.values(handMade)

/** The benchmarks install undici; elsewhere its half is skipped, except where everything must be tested. */
const skipUndici = undici === null && process.env['HANSOM_CI'] !== '1'

const peers: readonly (readonly [peer: 'node' | 'undici', read: Peer, skip: boolean])[] = [
  ['node', readByNode, false],
  ['undici', readByUndici, skipUndici],
]

/** Made once, for all peers. */
let generated: Sample[] | undefined

describe.each(peers)('this parser beside %s', (peer, read, skip) => {
  it.skipIf(skip)('reads each response made by hand alike, or otherwise for a reason that is listed', async () => {
    await serving(inputs, async url => {
      for (const [i, name] of names.entries()) {
        const method = name.startsWith('HEAD') ? 'HEAD' : 'GET'
        const ours = readByParser(inputs[i]!, method)
        const theirs = await read(url(i), method)
        const listed = (differences[name] as Difference | undefined)?.[peer]
        expect([listed ?? ours].flat(), name).toContain(theirs)
        expect(listed, `${name}: listed for nothing`).not.toBe(ours)
      }
    })
  })

  it.skipIf(skip)('reads 250 generated responses alike', { timeout: 30_000 }, async () => {
    const samples = (generated ??= fc
      .sample(validResponse, { numRuns: 12_000, seed: 9_112 })
      .filter(isCommonGround)).slice(0, 250)
    expect(samples).toHaveLength(250)
    const wires = samples.map(({ wire }) => wire)
    await serving(wires, async url => {
      for (const [i, { wire, method }] of samples.entries()) {
        const reading = await read(url(i), method)
        expect({ wire, reading: peer === 'undici' ? trimmed(reading) : reading }).toEqual({
          wire,
          reading: peer === 'undici' ? trimmed(readByParser(wire, method)) : readByParser(wire, method),
        })
      }
    })
  })
})

describe('the list of differences', () => {
  it('is about responses that exist', () => {
    expect(Object.keys(differences).filter(name => !names.includes(name))).toEqual([])
  })

  it('gives the words of an RFC for each', () => {
    for (const { why } of Object.values(differences)) expect(why).toMatch(/RFC 911[02] §\d/)
  })
})

/** Without what the list of differences has already: folds, two framings, a 100, and so on. */
function isCommonGround({ wire, method, upgraded, log }: Sample): boolean {
  if (upgraded || method === 'CONNECT' || /\r\n[ \t]/.test(wire)) return false
  if (log.some(line => line.startsWith('informed 1.1 100'))) return false
  if (/^content-length:/im.test(wire) && /^transfer-encoding:/im.test(wire)) return false
  if (/^HTTP\/1\.\d [2-9][^\r]*[\x80-\xff]/m.test(wire)) return false
  if (/^HTTP\/1\.\d (204|304) /m.test(wire) || / ; a = b\r\n/.test(wire)) return false
  return true
}

/** Without the blanks that undici leaves at the end of values. */
function trimmed(reading: string): string {
  return reading.replace(/[ \t]+(?=[;\]])/g, '')
}
