// The floor for those whose chunks have memory of their own: raw sockets read by `data` events.
import { open as openRaw } from './raw-socket.mjs'

export function open(setup) {
  return openRaw(setup, true)
}
