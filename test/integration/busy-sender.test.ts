import { describe, expect, it } from 'vitest'
import { runChild } from '../support/child.ts'

/** A transport that takes every byte at once and never answers; the request is cancelled by a timer. */
const endlessUpload = (init: string, send: string) => `
  import { Duplex } from 'node:stream'
  import { createClient } from 'hansom'
  const connect = () => new Duplex({ read() {}, write(_chunk, _encoding, done) { done() } })
  const client = createClient({ connect })
  function* endless() { for (;;) yield 'x' }
  const ref = client.request('http://a.test/', { method: 'POST', ${init} })
  setTimeout(() => client.cancel(ref, new Error('enough')), 20)
  await (async () => { ${send} })().catch(error => console.log(error.message))
  await client.close()
`

// In a process of its own: what it looks for would stop the timers of this one.
describe('a sender that never pauses leaves the event loop to others', () => {
  it('when it calls sendBody', async () => {
    const script = endlessUpload('streamBody: true', `while (await client.sendBody(ref, 'x'));`)
    expect(await runChild(script)).toMatchObject({ code: 0, stdout: 'enough\n', stderr: '' })
  })

  it('when its body is an iterable that gives all at once', async () => {
    const script = endlessUpload('body: endless()', 'await client.recvHead(ref)')
    expect(await runChild(script)).toMatchObject({ code: 0, stdout: 'enough\n', stderr: '' })
  })
})
