import { describe, expect, it } from 'vitest'
import { targetOf } from '../../../src/request/target.ts'

describe('a target', () => {
  it.each([
    ['http://example.com', { origin: 'http://example.com', hostname: 'example.com', port: 80, path: '/' }],
    ['HTTP://Example.COM:80/a/../b', { origin: 'http://example.com', host: 'example.com', port: 80, path: '/b' }],
    ['https://example.com:443/?q=1#f', { origin: 'https://example.com', port: 443, secure: true, path: '/?q=1' }],
    ['https://example.com:8443', { origin: 'https://example.com:8443', host: 'example.com:8443', port: 8443 }],
    ['http://[::1]:81/', { origin: 'http://[::1]:81', hostname: '::1', host: '[::1]:81', port: 81 }],
    ['http://127.1/', { origin: 'http://127.0.0.1', hostname: '127.0.0.1' }],
    ['http://bücher.example/ü', { hostname: 'xn--bcher-kva.example', path: '/%C3%BC' }],
  ])('of %s', (url, expected) => {
    expect(targetOf(url)).toMatchObject(expected)
    expect(targetOf(new URL(url))).toMatchObject(expected)
  })

  it('is the same for a string that came before', () => {
    expect(targetOf('http://a/same')).toBe(targetOf('http://a/same'))
  })

  it.each([
    ['http://me:secret@a/', 'me:secret'],
    ['http://me@a/', 'me:'],
    ['http://:secret@a/', ':secret'],
    ['http://m%C3%BC:p%40%3A@a/', 'mü:p@:'],
    ['http://100%:x@a/', '100%:x'],
  ])('keeps the credentials of %s for the request only', (url, credentials) => {
    const { authorization, ...rest } = targetOf(url)
    expect(authorization).toBe(`Basic ${Buffer.from(credentials).toString('base64')}`)
    expect(rest).toMatchObject({ url: 'http://a/', origin: 'http://a', host: 'a' })
    expect(targetOf(url)).not.toBe(targetOf(url))
  })
})
