/**
 * HTTP/1.1 as pure functions of bytes: what the client reads and writes with, without sockets, clocks or timers.
 *
 * A `ResponseParser` reads the responses of one connection, however their bytes are cut; the functions write requests.
 * Both are strict: what is let pass, and what could be, is in the page "HTTP/1.1".
 * @packageDocumentation
 */
export { ConnectionError, HansomError, ProtocolError } from './errors.ts'
export { type HeaderPair, HeadersView } from './wire/headers-view.ts'
export { isFieldValue, isToken } from './wire/http1/char-class.ts'
export {
  absoluteForm,
  asteriskForm,
  authorityForm,
  type HttpScheme,
  hostField,
  originForm,
} from './wire/http1/request-target.ts'
export { ResponseParser } from './wire/http1/response-parser.ts'
export {
  checkedFieldLine,
  checkedRequestHead,
  chunkHead,
  fieldLine,
  isTrailerName,
  lastChunk,
  type RequestHeadInit,
  requestHead,
  trailerLine,
  validateMethod,
} from './wire/http1/serializer.ts'
export type { Leniency } from './wire/leniency.ts'
export {
  defaultWireLimits,
  type ResponseHead,
  type ResponseSink,
  type WireLimits,
  type WireOptions,
} from './wire/message.ts'
