import { describe, expect, it } from 'vitest'
import { Messages } from '../../../src/cli/messages.ts'

class Stream {
  readonly isTTY: boolean
  text = ''

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  write(text: string): void {
    this.text += text
  }
}

describe('messages', () => {
  it('are one line each, marked by what they are', () => {
    const stream = new Stream(false)
    const messages = new Messages(stream)
    messages.complain('it broke\nbadly\x1b[2J')
    messages.note('look')
    messages.line('timing: 1')
    expect(stream.text).toBe('hansom: it broke\\x0abadly\\x1b[2J\nnote: look\ntiming: 1\n')
  })

  it('begin on a line of their own, if the terminal is in the middle of one', () => {
    const stream = new Stream(true)
    const messages = new Messages(stream)
    messages.midLine = true
    messages.note('one')
    messages.note('two')
    expect(stream.text).toBe('\nnote: one\nnote: two\n')
  })

  it('do not do so in a pipe', () => {
    const stream = new Stream(false)
    const messages = new Messages(stream)
    messages.midLine = true
    messages.note('one')
    expect(stream.text).toBe('note: one\n')
  })

  it('go above what is drawn at the bottom, if anything is', () => {
    const stream = new Stream(true)
    const messages = new Messages(stream)
    const above: string[] = []
    messages.below = { above: text => above.push(text), stop: () => {} }
    messages.note('one')
    expect({ above, text: stream.text }).toEqual({ above: ['note: one\n'], text: '' })
  })
})
