/** A response with `count` fields, the usual ones first; its body is 13 bytes. */
export function response(count, framing = 'Content-Length: 13') {
  const fields = [
    'Content-Type: application/json; charset=utf-8',
    'Date: Sun, 22 Nov 2026 10:00:00 GMT',
    'Server: bench',
    'ETag: "abcdef0123456789"',
  ]
  while (fields.length < count - 1)
    fields.push(`X-Header-${fields.length}: some value of a usual length ${fields.length}`)
  const body = framing.startsWith('Content-Length') ? '{"hello":"w"}' : 'd\r\n{"hello":"w"}\r\n0\r\n\r\n'
  return Buffer.from(['HTTP/1.1 200 OK', ...fields, framing, '', body].join('\r\n'), 'latin1')
}

/** Lays `bytes` into a socket's buffer of 64 KiB, as `onread` does. */
export function asSegment(bytes) {
  const shared = Buffer.alloc(65_536)
  bytes.copy(shared)
  return shared
}
