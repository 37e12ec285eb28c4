import type { Duplex } from 'node:stream'
import { describe, expectTypeOf, it } from 'vitest'
import type { ActorRef, Snapshot } from 'xstate'
import {
  Answer,
  type ArgumentError,
  type Bill,
  body,
  Client,
  type ClientOptions,
  ConnectError,
  cancel,
  createClient,
  type DialAttempt,
  defaultClient,
  drain,
  drop,
  type ErrorCode,
  type Explanation,
  explain,
  finishBody,
  get,
  HansomError,
  HeadersView,
  type PolicyOption,
  pauseStream,
  post,
  queue,
  type RequestInit,
  RequestRef,
  type ResponseHead,
  type ResponseMessage,
  recvBody,
  recvHead,
  recvTrailers,
  request,
  resumeStream,
  type StreamTo,
  sendBody,
  setDefaultClient,
  setOwner,
  streamNext,
  TimeoutError,
} from '../../src/index.ts'

describe('the functions of the package', () => {
  it('take and give a ref', () => {
    expectTypeOf(request).toEqualTypeOf<(url: string | URL, init?: RequestInit) => RequestRef>()
    expectTypeOf(recvHead).toEqualTypeOf<(ref: RequestRef) => Promise<ResponseHead>>()
    expectTypeOf(recvBody).toEqualTypeOf<(ref: RequestRef) => Promise<Uint8Array | null>>()
    expectTypeOf(recvTrailers).toEqualTypeOf<(ref: RequestRef) => HeadersView | null>()
    expectTypeOf(drain).toEqualTypeOf<(ref: RequestRef) => Promise<void>>()
    expectTypeOf(sendBody).toEqualTypeOf<(ref: RequestRef, chunk: string | Uint8Array) => Promise<boolean>>()
    expectTypeOf(finishBody).returns.toEqualTypeOf<Promise<void>>()
    expectTypeOf(body).returns.toEqualTypeOf<Promise<Uint8Array>>()
    expectTypeOf(cancel).parameters.toEqualTypeOf<[ref: RequestRef, reason?: unknown]>()
    expectTypeOf(explain).toEqualTypeOf<(ref: RequestRef) => Explanation>()
  })

  it('give whole answers', () => {
    expectTypeOf(get).returns.resolves.toEqualTypeOf<Answer>()
    expectTypeOf(post('http://a', { body: new FormData() })).resolves.toEqualTypeOf<Answer>()
    expectTypeOf<Answer>().toHaveProperty('bytes').toEqualTypeOf<Uint8Array>()
    expectTypeOf<Answer['json']>().returns.toBeUnknown()
    expectTypeOf<Answer>().toHaveProperty('bill').toEqualTypeOf<Bill>()
    const typed = (answer: Answer) => answer.json<{ a: number }>()
    expectTypeOf(typed).returns.toEqualTypeOf<{ a: number }>()
  })

  it('work on a default client, which is a client as any', () => {
    expectTypeOf(defaultClient).toEqualTypeOf<() => Client>()
    expectTypeOf(setDefaultClient).toEqualTypeOf<(client: Client) => void>()
    expectTypeOf<Client['get']>().toEqualTypeOf<typeof get>()
    expectTypeOf<Client['recvBody']>().toEqualTypeOf<typeof recvBody>()
  })
})

describe('a ref', () => {
  it('is read-only, async-iterable and async-disposable', () => {
    expectTypeOf<RequestRef>().toExtend<AsyncIterable<Uint8Array> & AsyncDisposable>()
    expectTypeOf<RequestRef>().toHaveProperty('id').toBeString()
    // @ts-expect-error: it is frozen
    const rename = (ref: RequestRef) => void (ref.id = 'r1')
    expectTypeOf(rename).toBeFunction()
  })

  it('is made by request() alone', () => {
    expectTypeOf<{ id: string; method: string; url: string }>().not.toExtend<RequestRef>()
  })
})

describe('the options of a request', () => {
  it('take every kind of header and body', () => {
    expectTypeOf<Headers>().toExtend<NonNullable<RequestInit['headers']>>()
    expectTypeOf<Record<string, string>>().toExtend<NonNullable<RequestInit['headers']>>()
    expectTypeOf<{ a: number; b: string[]; c: undefined }>().toExtend<NonNullable<RequestInit['headers']>>()
    expectTypeOf<[string, string][]>().toExtend<NonNullable<RequestInit['headers']>>()
    expectTypeOf<Map<string, string>>().toExtend<NonNullable<RequestInit['headers']>>()
    type Sendable = string | Uint8Array | Buffer | ArrayBuffer | URLSearchParams | Blob | FormData | string[]
    expectTypeOf<Sendable>().toExtend<NonNullable<RequestInit['body']>>()
    expectTypeOf<AsyncGenerator<Buffer>>().toExtend<NonNullable<RequestInit['body']>>()
    expectTypeOf<ReadableStream<Uint8Array>>().toExtend<NonNullable<RequestInit['body']>>()
    expectTypeOf<number>().not.toExtend<RequestInit['body']>()
  })

  it('take an optional signal, and no unknown option', () => {
    request('http://a', { signal: undefined as AbortSignal | undefined, timeouts: { headMs: undefined } })
    // @ts-expect-error: unknown
    request('http://a', { redirect: 'follow' })
    // @ts-expect-error: the method is in the name
    get('http://a', { method: 'PUT' })
    expectTypeOf<RequestInit['pool']>().toEqualTypeOf<string | false | undefined>()
  })
})

describe('message mode', () => {
  it('takes a function, an object with send, and an xstate actor of these messages, of more, or of some', () => {
    expectTypeOf<(message: ResponseMessage) => Promise<void>>().toExtend<StreamTo>()
    expectTypeOf<{ send(message: ResponseMessage): void }>().toExtend<StreamTo>()
    expectTypeOf<ActorRef<Snapshot<unknown>, ResponseMessage>>().toExtend<StreamTo>()
    expectTypeOf<ActorRef<Snapshot<unknown>, ResponseMessage | { type: 'quit' }>>().toExtend<StreamTo>()
    expectTypeOf<ActorRef<Snapshot<unknown>, { type: 'done'; ref: string }>>().toExtend<StreamTo>()
    expectTypeOf<(message: ResponseMessage, more: string) => void>().not.toExtend<StreamTo>()
    request('http://a', { async: 'once', streamTo: message => message.type, maxUnread: 5 })
    // @ts-expect-error: no such mode
    request('http://a', { async: 'twice', streamTo: () => {} })
    // @ts-expect-error: a whole answer is not delivered
    get('http://a', { async: true })
  })

  it('tells its messages apart by their type', () => {
    const chunkOf = (message: ResponseMessage) => (message.type === 'chunk' ? message.chunk : null)
    expectTypeOf(chunkOf).returns.toEqualTypeOf<Uint8Array | null>()
    expectTypeOf<ResponseMessage['ref']>().toBeString()
  })

  it('has its functions beside those of a client', () => {
    expectTypeOf(setOwner).toEqualTypeOf<(ref: RequestRef, recipient: StreamTo) => void>()
    expectTypeOf(setOwner).toEqualTypeOf<Client['setOwner']>()
    for (const call of [streamNext, pauseStream, resumeStream]) {
      expectTypeOf(call).toEqualTypeOf<(ref: RequestRef) => void>()
    }
  })
})

describe('the options of a client', () => {
  it('are all optional, and undefined is as if not there', () => {
    expectTypeOf(createClient).toEqualTypeOf<(options?: ClientOptions) => Client>()
    createClient({ maxConnections: undefined, pool: { policy: undefined }, timeouts: undefined })
    // @ts-expect-error: unknown
    createClient({ keepAlive: true })
  })

  it('take a policy, built in or of one function', () => {
    expectTypeOf(queue()).toEqualTypeOf<PolicyOption>()
    expectTypeOf(drop({ drop: 'oldest' })).toEqualTypeOf<PolicyOption>()
    createClient({ pool: { policy: { name: 'mine', admit: load => (load.idle > 0 ? 'wait' : 'dial') } } })
    // @ts-expect-error: no such admission
    createClient({ pool: { policy: { name: 'mine', admit: () => 'perhaps' } } })
  })

  it('take any Duplex as a transport, now or later', () => {
    expectTypeOf<() => Duplex>().toExtend<NonNullable<ClientOptions['connect']>>()
    expectTypeOf<() => Promise<Duplex>>().toExtend<NonNullable<ClientOptions['connect']>>()
  })
})

describe('an error', () => {
  it('has a code of the table, and what it knows of its request', () => {
    expectTypeOf<HansomError['code']>().toEqualTypeOf<ErrorCode>()
    expectTypeOf<'ERR_HANSOM_TIMEOUT_HEAD'>().toExtend<ErrorCode>()
    expectTypeOf<'ERR_HANSOM_NOTHING'>().not.toExtend<ErrorCode>()
    expectTypeOf<HansomError['bill']>().toEqualTypeOf<Bill | undefined>()
    expectTypeOf<TimeoutError>().toExtend<HansomError>()
    expectTypeOf<TimeoutError['timeoutMs']>().toBeNumber()
    expectTypeOf<ConnectError['attempts']>().toEqualTypeOf<readonly DialAttempt[]>()
    expectTypeOf<ArgumentError['argument']>().toBeString()
  })

  it('is told apart by its class', () => {
    const limitOf = (error: unknown) => (error instanceof TimeoutError ? error.timeoutMs : undefined)
    expectTypeOf(limitOf).returns.toEqualTypeOf<number | undefined>()
    expectTypeOf([Answer, Client, ConnectError, HansomError, HeadersView, RequestRef]).toBeArray()
  })
})

describe('an event of a client', () => {
  it('has the payload of its name', () => {
    const client = defaultClient()
    client.on('request.settled', event => {
      expectTypeOf(event.outcome).toEqualTypeOf<'done' | 'failed' | 'cancelled'>()
      expectTypeOf(event.status).toEqualTypeOf<number | null>()
    })
    client.on('connection.closed', event => expectTypeOf(event.exchanges).toBeNumber())
    // @ts-expect-error: no such event
    client.on('request.done', () => {})
  })
})

describe('a response head', () => {
  it('has the read half of Headers', () => {
    expectTypeOf<ResponseHead['status']>().toBeNumber()
    expectTypeOf<ResponseHead['headers']>().toEqualTypeOf<HeadersView>()
    expectTypeOf<HeadersView>().toExtend<Pick<Headers, 'get' | 'has' | 'getSetCookie'>>()
    expectTypeOf<HeadersView>().not.toHaveProperty('set')
    expectTypeOf<HeadersView>().toExtend<Iterable<[string, string]>>()
  })
})
