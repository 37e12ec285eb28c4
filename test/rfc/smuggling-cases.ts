export const ok = 'HTTP/1.1 200 OK\r\n'
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`
/** What an attacker wants to be taken for the answer to the next request. */
export const hidden = `${ok}Content-Length: 4\r\n\r\nEVIL`

/** A response that must be refused. */
export interface Hostile {
  readonly what: string
  readonly input: string
  /** Of the byte that is refused. */
  readonly offset: number
  readonly rfc: string
  readonly code?: string
  /** Body bytes that are delivered before. */
  readonly body?: string
}

const tooLarge = 'ERR_HANSOM_HEADERS_TOO_LARGE'
const at = (text: string, more = 0): number => text.length + more

export const inLine: readonly Hostile[] = [
  { what: 'a second answer where a first is due', input: `junk${hidden}`, offset: 0, rfc: 'RFC 9112 §4' },
  { what: 'an empty line first', input: `\r\n${hidden}`, offset: 0, rfc: 'RFC 9112 §4' },
  { what: 'a blank first', input: ` ${hidden}`, offset: 0, rfc: 'RFC 9112 §4' },
  { what: 'a LF in the status line', input: `HTTP/1.1 200 OK\nX: y\r\n\r\n`, offset: 15, rfc: 'RFC 9112 §4' },
  { what: 'a CR in the status line', input: `HTTP/1.1 200 O\rK\r\n\r\n`, offset: 15, rfc: 'RFC 9112 §4' },
  { what: 'a NUL in the status line', input: `HTTP/1.1 200 O\0K\r\n\r\n`, offset: 14, rfc: 'RFC 9112 §4' },
  { what: 'another version', input: `HTTP/1.9 200 OK\r\n\r\n`, offset: 7, rfc: 'RFC 9112 §4' },
  { what: 'another protocol', input: `RTSP/1.0 200 OK\r\n\r\n`, offset: 0, rfc: 'RFC 9112 §4' },
  { what: 'a blank line for a field', input: `${ok} \r\n\r\n`, offset: at(ok), rfc: 'RFC 9112 §2.2' },
  {
    what: 'a first field behind a blank',
    input: `${ok} Content-Length: 0\r\n\r\n`,
    offset: at(ok),
    rfc: 'RFC 9112 §2.2',
  },
]

export const inFields: readonly Hostile[] = [
  {
    what: 'a LF that ends a field',
    input: `${ok}a: b\nTransfer-Encoding: chunked\r\n\r\n`,
    offset: at(ok, 4),
    rfc: 'RFC 9112 §2.2',
  },
  {
    what: 'a CR that ends a field',
    input: `${ok}a: b\rTransfer-Encoding: chunked\r\n\r\n`,
    offset: at(ok, 5),
    rfc: 'RFC 9112 §2.2',
  },
  {
    what: 'a LF that ends the head',
    input: `${ok}Content-Length: 0\r\n\n${hidden}`,
    offset: at(ok, 19),
    rfc: 'RFC 9112 §2.2',
  },
  {
    what: 'a CR that ends the head',
    input: `${ok}Content-Length: 0\r\n\r${hidden}`,
    offset: at(ok, 20),
    rfc: 'RFC 9112 §2.2',
  },
  { what: 'two CRs before a LF', input: `${ok}Content-Length: 0\r\r\n\r\n`, offset: at(ok, 18), rfc: 'RFC 9112 §2.2' },
  {
    what: 'a blank before the colon',
    input: `${ok}Content-Length : 5\r\n\r\nhello`,
    offset: at(ok, 14),
    rfc: 'RFC 9112 §5.1',
  },
  {
    what: 'a tab before the colon',
    input: `${ok}Transfer-Encoding\t: chunked\r\n\r\n`,
    offset: at(ok, 17),
    rfc: 'RFC 9112 §5.1',
  },
  {
    what: 'a vertical tab before the colon',
    input: `${ok}Transfer-Encoding\x0b: chunked\r\n\r\n`,
    offset: at(ok, 17),
    rfc: 'RFC 9110 §5.1',
  },
  { what: 'a NUL in a name', input: `${ok}Content\0-Length: 5\r\n\r\n`, offset: at(ok, 7), rfc: 'RFC 9110 §5.1' },
  { what: 'a NUL in a value', input: `${ok}Content-Length: 5\0\r\n\r\n`, offset: at(ok, 17), rfc: 'RFC 9110 §5.5' },
  { what: 'a field without a name', input: `${ok}: chunked\r\n\r\n`, offset: at(ok), rfc: 'RFC 9112 §5' },
  { what: 'a line without colon', input: `${ok}Transfer-Encoding\r\n\r\n`, offset: at(ok, 17), rfc: 'RFC 9110 §5.1' },
  { what: 'a name in quotes', input: `${ok}"Content-Length": 5\r\n\r\n`, offset: at(ok), rfc: 'RFC 9110 §5.1' },
  {
    what: 'a non-breaking space in a name',
    input: `${ok}Content-Length\xa0: 5\r\n\r\n`,
    offset: at(ok, 14),
    rfc: 'RFC 9110 §5.1',
  },
  {
    what: 'a head without end',
    input: `${ok}a: ${'b'.repeat(70_000)}`,
    offset: 65_536,
    rfc: 'RFC 9110 §5.4',
    code: tooLarge,
  },
  {
    what: 'fields without end',
    input: `${ok}${'a:\r\n'.repeat(1_001)}`,
    offset: at(ok, 4_000),
    rfc: 'RFC 9110 §5.4',
    code: tooLarge,
  },
]

const length = `${ok}Content-Length: `
export const coding = `${ok}Transfer-Encoding: `
export const inFraming: readonly Hostile[] = [
  ...['+5', '-5', '0x5', '5e0', '5.0', '5 5', '5;', '5\t5', '\xb5', '""', '5,', ',5', '5, x', '1_0'].map(value => ({
    what: `a length of ${JSON.stringify(value)}`,
    input: `${length}${value}\r\n\r\nhello${hidden}`,
    offset: at(length, value === '5,' ? 2 : value === '5, x' ? 3 : 0),
    rfc: 'RFC 9110 §8.6',
  })),
  { what: 'an empty length', input: `${length}\r\n\r\n${hidden}`, offset: at(length), rfc: 'RFC 9110 §8.6' },
  {
    what: 'a length that wraps to 5 in 64 bits',
    input: `${length}18446744073709551621\r\n\r\nhello${hidden}`,
    offset: at(length),
    rfc: 'RFC 9110 §8.6',
  },
  {
    what: 'a length that wraps to 5 in 32 bits, twice',
    input: `${length}4294967301\r\nContent-Length: 5\r\n\r\nhello`,
    offset: at(length, 28),
    rfc: 'RFC 9112 §6.3',
  },
  {
    what: 'two lengths in two fields',
    input: `${length}5\r\nContent-Length: 0\r\n\r\n${hidden}`,
    offset: at(length, 19),
    rfc: 'RFC 9112 §6.3',
  },
  {
    what: 'two lengths in one field',
    input: `${length}5, 0\r\n\r\n${hidden}`,
    offset: at(length, 3),
    rfc: 'RFC 9112 §6.3',
  },
  {
    what: 'two lengths beside chunks',
    input: `${coding}chunked\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n`,
    offset: at(coding, 44),
    rfc: 'RFC 9112 §6.3',
  },
  {
    what: 'chunked twice',
    input: `${coding}chunked, chunked\r\n\r\n0\r\n\r\n`,
    offset: at(coding, 9),
    rfc: 'RFC 9112 §6.1',
  },
  {
    what: 'chunked in two fields',
    input: `${coding}chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
    offset: at(coding, 28),
    rfc: 'RFC 9112 §6.1',
  },
  {
    what: 'chunked with a parameter',
    input: `${coding}chunked;q=1\r\n\r\n0\r\n\r\n`,
    offset: at(coding, 7),
    rfc: 'RFC 9112 §6.1',
  },
  { what: 'chunked in quotes', input: `${coding}"chunked"\r\n\r\n0\r\n\r\n`, offset: at(coding), rfc: 'RFC 9112 §6.1' },
  {
    what: 'chunked and a second word',
    input: `${coding}chunked x\r\n\r\n0\r\n\r\n`,
    offset: at(coding, 8),
    rfc: 'RFC 9112 §6.1',
  },
  {
    what: 'chunked behind a vertical tab',
    input: `${coding}\x0bchunked\r\n\r\n0\r\n\r\n`,
    offset: at(coding),
    rfc: 'RFC 9110 §5.5',
  },
  {
    what: 'chunked behind a NUL',
    input: `${coding}\0chunked\r\n\r\n0\r\n\r\n`,
    offset: at(coding),
    rfc: 'RFC 9110 §5.5',
  },
  {
    what: 'chunked behind a non-breaking space',
    input: `${coding}\xa0chunked\r\n\r\n0\r\n\r\n`,
    offset: at(coding),
    rfc: 'RFC 9112 §6.1',
  },
  { what: 'no coding at all', input: `${coding}\r\n\r\n${hidden}`, offset: at(coding, -2), rfc: 'RFC 9112 §6.1' },
  {
    what: 'a folded length of two parts',
    input: `${length}0\r\n 5\r\n\r\nhello`,
    offset: at(ok, 16),
    rfc: 'RFC 9110 §8.6',
  },
]

export const inChunks: readonly Hostile[] = [
  ...['+5', '-5', '0x5', ' 5', '', ';x', '"5"', 'g', '\xb5', '\t5'].map(size => ({
    what: `a chunk size of ${JSON.stringify(size)}`,
    input: `${chunked}${size}\r\nhello\r\n0\r\n\r\n${hidden}`,
    offset: at(chunked, size === '0x5' ? 1 : 0),
    rfc: 'RFC 9112 §7.1',
  })),
  {
    what: 'a blank behind a chunk size',
    input: `${chunked}5 \r\nhello\r\n0\r\n\r\n`,
    offset: at(chunked, 2),
    rfc: 'RFC 9112 §7.1',
  },
  {
    what: 'a second chunk size',
    input: `${chunked}5 6\r\nhello\r\n0\r\n\r\n`,
    offset: at(chunked, 2),
    rfc: 'RFC 9112 §7.1',
  },
  {
    what: 'a chunk size that wraps to 5',
    input: `${chunked}10000000000000005\r\nhello\r\n`,
    offset: at(chunked, 13),
    rfc: 'RFC 9112 §7.1',
  },
  {
    what: 'a chunk size of 17 digits',
    input: `${chunked}00000000000000005\r\nhello\r\n`,
    offset: at(chunked, 16),
    rfc: 'RFC 9112 §7.1',
  },
  {
    what: 'a LF behind a chunk size',
    input: `${chunked}5\nhello\r\n0\r\n\r\n`,
    offset: at(chunked, 1),
    rfc: 'RFC 9112 §7.1',
  },
  {
    what: 'a CR behind a chunk size',
    input: `${chunked}5\rhello\r\n0\r\n\r\n`,
    offset: at(chunked, 2),
    rfc: 'RFC 9112 §7.1',
  },
  {
    what: 'a NUL behind a chunk size',
    input: `${chunked}5\0\r\nhello\r\n0\r\n\r\n`,
    offset: at(chunked, 1),
    rfc: 'RFC 9112 §7.1',
  },
  {
    what: 'a LF that ends an extension',
    input: `${chunked}5;a\nhello\r\n0\r\n\r\n`,
    offset: at(chunked, 3),
    rfc: 'RFC 9112 §7.1.1',
  },
  {
    what: 'a CR inside an extension',
    input: `${chunked}5;a\rb\r\nhello\r\n0\r\n\r\n`,
    offset: at(chunked, 4),
    rfc: 'RFC 9112 §7.1',
  },
  {
    what: 'a line end in a quoted extension',
    input: `${chunked}5;a="\r\nhello\r\n0\r\n\r\n"\r\n`,
    offset: at(chunked, 5),
    rfc: 'RFC 9112 §7.1.1',
  },
  {
    what: 'an extension without a name',
    input: `${chunked}5;\r\nhello\r\n0\r\n\r\n`,
    offset: at(chunked, 2),
    rfc: 'RFC 9112 §7.1.1',
  },
  {
    what: 'an extension without end',
    input: `${chunked}5;${'a'.repeat(5_000)}`,
    offset: at(chunked, 4_097),
    rfc: 'RFC 9112 §7.1.1',
  },
  {
    what: 'data longer than its chunk',
    input: `${chunked}5\r\nhello!\r\n0\r\n\r\n`,
    offset: at(chunked, 8),
    rfc: 'RFC 9112 §7.1',
    body: 'hello',
  },
  {
    what: 'data shorter than its chunk',
    input: `${chunked}6\r\nhello\r\n0\r\n\r\n`,
    offset: at(chunked, 9),
    rfc: 'RFC 9112 §7.1',
    body: 'hello\r',
  },
  {
    what: 'a LF behind the data',
    input: `${chunked}5\r\nhello\n0\r\n\r\n`,
    offset: at(chunked, 8),
    rfc: 'RFC 9112 §7.1',
    body: 'hello',
  },
  {
    what: 'no line end behind the data',
    input: `${chunked}5\r\nhello0\r\n\r\n`,
    offset: at(chunked, 8),
    rfc: 'RFC 9112 §7.1',
    body: 'hello',
  },
  {
    what: 'a LF behind the last chunk',
    input: `${chunked}0\n\r\n${hidden}`,
    offset: at(chunked, 1),
    rfc: 'RFC 9112 §7.1',
  },
  {
    what: 'a LF that ends the trailers',
    input: `${chunked}0\r\n\n${hidden}`,
    offset: at(chunked, 3),
    rfc: 'RFC 9112 §2.2',
  },
  {
    what: 'a CR that ends the trailers',
    input: `${chunked}0\r\n\r${hidden}`,
    offset: at(chunked, 4),
    rfc: 'RFC 9112 §2.2',
  },
  {
    what: 'a LF that ends a trailer',
    input: `${chunked}0\r\na: b\n\r\n`,
    offset: at(chunked, 7),
    rfc: 'RFC 9112 §2.2',
  },
  {
    what: 'an answer where trailers belong',
    input: `${chunked}0\r\n${hidden}`,
    offset: at(chunked, 7),
    rfc: 'RFC 9110 §5.1',
  },
  {
    what: 'trailers without end',
    input: `${chunked}0\r\na: ${'b'.repeat(70_000)}`,
    offset: at(chunked, 65_539),
    rfc: 'RFC 9110 §5.4',
    code: tooLarge,
  },
]

const upgrade = 'HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n'
const inform = 'HTTP/1.1 102 X\r\n\r\n'
export const inOrder: readonly Hostile[] = [
  {
    what: 'an upgrade that nobody asked for',
    input: `${upgrade}${hidden}`,
    offset: at(upgrade),
    rfc: 'RFC 9110 §15.2.2',
  },
  {
    what: 'informational responses without end',
    input: inform.repeat(40),
    offset: 33 * inform.length,
    rfc: 'RFC 9110 §15.2',
  },
]
