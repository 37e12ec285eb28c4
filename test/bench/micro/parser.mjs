// A whole small response through `ResponseParser`, and the first header of it read.
import { asSegment, response } from './heads.mjs'
import { micro } from './measure.mjs'

await micro(import.meta.url, async load => {
  const { ResponseParser } = await load('wire/http1/response-parser.js')
  const { defaultWireLimits } = await load('wire/message.js')
  let seen = 0
  const quiet = {
    onInformed() {},
    onHead(head) {
      seen += head.status
    },
    onData: (_, from, to) => (seen += to - from) > 0,
    onEnd() {},
  }
  const reading = {
    ...quiet,
    onHead(head) {
      seen += head.headers.get('content-type').length
    },
  }

  const whole = (bytes, sink) => {
    const parser = new ResponseParser(defaultWireLimits)
    const segment = asSegment(bytes)
    return () => {
      parser.start('GET', sink)
      parser.read(segment, 0, bytes.length)
      if (!parser.reusable) throw new Error('not read')
    }
  }
  const cut = (bytes, pieces, sink) => {
    const parser = new ResponseParser(defaultWireLimits)
    const ends = Array.from({ length: pieces }, (_, i) => Math.ceil(((i + 1) * bytes.length) / pieces))
    return () => {
      parser.start('GET', sink)
      let from = 0
      for (const to of ends) {
        parser.read(bytes, from, to)
        from = to
      }
      if (!parser.reusable) throw new Error('not read')
    }
  }

  return {
    '5 fields': whole(response(5), quiet),
    '5 fields, one read': whole(response(5), reading),
    '30 fields': whole(response(30), quiet),
    '30 fields, one read': whole(response(30), reading),
    '30 fields in 4 segments': cut(response(30), 4, quiet),
    '5 fields, chunked': whole(response(5, 'Transfer-Encoding: chunked'), quiet),
  }
})
