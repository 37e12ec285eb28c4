// What a user does with the headers of one response, from its block on.
import { response } from './heads.mjs'
import { micro } from './measure.mjs'

await micro(import.meta.url, async load => {
  const { HeadersView } = await load('wire/headers-view.js')
  const blockOf = count => {
    const text = response(count).toString('latin1')
    return text.slice(text.indexOf('\r\n') + 2, text.indexOf('\r\n\r\n') + 2)
  }
  let seen = 0
  const uses = {
    'not looked at': view => (seen += view === null ? 1 : 0),
    'get of the first': view => (seen += view.get('content-type').length),
    'get of the last': view => (seen += view.get('content-length').length),
    'get of an absent one': view => (seen += view.get('location') === null ? 1 : 0),
    'get of 8': view => {
      for (const name of ['content-type', 'date', 'server', 'etag', 'content-length', 'a', 'b', 'c']) {
        seen += view.get(name) === null ? 1 : 0
      }
    },
    raw: view => (seen += view.raw.length),
    entries: view => {
      for (const [name] of view) seen += name.length
    },
    toJSON: view => (seen += Object.keys(view.toJSON()).length),
  }
  const cases = {}
  for (const count of [5, 30]) {
    const block = blockOf(count)
    for (const [label, use] of Object.entries(uses)) {
      cases[`${count} fields, ${label}`] = () => {
        use(new HeadersView(block))
      }
    }
  }
  return cases
})
