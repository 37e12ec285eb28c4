import { ProtocolError } from '../../errors.ts'

/** Makes the error for a response that is not valid HTTP. `offset` counts from the response's first byte. */
export function protocolFault(message: string, offset: number, rfc: string): ProtocolError {
  return new ProtocolError('ERR_HANSOM_PROTOCOL', `${message}, at byte ${offset} of the response (${rfc})`, {
    offset,
    rfc,
  })
}

/** Makes the error for a header or trailer section over one of its limits (RFC 9110 §5.4). */
export function tooLarge(section: string, bound: number, unit: string, option: string, offset: number): ProtocolError {
  const details = { offset, rfc: 'RFC 9110 §5.4' }
  return new ProtocolError(
    'ERR_HANSOM_HEADERS_TOO_LARGE',
    `${section} of more than ${bound} ${unit} (${option})`,
    details,
  )
}

/** Writes a byte so that it can be read in an error message. */
export function printable(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : `0x${byte.toString(16).padStart(2, '0')}`
}
