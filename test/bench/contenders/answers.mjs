/** What the server answers to a small request. */
export const smallBody = '{"hello":"world","n":12345}'
/** A field of each of its answers, which every contender reads. */
export const contentType = 'application/json'

/** Throws unless the header and the length of the body are those that the server sends. */
export function check(type, length, expected) {
  if (type !== contentType || length !== expected) {
    throw new Error(`wrong answer: content-type ${type}, ${length} bytes in place of ${expected}`)
  }
}
