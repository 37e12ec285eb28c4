/** Why a text is no URL to request, in a few words and without its credentials; `null` if it is one. */
export function urlFault(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return null
  const shown = text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, '$1')
  const isBare = !/^[a-z0-9+.-]*:?\/\//i.test(text) && URL.canParse(`http://${text}`)
  const hint = isBare ? `; did you mean http://${shown}?` : ''
  return `${JSON.stringify(shown)} is not an absolute http: or https: URL${hint}`
}

/** A URL as the library tells it: without credentials and fragment. */
export function plainUrl(text: string): string {
  const { protocol, host, pathname, search } = new URL(text)
  return `${protocol}//${host}${pathname}${search}`
}
