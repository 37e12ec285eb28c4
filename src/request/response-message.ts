import type { HeadersView } from '../wire/headers-view.ts'

/**
 * What a request made with `async` sends to its `streamTo`: `status`, `headers`, any number of `chunk`s, `trailers` if
 * there are some, `done`; or, at any point and as the last one, `error`. `ref` is the id of the request's ref.
 */
export type ResponseMessage =
  | { readonly type: 'status'; readonly ref: string; readonly status: number; readonly statusText: string }
  | { readonly type: 'headers'; readonly ref: string; readonly headers: HeadersView }
  /** Its memory is the recipient's own. */
  | { readonly type: 'chunk'; readonly ref: string; readonly chunk: Uint8Array }
  | { readonly type: 'trailers'; readonly ref: string; readonly trailers: HeadersView }
  | { readonly type: 'done'; readonly ref: string }
  /** `error` is what a `recvHead` rejects with: an error, or the reason of a cancellation. */
  | { readonly type: 'error'; readonly ref: string; readonly error: unknown }

/**
 * Who gets the messages: a function, or anything with `send`, such as an xstate actor. A promise that it returns is
 * waited for before the next message.
 */
export type StreamTo = ((message: ResponseMessage) => unknown) | { send(message: ResponseMessage): unknown }
