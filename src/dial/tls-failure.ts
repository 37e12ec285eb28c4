import { ConnectError, type DialAttempt } from '../errors.ts'

const reasons: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed; `tls.ca` can trust it',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain ends in an authority that is not trusted; `tls.ca` can trust it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an authority that is not trusted; `tls.ca` can trust it',
  UNABLE_TO_GET_ISSUER_CERT: 'the issuer of its certificate is not known; `tls.ca` can trust it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the issuer of its certificate is not known; `tls.ca` can trust it',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name; `tls.servername` sets the one to check',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port',
  EPROTO: 'it does not speak TLS that we understand',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'it speaks none of the protocols that we offer',
  ECONNRESET: 'it reset the connection during the handshake',
}

/** The error for a TLS handshake that failed, with the reason in words. */
export function tlsFailure(origin: string, cause: Error, attempts: readonly DialAttempt[]): ConnectError {
  const code = (cause as NodeJS.ErrnoException).code
  const reason = (code !== undefined && reasons[code]) || cause.message
  const message = `no TLS with ${origin}: ${reason}${code === undefined ? '' : ` (${code})`}`
  return new ConnectError('ERR_HANSOM_TLS', message, { cause, attempts })
}
