import type { HeadersView } from '../wire/headers-view.ts'

/**
 * What a request made with `async` sends to its `streamTo`: `informed` for each 1xx response, then `status`, `headers`, any
 * number of `chunk`s, `trailers` if there are some, `done`; or, at any point and as the last one, `error`. `ref` is the id of the request's ref.
 */
export type ResponseMessage =
  | {
      readonly type: 'informed'
      readonly ref: string
      /** 100 to 199, but for 101. */
      readonly status: number
      /** Its header section. */
      readonly headers: HeadersView
    }
  | {
      readonly type: 'status'
      readonly ref: string
      /** The final status code. */
      readonly status: number
      /** The reason phrase, often empty. */
      readonly statusText: string
    }
  | {
      readonly type: 'headers'
      readonly ref: string
      /** The header section. */
      readonly headers: HeadersView
    }
  | {
      readonly type: 'chunk'
      readonly ref: string
      /** Some of the body. Its memory is the recipient's own. */
      readonly chunk: Uint8Array
    }
  | {
      readonly type: 'trailers'
      readonly ref: string
      /** The trailer section. */
      readonly trailers: HeadersView
    }
  | { readonly type: 'done'; readonly ref: string }
  | {
      readonly type: 'error'
      readonly ref: string
      /** What a `recvHead` rejects with: an error, or the reason of a cancellation. */
      readonly error: unknown
    }

/**
 * Who gets the messages: a function, or anything with `send`, such as an xstate actor. A promise that it returns is
 * waited for before the next message.
 */
export type StreamTo =
  | ((message: ResponseMessage) => unknown)
  | {
      /** Takes one message. */
      send(message: ResponseMessage): unknown
    }
