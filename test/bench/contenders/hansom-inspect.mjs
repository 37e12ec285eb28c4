// hansom with an inspector that does nothing: xstate runs every actor.
import { open as openHansom } from './hansom.mjs'

export function open(setup) {
  return openHansom(setup, { inspect: () => {} })
}
