// Request heads as strings: what is checked and written for one request.
import { micro } from './measure.mjs'

await micro(import.meta.url, async load => {
  const { chunkHead, fieldLine, requestHead, validateMethod } = await load('wire/http1/serializer.js')
  const { isFieldValue, isToken } = await load('wire/http1/char-class.js')
  const headers = count =>
    Array.from({ length: count }, (_, i) => [`x-header-${i}`, `some value of a usual length ${i}`])
  const head = count => {
    const pairs = headers(count)
    return () => {
      let lines = ''
      for (const [name, value] of pairs) {
        if (!isToken(name) || !isFieldValue(value)) throw new Error('refused')
        lines += fieldLine(name, value)
      }
      return requestHead(validateMethod('GET'), '/some/path?with=query', 'example.com:8080', lines).length > 0 ? 1 : 0
    }
  }
  return {
    'no fields': head(0),
    '5 fields': head(5),
    '30 fields': head(30),
    'head of a chunk': () => (chunkHead(65_536) === '' ? 0 : 1),
  }
})
