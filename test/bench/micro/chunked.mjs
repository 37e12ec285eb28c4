// Chunked bodies of 1 MiB through `ResponseParser`, in segments of 64 KiB. Times are for one MiB.
import { micro } from './measure.mjs'

const bodyBytes = 1_048_576
const segmentBytes = 65_536

await micro(import.meta.url, async load => {
  const { ResponseParser } = await load('wire/http1/response-parser.js')
  const { defaultWireLimits } = await load('wire/message.js')
  let seen = 0
  const sink = {
    onInformed() {},
    onHead() {},
    onData: (_, from, to) => (seen += to - from) > 0,
    onEnd() {},
  }
  const bodyOf = (chunkBytes, extension = '') => {
    const chunk = `${chunkBytes.toString(16)}${extension}\r\n${'x'.repeat(chunkBytes)}\r\n`
    const chunks = chunk.repeat(bodyBytes / chunkBytes)
    return Buffer.from(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`, 'latin1')
  }
  const read = bytes => {
    const parser = new ResponseParser(defaultWireLimits)
    return () => {
      parser.start('GET', sink)
      for (let from = 0; from < bytes.length; from += segmentBytes) {
        parser.read(bytes, from, Math.min(bytes.length, from + segmentBytes))
      }
      if (!parser.reusable) throw new Error('not read')
    }
  }
  return {
    'chunks of 16 bytes': read(bodyOf(16)),
    'chunks of 1 KiB': read(bodyOf(1_024)),
    'chunks of 1 KiB with an extension': read(bodyOf(1_024, ';name=value')),
    'chunks of 64 KiB': read(bodyOf(65_536)),
  }
})
