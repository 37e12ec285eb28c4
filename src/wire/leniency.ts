/**
 * What a parser lets pass although RFC 9112 forbids it. All are off by default, since whatever two parsers on the way
 * read differently can be used to smuggle a response past one of them. None of them ever applies to the framing of
 * chunks but `chunkSizeBlanks`, and none to a trailer section.
 */
export interface Leniency {
  /**
   * A line of the head may end with LF alone (RFC 9112 §2.2 allows it; curl and Go do it). Danger: a server that copies
   * a LF from its input into a field lets that input add fields, or end the head. Default `false`.
   */
  readonly bareLf?: boolean
  /**
   * One empty line before the status line is passed over (undici and `node:http` do it). Danger: two bytes too many
   * behind the answer before go unnoticed, and they are the first sign that requests and answers are out of step.
   * Default `false`.
   */
  readonly leadingCrlf?: boolean
  /**
   * Blanks between a field's name and its colon are removed (curl does it). Danger: others take the blanks for a part
   * of the name, or the line for none, so that they do not see the Content-Length or Transfer-Encoding that counts here
   * (RFC 9112 §5.1). Such a connection is not used again. Default `false`.
   */
  readonly spaceBeforeColon?: boolean
  /**
   * Control characters in field values are kept, NUL, CR and LF aside (curl and Go do it). Danger: terminals, logs and
   * downstream HTTP act upon them (RFC 9110 §5.5). Default `false`.
   */
  readonly controlCharacters?: boolean
  /**
   * Blanks between the size of a chunk and its line end are passed over (curl and Go do it; old servers pad sizes).
   * Danger: others refuse them, or end the size elsewhere (RFC 9112 §7.1). Default `false`.
   */
  readonly chunkSizeBlanks?: boolean
}

/** Nothing that RFC 9112 forbids passes: the default. */
export const strict: Leniency = Object.freeze({})
