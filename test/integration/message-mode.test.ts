import { describe, expect, it } from 'vitest'
import { createClient, type ResponseMessage } from '../../src/index.ts'
import { answer, chunk, promising, trailered } from '../support/answer.ts'
import { leakCheck } from '../support/leak-check.ts'
import { rawServer } from '../support/raw-server.ts'
import { Recipient, settled } from '../support/recipient.ts'
import { rejectionOf } from '../support/rejection.ts'
import { uncaughtBy } from '../support/uncaught.ts'

leakCheck()

describe('async: true', () => {
  it('sends status, headers, chunks, trailers and done, each with the id of the ref', async () => {
    await using server = await rawServer({ onRequest: trailered })
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, { async: true, streamTo: recipient.take })
    await recipient.until('done')
    expect(recipient.types.filter(type => type !== 'chunk')).toEqual(['status', 'headers', 'trailers', 'done'])
    expect(recipient.messages[0]).toEqual({ type: 'status', ref: ref.id, status: 200, statusText: 'Fine' })
    const [, headers] = recipient.messages
    expect(headers?.type === 'headers' && headers.headers.get('x-a')).toBe('1')
    const trailers = recipient.messages.at(-2)
    expect(trailers?.type === 'trailers' && trailers.trailers.get('x-sum')).toBe('7')
    expect(recipient.text).toBe('one two')
    expect(new Set(recipient.messages.map(it => it.ref))).toEqual(new Set([ref.id]))
  })

  it('sends informational responses before the status', async () => {
    const early = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'
    await using server = await rawServer({ onRequest: () => `${early}${answer('x')}` })
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, { async: true, streamTo: recipient.take })
    await recipient.until('done')
    expect(recipient.types).toEqual(['informed', 'informed', 'status', 'headers', 'chunk', 'done'])
    expect(recipient.messages[1]).toMatchObject({ ref: ref.id, status: 103 })
    expect(recipient.messages[1]?.type === 'informed' && recipient.messages[1].headers.get('link')).toBe('</a>')
  })

  it('sends no chunk and no trailers where there are none', async () => {
    await using server = await rawServer({ onRequest: () => answer('') })
    await using client = createClient()
    const recipient = new Recipient()
    client.request(server.origin, { async: true, streamTo: recipient.take })
    await recipient.until('done')
    expect(recipient.types).toEqual(['status', 'headers', 'done'])
  })

  it('calls the function after the turn, not inside request(), and not inside the actor', async () => {
    await using server = await rawServer({ onRequest: () => answer('x') })
    await using client = createClient()
    const recipient = new Recipient()
    const stacks: string[] = []
    const streamTo = (message: ResponseMessage): void => {
      stacks.push(new Error().stack ?? '')
      recipient.take(message)
    }
    client.request(server.origin, { async: true, streamTo })
    expect(recipient.types).toEqual([])
    await recipient.until('done')
    expect(stacks.join('\n')).not.toMatch(/Actor\.(receive|takeBody)/)
  })

  it('waits for the promise that the function returned before the next message', async () => {
    await using server = await rawServer({ onRequest: trailered })
    await using client = createClient()
    let running = 0
    let most = 0
    const types: string[] = []
    await new Promise<void>(resolve => {
      const streamTo = async (message: ResponseMessage): Promise<void> => {
        most = Math.max(most, ++running)
        await settled()
        running--
        types.push(message.type)
        if (message.type === 'done') resolve()
      }
      client.request(server.origin, { async: true, streamTo })
    })
    expect(most).toBe(1)
    expect(types.at(0)).toBe('status')
    expect(types.at(-1)).toBe('done')
  })

  it('waits for a promise only where there is one, however many messages come', async () => {
    const many = 2_000
    await using server = await rawServer({
      onRequest: () =>
        `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk('x').toString().repeat(many)}0\r\n\r\n`,
    })
    await using client = createClient()
    let chunks = 0
    await new Promise<void>(resolve => {
      const streamTo = (message: ResponseMessage): Promise<void> | undefined => {
        if (message.type === 'done') resolve()
        if (message.type === 'status') return settled()
        if (message.type === 'chunk') chunks++
        return undefined
      }
      const ref = client.request(server.origin, { async: true, streamTo })
      client.streamNext(ref)
    })
    expect(chunks).toBe(many)
  })

  it('lets a promise that stays pending slow the server down: the socket is paused at the high-water mark', async () => {
    let written = 0
    await using server = await rawServer({
      onRequest: async request => {
        await request.connection.write(promising(100_000_000))
        const piece = Buffer.alloc(100_000)
        const write = (): void => {
          while (written < 100_000_000 && request.socket.write(piece)) written += piece.length
        }
        request.socket.on('drain', write)
        write()
      },
    })
    await using client = createClient()
    let told = (): void => {}
    const first = new Promise<void>(resolve => {
      told = resolve
    })
    const never = new Promise<void>(() => {})
    const streamTo = (message: ResponseMessage): Promise<void> | undefined => {
      if (message.type !== 'chunk') return undefined
      told()
      return never
    }
    const ref = client.request(server.origin, { async: true, streamTo })
    await first
    let before = -1
    while (before !== written) {
      before = written
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    expect(written).toBeLessThan(50_000_000)
    expect(client.explain(ref).waitsFor).toBe('the promise that streamTo returned for the last message')
    client.cancel(ref)
  })

  it('sends an error as the last message, and no done', async () => {
    await using server = await rawServer({
      onRequest: async request => {
        await request.connection.write(`${promising(10)}some`)
        request.socket.destroy()
      },
    })
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, { async: true, streamTo: recipient.take })
    await recipient.until('error')
    await settled()
    expect(recipient.types.slice(0, 2)).toEqual(['status', 'headers'])
    expect(recipient.types.at(-1)).toBe('error')
    const error = await rejectionOf(client.recvHead(ref))
    expect(recipient.messages.at(-1)).toEqual({ type: 'error', ref: ref.id, error })
    expect(client.stats().unobserved).toBe(0)
  })

  it('sends the reason of a cancellation', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, { async: true, streamTo: recipient.take })
    client.cancel(ref, 'not wanted')
    await recipient.until('error')
    expect(recipient.messages).toEqual([{ type: 'error', ref: ref.id, error: 'not wanted' }])
  })

  it('sends an error to the recipient of a request that could not start', async () => {
    await using client = createClient()
    await client.close()
    const recipient = new Recipient()
    client.request('http://127.0.0.1:1', { async: true, streamTo: recipient.take })
    await recipient.until('error')
    expect(recipient.messages[0]).toMatchObject({ error: { code: 'ERR_HANSOM_CLIENT_CLOSED' } })
    expect(client.stats().unobserved).toBe(0)
  })

  it('streams up and answers in messages', async () => {
    await using server = await rawServer({ onRequest: request => answer(request.body) })
    await using client = createClient()
    const recipient = new Recipient()
    const init = { method: 'POST', streamBody: true, async: true, streamTo: recipient.take } as const
    const ref = client.request(server.origin, init)
    await client.sendBody(ref, 'up and ')
    await client.sendBody(ref, 'down')
    await client.finishBody(ref)
    await recipient.until('done')
    expect(recipient.text).toBe('up and down')
  })

  it('gives the head to recvHead too, and refuses every other reader', async () => {
    await using server = await rawServer({ onRequest: () => answer('mine') })
    await using client = createClient()
    const recipient = new Recipient()
    const ref = client.request(server.origin, { async: true, streamTo: recipient.take })
    expect((await client.recvHead(ref)).status).toBe(200)
    const busy = { code: 'ERR_HANSOM_BODY_BUSY' }
    expect(await rejectionOf(client.recvBody(ref))).toMatchObject(busy)
    expect(await rejectionOf(client.body(ref))).toMatchObject(busy)
    expect(await rejectionOf(client.drain(ref))).toMatchObject(busy)
    expect(await rejectionOf(ref[Symbol.asyncIterator]().next())).toMatchObject(busy)
    await recipient.until('done')
    expect(await rejectionOf(client.recvBody(ref))).toMatchObject(busy)
    expect(recipient.text).toBe('mine')
  })

  it('gives the connection back when the body has come, whoever is still busy with it', async () => {
    await using server = await rawServer({ onRequest: () => answer('small') })
    await using client = createClient({ pool: { maxConnections: 1 } })
    const never = new Promise(() => {})
    client.request(server.origin, { async: true, streamTo: () => never })
    expect((await client.get(server.origin)).status).toBe(200)
  })
})

describe('a function that fails', () => {
  const failures = {
    throws: () => {
      throw new Error('mine')
    },
    rejects: () => Promise.reject(new Error('mine')),
  }

  it.each(Object.entries(failures))(
    'and %s cancels its request, and the error is not swallowed',
    async (_, streamTo) => {
      await using server = await rawServer({ onRequest: () => promising(9) })
      await using client = createClient()
      let error: unknown
      const uncaught = await uncaughtBy(async () => {
        const ref = client.request(server.origin, { async: true, streamTo })
        const settledEvent = new Promise<void>(resolve => client.on('request.settled', () => resolve()))
        await settledEvent
        error = await rejectionOf(client.recvHead(ref))
        expect(client.explain(ref).phase).toBe('cancelled')
      })
      expect(error).toMatchObject({ message: 'mine' })
      expect(uncaught).toEqual([error])
    },
  )
})

describe('the arguments of message mode', () => {
  const streamTo = (): void => {}
  const nonsense: Record<string, [object, string]> = {
    'async without streamTo': [{ async: true }, 'streamTo'],
    'streamTo without async': [{ streamTo }, 'streamTo'],
    'streamTo with async: false': [{ async: false, streamTo }, 'streamTo'],
    'maxUnread without async': [{ maxUnread: 5 }, 'maxUnread'],
    'an unknown word': [{ async: 'twice', streamTo }, 'async'],
    'a recipient without send': [{ async: true, streamTo: {} }, 'streamTo'],
    'a recipient that is null': [{ async: true, streamTo: null }, 'streamTo'],
    'maxUnread 0': [{ async: true, streamTo, maxUnread: 0 }, 'maxUnread'],
    'maxUnread 1.5': [{ async: true, streamTo, maxUnread: 1.5 }, 'maxUnread'],
  }

  it.each(Object.entries(nonsense))('are refused at the call: %s', async (_, [init, argument]) => {
    await using client = createClient()
    expect(() => client.request('http://127.0.0.1:1', init)).toThrow(
      expect.objectContaining({ code: 'ERR_HANSOM_INVALID_OPTION', argument }),
    )
  })

  it('are refused by the calls that read whole answers', async () => {
    await using client = createClient()
    const init = { async: true, streamTo } as object
    expect(() => client.get('http://127.0.0.1:1', init)).toThrow(/async is not an option of get\(\): use request\(\)/)
  })

  it('are refused for a ref that was made without async, and for what takes no messages', async () => {
    await using server = await rawServer()
    await using client = createClient()
    const pulled = client.request(server.origin)
    for (const name of ['streamNext', 'pauseStream', 'resumeStream'] as const) {
      expect(() => client[name](pulled)).toThrow(`${name}: the request was made without async`)
    }
    expect(() => client.setOwner(pulled, streamTo)).toThrow('setOwner: the request was made without async')
    const delivered = client.request(server.origin, { async: true, streamTo })
    const nobody = expect.objectContaining({ code: 'ERR_HANSOM_INVALID_ARGUMENT', argument: 'recipient' })
    expect(() => client.setOwner(delivered, {} as never)).toThrow(nobody)
    client.cancel(pulled)
    client.cancel(delivered)
  })
})
