import { describe, expect, it } from 'vitest'
import { MalformedRequestError, RequestReader, type WholeRequest } from '../../support/request-reader.ts'

const PIPELINED =
  'POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nX-A: 1\r\nx-a:2 \r\n\r\nhello' +
  'PUT /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: end\r\n\r\n' +
  'GET /c HTTP/1.0\r\n\r\n'

function read(...pieces: string[]): { heads: string[]; requests: WholeRequest[]; left: string } {
  const heads: string[] = []
  const requests: WholeRequest[] = []
  const reader = new RequestReader({ onHead: head => heads.push(head.target), onRequest: it => requests.push(it) })
  for (const piece of pieces) reader.push(Buffer.from(piece, 'latin1'))
  return { heads, requests, left: reader.release().toString('latin1') }
}

describe('the request reader of the test servers', () => {
  it('reads pipelined requests with both kinds of bodies', () => {
    const { heads, requests, left } = read(PIPELINED)
    expect(heads).toEqual(['/a', '/b', '/c'])
    expect(requests.map(({ method, body }) => [method, body.toString()])).toEqual([
      ['POST', 'hello'],
      ['PUT', 'abc0123456789'],
      ['GET', ''],
    ])
    expect(requests[0]!.headers).toEqual({ host: 'h', 'content-length': '5', 'x-a': '1, 2' })
    expect(requests[0]!.rawHeaders.at(-1)).toEqual(['x-a', '2'])
    expect(requests[1]!.trailers).toEqual({ t: 'end' })
    expect(left).toBe('')
  })

  it('reads the same wherever the socket splits it', () => {
    const whole = read(PIPELINED)
    for (let cut = 1; cut < PIPELINED.length; cut++) {
      expect(read(PIPELINED.slice(0, cut), PIPELINED.slice(cut))).toEqual(whole)
    }
    expect(read(...PIPELINED)).toEqual(whole)
  })

  it('tells the head before the body has come', () => {
    const { heads, requests } = read('POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhell')
    expect([heads, requests]).toEqual([['/a'], []])
  })

  it('leaves what comes after a release', () => {
    const requests: string[] = []
    const reader: RequestReader = new RequestReader({
      onHead: () => {},
      onRequest: ({ target }) => {
        requests.push(target)
        reader.release()
      },
    })
    reader.push(Buffer.from('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n\u0016\u0003'))
    expect(requests).toEqual(['a:1'])
    expect(reader.release().toString()).toBe('\u0016\u0003')
  })

  it.each([
    ['\r\n', 'an empty line'],
    ['GET / HTTP/1.1\nHost: h\r\n\r\n', 'a bare LF'],
    ['GET  / HTTP/1.1\r\nHost: h\r\n\r\n', 'two spaces'],
    ['GET / HTTP/2.0\r\nHost: h\r\n\r\n', 'another version'],
    ['GET / HTTP/1.1\r\n\r\n', 'no Host'],
    ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 'two Hosts'],
    ['GET / HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n', 'a space before the colon'],
    ['GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n', 'a folded line'],
    ['GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n', 'a bare CR'],
    ['GET / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n', 'a signed length'],
    ['GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n', 'two lengths'],
    ['GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 'length and coding'],
    ['GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, gzip\r\n\r\n', 'chunked not last'],
    ['GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n', 'a chunk size with a prefix'],
    ['GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n', 'a chunk longer than its size'],
  ])('rejects %j: %s', text => {
    expect(() => read(text)).toThrow(MalformedRequestError)
  })
})
