import { describe, expect, it } from 'vitest'
import type { ProtocolError } from '../../../src/errors.ts'
import { BodyInbox } from '../../../src/request/body-inbox.ts'
import { rejectionOf } from '../../support/rejection.ts'

class Source {
  pulls = 0
  refused: ProtocolError | null = null

  pull(): void {
    this.pulls++
  }

  refuse(error: ProtocolError): void {
    this.refused = error
  }
}

function make(highWaterBytes = 10): { readonly inbox: BodyInbox; readonly source: Source } {
  const inbox = new BodyInbox(highWaterBytes)
  const source = new Source()
  inbox.source = source
  return { inbox, source }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (chunk: Uint8Array | null): string | null => chunk && new TextDecoder().decode(chunk)

describe('a body inbox', () => {
  it('asks for no more at the high-water mark, and again when there is room', async () => {
    const { inbox, source } = make()
    expect(inbox.push(bytes('12345'))).toBe(true)
    expect(inbox.push(bytes('67890'))).toBe(false)
    expect(inbox.hungry).toBe(false)
    expect(source.pulls).toBe(0)
    expect(text(await inbox.next())).toBe('12345')
    expect(inbox.hungry).toBe(true)
    expect(source.pulls).toBe(1)
  })

  it('gives a chunk to the reader that waits, and keeps it from the buffer', async () => {
    const { inbox } = make(1)
    const waiting = inbox.next()
    expect(inbox.push(bytes('long enough'))).toBe(true)
    expect(text(await waiting)).toBe('long enough')
    expect(inbox.unusable()).toMatchObject({ code: 'ERR_HANSOM_BODY_USED' })
  })

  it.each([0, 1, 3])('joins %i chunks to the whole', async count => {
    const { inbox } = make()
    for (let chunk = 0; chunk < count; chunk++) inbox.push(bytes(`${chunk}`))
    const whole = inbox.whole(3)
    inbox.end()
    expect(text(await whole)).toBe('012'.slice(0, count))
    expect(await inbox.next()).toBeNull()
  })

  it('pulls for the whole what was held back, beyond the high-water mark', async () => {
    const { inbox, source } = make(2)
    inbox.push(bytes('1234'))
    const whole = inbox.whole(100)
    expect(source.pulls).toBe(1)
    expect(inbox.push(bytes('5678'))).toBe(true)
    inbox.end()
    expect(text(await whole)).toBe('12345678')
  })

  it('refuses a whole above its maximum as soon as that is seen', async () => {
    const early = make()
    early.inbox.push(bytes('1234'))
    void early.inbox.whole(3)
    expect(early.source.refused).toMatchObject({ code: 'ERR_HANSOM_BODY_TOO_LARGE' })
    const late = make()
    void late.inbox.whole(3)
    expect(late.inbox.push(bytes('123'))).toBe(true)
    expect(late.source.refused).toBeNull()
    expect(late.inbox.push(bytes('4'))).toBe(false)
    expect(late.source.refused).toMatchObject({ code: 'ERR_HANSOM_BODY_TOO_LARGE' })
    const ended = make()
    ended.inbox.push(bytes('1234'))
    ended.inbox.end()
    expect(await rejectionOf(ended.inbox.whole(3))).toMatchObject({ code: 'ERR_HANSOM_BODY_TOO_LARGE' })
  })

  it('drains without keeping anything', async () => {
    const { inbox } = make(4)
    inbox.push(bytes('123'))
    const drained = inbox.drain()
    for (let chunk = 0; chunk < 5; chunk++) expect(inbox.push(bytes('12345'))).toBe(true)
    inbox.end()
    await drained
    expect(inbox.receivedBytes).toBe(28)
    expect(await inbox.next()).toBeNull()
  })

  it('rejects who waits and who comes later with the one error', async () => {
    const error = new Error('gone')
    for (const ask of ['next', 'drain'] as const) {
      const { inbox } = make()
      const waiting = inbox[ask]()
      inbox.fail(error)
      expect(await rejectionOf(waiting)).toBe(error)
      for (const later of [inbox.next(), inbox.drain(), inbox.whole(9)]) expect(await rejectionOf(later)).toBe(error)
      expect(inbox.unusable()).toBe(null)
    }
  })
})
