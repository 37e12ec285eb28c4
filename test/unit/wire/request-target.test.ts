import { describe, expect, it } from 'vitest'
import {
  absoluteForm,
  authorityForm,
  checkTarget,
  type HttpScheme,
  hostField,
  originForm,
} from '../../../src/wire/http1/request-target.ts'

const refused = { code: 'ERR_HANSOM_INVALID_ARGUMENT' }

describe('Host (RFC 9110 §7.2)', () => {
  it.each([
    ['http', 'example.com', 80, 'example.com'],
    ['https', 'example.com', 443, 'example.com'],
    ['http', 'example.com', 443, 'example.com:443'],
    ['https', 'example.com', 8443, 'example.com:8443'],
    ['http', '127.0.0.1', 8080, '127.0.0.1:8080'],
    ['http', '::1', 80, '[::1]'],
    ['http', '[2001:db8::1]', 8080, '[2001:db8::1]:8080'],
    ['https', '::ffff:1.2.3.4', 443, '[::ffff:1.2.3.4]'],
    ['http', 'xn--bcher-kva.example', 80, 'xn--bcher-kva.example'],
    ['http', 'a_b.example', 1, 'a_b.example:1'],
  ] as const)('for %s, %s and port %i is %s', (scheme, hostname, port, host) => {
    expect(hostField(scheme, hostname, port)).toBe(host)
  })

  it.each([
    ['http', '', 80],
    ['http', 'a b', 80],
    ['http', 'a\r\nb', 80],
    ['http', 'a\0', 80],
    ['http', 'a/b', 80],
    ['http', 'a?b', 80],
    ['http', 'a#b', 80],
    ['http', 'user@a', 80],
    ['http', 'a\\b', 80],
    ['http', 'a%zz', 80],
    ['http', 'b\xfccher', 80],
    ['http', '[a]', 80],
    ['http', 'fe80::1%eth0', 80],
    ['http', 'a', 0],
    ['http', 'a', 65_536],
    ['http', 'a', 1.5],
    ['http', 'a', Number.NaN],
    ['ftp', 'a', 21],
    ['http', { toString: (): string => 'a' }, 80],
    ['http', 'a', '80'],
  ])('is not made of %j, %j and %j', (scheme, hostname, port) => {
    const make = () => hostField(scheme as HttpScheme, hostname as string, port as number)
    expect(make).toThrow(expect.objectContaining(refused))
  })
})

describe('request targets (RFC 9112 §3.2)', () => {
  it('have four forms', () => {
    expect(originForm('/a/b?c=d|e')).toBe('/a/b?c=d|e')
    expect(absoluteForm('http', hostField('http', '::1', 8080), '/a?b')).toBe('http://[::1]:8080/a?b')
    expect(authorityForm('example.com', 443)).toBe('example.com:443')
    expect(authorityForm('::1', 80)).toBe('[::1]:80')
  })

  it.each([
    ['GET', '/'],
    ['GET', '//a'],
    ['OPTIONS', '*'],
    ['OPTIONS', '/'],
    ['GET', 'http://a/'],
    ['GET', 'https://[::1]:1/?b'],
    ['CONNECT', 'a:1'],
    ['CONNECT', '[::1]:65535'],
  ])('%s %s is one', (method, target) => {
    expect(() => checkTarget(method, target)).not.toThrow()
  })

  it.each([
    ['GET', ''],
    ['GET', 'a'],
    ['GET', '*'],
    ['GET', '/a b'],
    ['GET', '/a\r\nHost: b'],
    ['GET', '/a\n'],
    ['GET', '/\0'],
    ['GET', '/\t'],
    ['GET', '/a#b'],
    ['GET', '/\xe9'],
    ['GET', '/\u010d\u010a'],
    ['GET', '/\x7f'],
    ['GET', 'a:1'],
    ['GET', 'ftp://a/'],
    ['GET', 'http://a'],
    ['GET', 'http://a b/'],
    ['GET', 'http://u:p@a/'],
    ['GET', 'http://a:0/'],
    ['CONNECT', '/'],
    ['CONNECT', 'a'],
    ['CONNECT', 'a:'],
    ['CONNECT', 'a:b'],
    ['CONNECT', 'a:70000'],
    ['CONNECT', 'a:1\r\n'],
    ['CONNECT', '::1:80'],
    ['CONNECT', 'http://a/'],
    ['GET', { toString: (): string => '/' }],
    ['GET', ['/']],
  ])('%s %j is none', (method, target) => {
    expect(() => checkTarget(method, target as string)).toThrow(expect.objectContaining(refused))
  })
})
