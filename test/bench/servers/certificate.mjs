import { generate } from 'selfsigned'

let made

/** A certificate for localhost that signs itself, made once a process. */
export function makeCertificate() {
  made ??= generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  }).then(pems => ({ key: pems.private, cert: pems.cert }))
  return made
}
