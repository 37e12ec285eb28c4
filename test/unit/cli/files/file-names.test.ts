import { describe, expect, it } from 'vitest'
import { fileNameFor, numbered } from '../../../../src/cli/files/file-names.ts'

describe('a file name from a URL', () => {
  it.each([
    ['http://a/b/c.txt', 'c.txt'],
    ['http://a/b/c.txt?x=/y#/z', 'c.txt'],
    ['http://a', 'index.html'],
    ['http://a/b/', 'index.html'],
    ['http://a/sp%20ace.txt', 'sp ace.txt'],
    ['http://a/gr%C3%BC%C3%9Fe', 'grüße'],
    ['http://a/bad%ff%zz', 'bad%ff%zz'],
    ['http://a/..%2f..%2fetc%2fpasswd', '__.._etc_passwd'],
    ['http://a/%2fetc%2fpasswd', '_etc_passwd'],
    ['http://a/..%5c..%5cwindows', '__.._windows'],
    ['http://a/%2e%2e%2f', '__'],
    ['http://a/...', '_'],
    ['http://a/.bashrc', '_bashrc'],
    ['http://a/-rf', '_rf'],
    ['http://a/~root', '_root'],
    ['http://a/c%3a', 'c_'],
    ['http://a/nul%00byte', 'nul_byte'],
    ['http://a/esc%1b[2J', 'esc_[2J'],
    ['http://a/evil%E2%80%AEtxt.exe', 'evil_txt.exe'],
    ['http://a/end.', 'end'],
  ])('of %s is %j', (url, name) => {
    expect(fileNameFor(url)).toBe(name)
  })

  it('has at most 200 bytes, and no half of a character', () => {
    expect(fileNameFor(`http://a/${'é'.repeat(300)}`)).toBe('é'.repeat(100))
    expect(fileNameFor(`http://a/x${encodeURIComponent('€'.repeat(300))}`)).toBe(`x${'€'.repeat(66)}`)
  })

  it.each([
    ['a.txt', 'a-2.txt'],
    ['a.tar.gz', 'a.tar-2.gz'],
    ['a', 'a-2'],
  ])('takes a number before its type: %s', (name, withNumber) => {
    expect(numbered(name, 2)).toBe(withNumber)
  })
})
