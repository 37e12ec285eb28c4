import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeadersView } from '../../../src/wire/headers-view.ts'
import { fieldLine } from '../../../src/wire/http1/serializer.ts'

const name = fc.oneof(
  fc.constantFrom('Set-Cookie', 'set-cookie', 'A', 'a', 'B', '__proto__'),
  fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/),
)
const value = fc.stringMatching(/^[!-~]([ -~\xa0-\xff]{0,20}[!-~])?$/)
const pairs = fc.array(fc.tuple(name, value), { maxLength: 20 })

describe('HeadersView', () => {
  it("agrees with Fetch's Headers", () => {
    fc.assert(
      fc.property(pairs, all => {
        const block = all.map(([n, v]) => fieldLine(n, v)).join('')
        const theirs = new Headers(all)
        for (const [n] of all) expect(new HeadersView(block).get(n)).toBe(theirs.get(n))
        for (const ours of [new HeadersView(block), HeadersView.of(all)]) {
          expect(ours.raw).toEqual(all)
          expect([...ours]).toEqual([...theirs])
          expect(ours.getSetCookie()).toEqual(theirs.getSetCookie())
          for (const [n] of all) expect(ours.get(n)).toBe(theirs.get(n))
        }
      }),
      { numRuns: 300 },
    )
  })
})
