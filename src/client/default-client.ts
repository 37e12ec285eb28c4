import { argumentError } from '../errors.ts'
import type { BodyChunk } from '../request/body-source.ts'
import type { Explanation } from '../request/explain.ts'
import type { HeadersInput } from '../request/header-fields.ts'
import type { Upgraded } from '../request/record.ts'
import type { RequestRef } from '../request/ref.ts'
import type { RequestInit } from '../request/request-init.ts'
import type { StreamTo } from '../request/response-message.ts'
import type { HeadersView } from '../wire/headers-view.ts'
import type { ResponseHead } from '../wire/message.ts'
import type { Answer } from './answer.ts'
import { type BodyOptions, Client, createClient, requestAs, type WholeInit, wholeAs } from './client.ts'

let current: Client | undefined

/** The client behind the package's own functions. Made at first use, with every option at its default. */
export function defaultClient(): Client {
  current ??= createClient()
  return current
}

/** Puts another client behind the package's own functions. The former one is not closed. */
export function setDefaultClient(client: Client): void {
  if (!(client instanceof Client)) {
    throw argumentError('ERR_HANSOM_INVALID_ARGUMENT', 'client', 'client is what createClient() returned')
  }
  current = client
}

/** `Client.request` on the default client. */
export function request(url: string | URL, init?: RequestInit): RequestRef {
  return requestAs(defaultClient(), request, url, init)
}

/** `Client.recvHead` for a ref of any client. */
export function recvHead(ref: RequestRef): Promise<ResponseHead> {
  return defaultClient().recvHead(ref)
}

/** `Client.recvBody` for a ref of any client. */
export function recvBody(ref: RequestRef): Promise<Uint8Array | null> {
  return defaultClient().recvBody(ref)
}

/** `Client.recvTrailers` for a ref of any client. */
export function recvTrailers(ref: RequestRef): HeadersView | null {
  return defaultClient().recvTrailers(ref)
}

/** `Client.body` for a ref of any client. */
export function body(ref: RequestRef, options?: BodyOptions): Promise<Uint8Array> {
  return defaultClient().body(ref, options)
}

/** `Client.drain` for a ref of any client. */
export function drain(ref: RequestRef): Promise<void> {
  return defaultClient().drain(ref)
}

/** `Client.sendBody` for a ref of any client. */
export function sendBody(ref: RequestRef, chunk: BodyChunk): Promise<boolean> {
  return defaultClient().sendBody(ref, chunk)
}

/** `Client.finishBody` for a ref of any client. */
export function finishBody(ref: RequestRef, trailers?: HeadersInput): Promise<void> {
  return defaultClient().finishBody(ref, trailers)
}

/** `Client.cancel` for a ref of any client. */
export function cancel(ref: RequestRef, reason?: unknown): void {
  defaultClient().cancel(ref, reason)
}

/** `Client.streamNext` for a ref of any client. */
export function streamNext(ref: RequestRef): void {
  defaultClient().streamNext(ref)
}

/** `Client.pauseStream` for a ref of any client. */
export function pauseStream(ref: RequestRef): void {
  defaultClient().pauseStream(ref)
}

/** `Client.resumeStream` for a ref of any client. */
export function resumeStream(ref: RequestRef): void {
  defaultClient().resumeStream(ref)
}

/** `Client.setOwner` for a ref of any client. */
export function setOwner(ref: RequestRef, recipient: StreamTo): void {
  defaultClient().setOwner(ref, recipient)
}

/** `Client.upgrade` for a ref of any client. */
export function upgrade(ref: RequestRef): Promise<Upgraded> {
  return defaultClient().upgrade(ref)
}

/** `Client.explain` for a ref of any client. */
export function explain(ref: RequestRef): Explanation {
  return defaultClient().explain(ref)
}

/** `Client.get` on the default client. */
export function get(url: string | URL, init?: WholeInit): Promise<Answer> {
  return wholeAs(defaultClient(), get, 'GET', url, init)
}

/** `Client.head` on the default client. */
export function head(url: string | URL, init?: WholeInit): Promise<Answer> {
  return wholeAs(defaultClient(), head, 'HEAD', url, init)
}

/** `Client.post` on the default client. */
export function post(url: string | URL, init?: WholeInit): Promise<Answer> {
  return wholeAs(defaultClient(), post, 'POST', url, init)
}

/** `Client.put` on the default client. */
export function put(url: string | URL, init?: WholeInit): Promise<Answer> {
  return wholeAs(defaultClient(), put, 'PUT', url, init)
}

/** `Client.patch` on the default client. */
export function patch(url: string | URL, init?: WholeInit): Promise<Answer> {
  return wholeAs(defaultClient(), patch, 'PATCH', url, init)
}

/** `Client.delete` on the default client. `delete` is a reserved word. */
export function del(url: string | URL, init?: WholeInit): Promise<Answer> {
  return wholeAs(defaultClient(), del, 'DELETE', url, init)
}

/** `Client.options` on the default client. */
export function options(url: string | URL, init?: WholeInit): Promise<Answer> {
  return wholeAs(defaultClient(), options, 'OPTIONS', url, init)
}
