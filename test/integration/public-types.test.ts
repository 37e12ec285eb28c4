import { describe, expect, inject, it } from 'vitest'
import { typeFaults } from '../support/type-check.ts'

const usage = `
  import { type Answer, type Client, createClient, type Explanation, queue, type RequestRef, request } from 'hansom'
  const client: Client = createClient({ pool: { policy: queue({ maxWaiting: 5 }) } })
  const ref: RequestRef = request('http://a/')
  client.on('request.settled', ({ bill }) => bill.total.toFixed())
  for await (const chunk of ref) chunk.byteLength.toFixed()
  const answer: Answer = await client.get('http://a/')
  const explanation: Explanation = client.explain(ref)
  explanation.queue?.load.maxConnections.toFixed()
  answer.json<{ a: number }>().a.toFixed()
`

describe('the declarations in dist', () => {
  it('pass the type check of a user who checks libraries too', () => {
    expect(inject('buildFailure')).toBe('')
    // xstate's own declarations need exactOptionalPropertyTypes to be off.
    const options = { skipLibCheck: false, exactOptionalPropertyTypes: false }
    expect(typeFaults(new Map([['usage', usage]]), options)).toEqual([])
  }, 60_000)

  it('do not let an actor or a socket be reached from a ref', () => {
    const faults = typeFaults(new Map([['usage', `import { request } from 'hansom'\nrequest('http://a/').actor`]]))
    expect(faults).toEqual([expect.stringContaining(`Property 'actor' does not exist`)])
  }, 60_000)
})
