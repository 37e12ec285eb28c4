export { Answer } from './client/answer.ts'
export { type BodyOptions, Client, type CloseOptions, createClient, type WholeInit } from './client/client.ts'
export {
  body,
  cancel,
  defaultClient,
  del,
  drain,
  explain,
  finishBody,
  get,
  head,
  options,
  patch,
  pauseStream,
  post,
  put,
  recvBody,
  recvHead,
  recvTrailers,
  request,
  resumeStream,
  sendBody,
  setDefaultClient,
  setOwner,
  streamNext,
  upgrade,
} from './client/default-client.ts'
export type { ClientEventMap, ClientEventName, ClientListener } from './client/events.ts'
export type { ClientOptions, HostOptions, LimitsOptions, PoolOptions } from './client/options.ts'
export type { ClientStats, HostStats } from './client/stats.ts'
export type { ConnectFunction } from './dial/dial.ts'
export type { DialTimings } from './dial/messages.ts'
export type { LookupFunction } from './dial/resolve.ts'
export { type ErrorCode, type ErrorEntry, errorTable } from './error-table.ts'
export {
  AbortError,
  ActorCrashError,
  type ArgumentError,
  type Bill,
  type ConnectDetails,
  ConnectError,
  type ConnectionDetails,
  ConnectionError,
  type DialAttempt,
  type ErrorDetails,
  HansomError,
  type Phase,
  type PoolDetails,
  PoolError,
  type PoolLoad,
  type ProtocolDetails,
  ProtocolError,
  type RequestContext,
  type TimeoutDetails,
  TimeoutError,
} from './errors.ts'
export type { HostState } from './host/origin-supervisor.ts'
export { type DropOptions, drop } from './host/policy/drop.ts'
export { type OverflowOptions, overflow } from './host/policy/overflow.ts'
export {
  type Admission,
  type ExchangeOutcome,
  type HostLoad,
  hasRoom,
  type PolicyHost,
  type PolicyOption,
  type PoolPolicy,
  type RequestView,
  type WaiterView,
  type WaitQueue,
} from './host/policy/policy.ts'
export { type QueueOptions, queue } from './host/policy/queue.ts'
export type { BodyChunk, BodyInput } from './request/body-source.ts'
export type { Explanation } from './request/explain.ts'
export type { HeadersInput } from './request/header-fields.ts'
export type { ConnectionInfo, RequestPhase, Upgraded } from './request/record.ts'
export { RequestRef } from './request/ref.ts'
export type { RequestInit } from './request/request-init.ts'
export type { ResponseMessage, StreamTo } from './request/response-message.ts'
export type { Timeouts, TimeoutsInput } from './request/timeouts.ts'
export { type HeaderPair, HeadersView } from './wire/headers-view.ts'
export type { Leniency } from './wire/leniency.ts'
export type { ResponseHead } from './wire/message.ts'
