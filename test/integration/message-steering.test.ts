import { describe, expect, it } from 'vitest'
import { createClient, pauseStream, type ResponseMessage, resumeStream, setOwner, streamNext } from '../../src/index.ts'
import { answer, chunk, promising, trailered } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { Recipient, settled } from '../support/recipient.ts'

leakCheck()

describe("async: 'once'", () => {
  it('sends one message for each streamNext', async () => {
    await using server = await rawServer({ onRequest: trailered })
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, { async: 'once', streamTo: recipient.take })
    await client.recvHead(ref)
    await settled()
    expect(recipient.types).toEqual([])
    expect(client.explain(ref).waitsFor).toBe('streamNext, before the next message')
    for (const type of ['status', 'headers', 'chunk']) {
      client.streamNext(ref)
      expect((await recipient.next()).type).toBe(type)
      await settled()
    }
    expect(recipient.types).toEqual(['status', 'headers', 'chunk'])
    while (recipient.types.at(-1) !== 'done') {
      const before = recipient.types.length
      client.streamNext(ref)
      await recipient.next()
      expect(recipient.types.length).toBe(before + 1)
    }
    expect(recipient.text).toBe('one two')
    client.streamNext(ref)
    await settled()
    expect(recipient.types.filter(type => type === 'done')).toEqual(['done'])
  })

  it('takes streamNext ahead of the messages', async () => {
    await using server = await rawServer({ onRequest: () => answer('x') })
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, { async: 'once', streamTo: recipient.take })
    client.streamNext(ref)
    client.streamNext(ref)
    await recipient.until('headers')
    await settled()
    expect(recipient.types).toEqual(['status', 'headers'])
    client.cancel(ref)
  })

  it('keeps the error until it is asked for', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, { async: 'once', streamTo: recipient.take })
    client.cancel(ref, 'enough')
    await settled()
    expect(recipient.types).toEqual([])
    client.streamNext(ref)
    await recipient.until('error')
  })
})

describe('pauseStream', () => {
  it('holds messages back until resumeStream', async () => {
    await using server = await rawServer({ onRequest: () => answer('late') })
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, { async: true, streamTo: recipient.take })
    client.pauseStream(ref)
    await client.recvHead(ref)
    await settled()
    expect(recipient.types).toEqual([])
    expect(client.explain(ref).waitsFor).toBe('resumeStream: the stream is paused')
    client.resumeStream(ref)
    await recipient.until('done')
    expect(recipient.text).toBe('late')
  })

  it('works from inside the recipient', async () => {
    await using server = await rawServer({ onRequest: trailered })
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, {
      async: true,
      streamTo: message => {
        recipient.take(message)
        client.pauseStream(ref)
      },
    })
    for (const type of ['status', 'headers', 'chunk']) {
      expect((await recipient.next()).type).toBe(type)
      await settled()
      client.resumeStream(ref)
    }
    client.cancel(ref)
  })
})

describe('something with send', () => {
  it('gets maxUnread messages, then one for each streamNext', async () => {
    const body = Array.from({ length: 20 }, (_, i) => chunk(`${i},`)).join('')
    await using server = await rawServer({
      onRequest: () => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body}0\r\n\r\n`,
    })
    await using client = createClient()
    const recipient = new Recipient()
    const streamTo = { send: recipient.take }
    const ref = client.request(server.origin, { async: true, streamTo, maxUnread: 3 })
    await client.recvHead(ref)
    for (let message = 0; message < 3; message++) await recipient.next()
    await settled()
    expect(recipient.messages.length).toBe(3)
    expect(client.explain(ref).waitsFor).toBe('streamNext: streamTo has 3 unread messages (maxUnread)')
    client.streamNext(ref)
    await recipient.next()
    await settled()
    expect(recipient.messages.length).toBe(4)
    while (recipient.types.at(-1) !== 'done') {
      client.streamNext(ref)
      await recipient.next()
    }
    expect(recipient.text).toBe(Array.from({ length: 20 }, (_, i) => `${i},`).join(''))
  })

  it('hears of a failure although it has maxUnread messages to read', async () => {
    await using server = await rawServer({ onRequest: () => promising(5) })
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, { async: true, streamTo: { send: recipient.take }, maxUnread: 1 })
    await recipient.until('status')
    client.cancel(ref, 'enough')
    await recipient.until('error')
    expect(recipient.types).toEqual(['status', 'error'])
  })

  it('acknowledges by the promise that send returns', async () => {
    await using server = await rawServer({ onRequest: trailered })
    await using client = createClient()
    const recipient = new Recipient()
    const streamTo = { send: async (message: ResponseMessage) => recipient.take(message) }
    client.request(server.origin, { async: true, streamTo, maxUnread: 1 })
    await recipient.until('done')
    expect(recipient.text).toBe('one two')
  })
})

describe('setOwner', () => {
  it('hands the rest of the messages over in the middle of the body', async () => {
    await using server = await rawServer({
      onRequest: () => `${promising(6)}one`,
    })
    await using client = createClient()
    const [first, second] = [new Recipient(), new Recipient()]
    const ref = client.request(server.origin, { async: true, streamTo: first.take })
    await first.until('chunk')
    client.setOwner(ref, second.take)
    await server.sockets[0]!.write('two')
    await second.until('done')
    expect(first.types).toEqual(['status', 'headers', 'chunk'])
    expect([first.text, second.text]).toEqual(['one', 'two'])
  })

  it('leaves the message that the former owner is busy with to it, and does not wait for it', async () => {
    await using server = await rawServer({ onRequest: () => answer('x') })
    await using client = createClient()
    const [first, second] = [new Recipient(), new Recipient()]
    let release = (): void => {}
    const busy = new Promise<void>(resolve => {
      release = resolve
    })
    const streamTo = (message: ResponseMessage): Promise<void> => {
      first.take(message)
      return busy
    }
    const ref = client.request(server.origin, { async: true, streamTo })
    await first.until('status')
    client.setOwner(ref, second.take)
    await second.until('done')
    release()
    await settled()
    expect(first.types).toEqual(['status'])
    expect(second.types).toEqual(['headers', 'chunk', 'done'])
  })
})

describe('the functions of the package', () => {
  it('pause, resume and hand over a ref of any client', async () => {
    await using server = await rawServer({ onRequest: () => answer('x') })
    await using client = createClient()
    const [first, second] = [new Recipient(), new Recipient()]
    const ref = client.request(server.origin, { async: 'once', streamTo: first.take })
    pauseStream(ref)
    streamNext(ref)
    await client.recvHead(ref)
    expect(first.types).toEqual([])
    setOwner(ref, second.take)
    resumeStream(ref)
    await second.until('status')
    client.cancel(ref)
    expect(first.types).toEqual([])
  })
})
