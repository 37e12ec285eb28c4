import type { AnyActorRef } from 'xstate'
import { throwLater } from '../actor/clock.ts'
import { AbortError } from '../errors.ts'
import { type Cancellable, Cancellers } from './cancellers.ts'
import type { StreamTo } from './response-message.ts'

/** The xstate actors that requests send their messages to, whatever client they are of. */
const actors = new Cancellers<AnyActorRef>((actor, onEnd) => {
  const subscription = actor.subscribe({
    complete: () => onEnd(ended(actor)),
    error: error => {
      if (isOnlyObserver(actor)) throwLater(error)
      onEnd(ended(actor, error))
    },
  })
  return () => subscription.unsubscribe()
})

/**
 * Cancels the target when `to` is an xstate actor and stops, is done or fails. If it has ended already, nothing is watched,
 * and the reason is returned.
 */
export function watchOwner(to: StreamTo, target: Cancellable): AbortError | undefined {
  const end = ownerEnd(to)
  if (end === undefined && isActor(to)) actors.watch(to, target)
  return end
}

/** Ends `watchOwner`. */
export function forgetOwner(to: StreamTo, target: Cancellable): void {
  if (isActor(to)) actors.forget(to, target)
}

/** Why `to` takes no messages any more: it is an xstate actor that has ended. `undefined` if it can. */
export function ownerEnd(to: StreamTo): AbortError | undefined {
  if (!isActor(to)) return undefined
  const { status, error } = to.getSnapshot() as { readonly status?: unknown; readonly error?: unknown }
  return status === 'active' && !isStopped(to) ? undefined : ended(to, error)
}

function isActor(to: StreamTo): to is StreamTo & AnyActorRef {
  if (typeof to === 'function') return false
  const { subscribe, getSnapshot } = to as Partial<AnyActorRef>
  return typeof subscribe === 'function' && typeof getSnapshot === 'function'
}

/** The snapshot of an actor without a machine stays `active` when it is stopped: xstate has no public word for it. */
function isStopped(actor: AnyActorRef): boolean {
  return (actor as { _processingStatus?: unknown })._processingStatus === 2
}

function ended(actor: AnyActorRef, cause?: unknown): AbortError {
  const what = cause === undefined ? 'has ended' : 'has failed'
  return new AbortError(`the request was cancelled: its owner, actor ${actor.id}, ${what}`, { cause })
}

/**
 * xstate takes an error for handled if every observer has an `error` callback. Ours needs one, since without it xstate
 * would report an error that the user does handle; so where it is alone, the error is thrown on, as without it.
 */
function isOnlyObserver(actor: AnyActorRef): boolean {
  const { observers, _parent } = actor as { observers?: unknown; _parent?: unknown }
  return observers instanceof Set && observers.size === 1 && _parent === undefined
}
