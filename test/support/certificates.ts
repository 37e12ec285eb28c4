import { generate } from 'selfsigned'

/** A key pair for a server, and the authority that a client must trust to accept it. All are PEM texts. */
export interface Certificate {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

interface Authority {
  readonly key: string
  readonly cert: string
}

type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>['extensions']>

const HOUR_MS = 3_600_000
const LOCAL_NAMES = ['localhost', '*.localhost', ...loopbackAddresses(), '::1']
const made = new Map<string, Promise<Certificate>>()
let authority: Promise<Authority> | undefined

/** A certificate for `localhost`, `*.localhost`, `127.0.0.1` to `127.0.0.16` and `::1`. The same one for the whole process. */
export function localCertificate(): Promise<Certificate> {
  return once('local', () => issue(LOCAL_NAMES))
}

/** A certificate of the same authority for these DNS names and IP addresses only. The first one is the common name. */
export function certificateFor(...names: [string, ...string[]]): Promise<Certificate> {
  return once(`for ${names.join(' ')}`, () => issue(names))
}

/** Like `localCertificate`, but it ended an hour ago. */
export function expiredCertificate(): Promise<Certificate> {
  return once('expired', () => issue(LOCAL_NAMES, new Date(Date.now() - HOUR_MS)))
}

function once(name: string, make: () => Promise<Certificate>): Promise<Certificate> {
  let certificate = made.get(name)
  if (certificate === undefined) made.set(name, (certificate = make()))
  return certificate
}

async function issue(names: readonly string[], notAfterDate = hoursFromNow(24)): Promise<Certificate> {
  const ca = await (authority ??= makeAuthority())
  const leaf = await generate([{ name: 'commonName', value: names[0]! }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: hoursFromNow(-24),
    notAfterDate,
    ca: { key: ca.key, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: names.map(altName) },
    ],
  })
  return { key: leaf.private, cert: leaf.cert, ca: ca.cert }
}

async function makeAuthority(): Promise<Authority> {
  const extensions: Extensions = [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]
  const root = await generate([{ name: 'commonName', value: 'hansom test authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: hoursFromNow(-48),
    notAfterDate: hoursFromNow(48),
    extensions,
  })
  return { key: root.private, cert: root.cert }
}

function altName(name: string): { type: 2; value: string } | { type: 7; ip: string } {
  return /^[\d.]+$|:/.test(name) ? { type: 7, ip: name } : { type: 2, value: name }
}

function loopbackAddresses(): string[] {
  return Array.from({ length: 16 }, (_, index) => `127.0.0.${index + 1}`)
}

function hoursFromNow(hours: number): Date {
  return new Date(Date.now() + hours * HOUR_MS)
}
