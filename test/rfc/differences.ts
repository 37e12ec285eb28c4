/** How another client reads a response of `handMade` otherwise than this parser, and the rule that this one follows. */
export interface Difference {
  readonly why: string
  /** Its own reading, `refused` or another one; several if its versions differ. */
  readonly node?: string | readonly string[]
  readonly undici?: string
}

const refused = 'refused'
const both = (reading: string, why: string): Difference => ({ why, node: reading, undici: reading })

const fold =
  'RFC 9112 §5.2: "A user agent that receives an obs-fold in a response message […] MUST replace each received obs-fold with one or more SP octets prior to interpreting the field value."'
const overrides =
  'RFC 9112 §6.3: "If a message is received with both a Transfer-Encoding and a Content-Length header field, the Transfer-Encoding overrides the Content-Length." The connection is not used again.'
const sameLengths =
  'RFC 9112 §6.3: invalid, "unless the field value can be successfully parsed as a comma-separated list, all values in the list are valid, and all values in the list are the same (in which case, the message is processed with that single value used as the Content-Length field value)"'
const once = 'RFC 9112 §6.1: "A sender MUST NOT apply the chunked transfer coding more than once to a message body"'
const emptyLine =
  'RFC 9112 §2.2 lets only "a server that is expecting to receive and parse a request-line" ignore an empty line before it; here it would hide that requests and answers are out of step. lenient.leadingCrlf lets it pass.'
const version =
  'RFC 9112 §2.3 and §4: a status line begins with HTTP-version, and this is the syntax of HTTP/1. RFC 9110 §2.5 promises compatibility within one major version only.'
const noBody =
  'RFC 9112 §6.3: "Any response to a HEAD request and any response with a 1xx (Informational), 204 (No Content), or 304 (Not Modified) status code is always terminated by the first empty line after the header fields, regardless of the header fields present in the message"'
const extra =
  'RFC 9112 §6.3: what follows a complete response is not part of it; a user agent "MUST NOT process, cache, or forward such extra data as a separate response". The response stands, the connection is not used again.'
const grammar =
  'RFC 9112 §7.1: the chunked coding has no parameters, and a coding is a token (§6.1): refused, since others find "chunked" in it.'
const emptyElements =
  'RFC 9110 §5.6.1.2: "A recipient MUST parse and ignore a reasonable number of empty list elements"'
const chunkText = '2\\r\\nab\\r\\n0\\r\\n\\r\\n'

/** By the names of `handMade`. What is not here is read alike by all three. */
export const differences: Readonly<Record<string, Difference>> = {
  'status 099': {
    node: '99 OK [content-length: 2] "ab"',
    why: 'RFC 9110 §15: "All valid status codes are within the range of 100 to 599, inclusive"; below 100 there is no class to treat it as.',
  },
  'a reason outside ASCII': {
    undici: '200 caf\ufffd [content-length: 2] "ab"',
    why: 'RFC 9112 §2.2: a message is "a sequence of octets in an encoding that is a superset of US-ASCII"; as latin1 none of them is lost.',
  },
  'HTTP/2.0': both('200 OK [content-length: 2] "ab"', version),
  'HTTP/0.9': both('200 OK [content-length: 2] "ab"', version),
  'an empty line first': both('200 OK [content-length: 2] "ab"', emptyLine),
  'a LF first': both('200 OK [content-length: 2] "ab"', emptyLine),
  'blanks around a value': {
    undici: '200 OK [x: a b \t ; content-length: 2] "ab"',
    why: 'RFC 9110 §5.5: "a field parsing implementation MUST exclude such whitespace prior to evaluating the field value"',
  },
  'a folded field': both(refused, fold),
  'a field folded by a tab': both(refused, fold),
  'a fold of blanks': both(refused, fold),
  'a folded length': both(refused, `${fold} The connection is not used again.`),
  'a folded coding': both(refused, `${fold} The connection is not used again.`),
  'a folded trailer': both(refused, fold),
  'a length twice in a list': both(refused, sameLengths),
  'a length twice': both(refused, sameLengths),
  'a length that is too short': { node: refused, why: extra },
  'bytes behind the response': { node: refused, why: extra },
  'bytes behind the last response': { node: refused, why: extra },
  'chunks, then a length': both(refused, overrides),
  'a length, then chunks': both(refused, overrides),
  'coding gzip and a length': both(refused, overrides),
  'coding identity and a length': both(refused, overrides),
  'chunked twice': both('200 OK [transfer-encoding: chunked, chunked] "ab"', once),
  'chunked twice in two fields': both('200 OK [transfer-encoding: chunked; transfer-encoding: chunked] "ab"', once),
  'chunked with a parameter': both(`200 OK [transfer-encoding: chunked;q=1] "${chunkText}"`, grammar),
  'chunked in quotes': both(`200 OK [transfer-encoding: "chunked"] "${chunkText}"`, grammar),
  'an empty coding': {
    node: [`200 OK [transfer-encoding: ] "${chunkText}"`, refused],
    undici: `200 OK [transfer-encoding: ] "${chunkText}"`,
    why: 'RFC 9112 §6.1: Transfer-Encoding "lists the transfer coding names"; with none, others cannot know whether it overrides a length.',
  },
  'an empty coding and a length': {
    undici: '200 OK [transfer-encoding: ; content-length: 2] "2\\r"',
    why: 'RFC 9112 §6.1, as above.',
  },
  'a comma behind chunked': both(`200 OK [transfer-encoding: chunked,] "${chunkText}"`, emptyElements),
  'a chunk size of 18 digits': both(
    '200 OK [transfer-encoding: chunked] "ab"',
    'RFC 9112 §7.1: recipients "MUST anticipate potentially large hexadecimal numerals"; 16 digits are the bound of curl and Go as well.',
  ),
  'a chunk extension with blanks': both(
    refused,
    'RFC 9112 §7.1.1: chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ), and RFC 9110 §5.6.3: "A recipient MUST parse for such bad whitespace and remove it"',
  ),
  'a chunk extension of 5,000 bytes': both(
    '200 OK [transfer-encoding: chunked] "ab"',
    'RFC 9112 §7.1.1: a recipient "ought to limit the total length of chunk extensions received": limits.chunkExtensionBytes.',
  ),
  'a trailer that frames': both(
    refused,
    'RFC 9112 §7.1.2: a recipient that retains trailer fields may "store/forward the trailer field separately from the received header fields"; there it frames nothing.',
  ),
  '204 with a length': { undici: refused, why: noBody },
  '304 with a length': { undici: refused, why: noBody },
  'a 100 first': {
    undici: refused,
    why: 'RFC 9110 §15.2: "A client MUST be able to parse one or more 1xx responses received prior to a final response, even if the client does not expect one."',
  },
  'forty 102s first': both(
    `${'102+'.repeat(40)}200 OK [content-length: 2] "ab"`,
    'RFC 9110 §15.2 asks for "one or more"; without a bound (limits.informational) a server could keep a client reading for ever.',
  ),
  'a 101 unasked': {
    node: 'upgraded 101',
    why: 'RFC 9110 §7.8: "A server MUST NOT switch to a protocol that was not indicated by the client in the corresponding request\'s Upgrade header field."',
  },
  'a head of 20,000 bytes': both(
    refused,
    'RFC 9110 §5.4: HTTP "does not place a predefined limit"; this one is 65,536 bytes (limits.headerBytes), theirs 16,384.',
  ),
}
