import { setup } from 'xstate'

/** What the client does when its life takes a turn. The machine decides when. */
export interface RootEffects {
  /** No new requests; those that run may finish. */
  drain(): void
  /** What still runs is ended. */
  abort(): void
}

/** The life of a client: `open → draining → closing → closed`. */
export const rootMachine = setup({
  types: {
    context: {} as { effects: RootEffects },
    events: {} as
      | { readonly type: 'client.close' }
      /** Every request is settled and every socket is closed. */
      | { readonly type: 'client.empty' }
      | { readonly type: 'deadline.passed' }
      | { readonly type: `xstate.error.actor.${string}` },
    input: {} as RootEffects,
  },
  actions: {
    drain: ({ context }) => context.effects.drain(),
    abort: ({ context }) => context.effects.abort(),
  },
}).createMachine({
  id: 'client',
  context: ({ input }) => ({ effects: input }),
  initial: 'open',
  // Children that an inspector shows report their end here; their supervisors have dealt with it.
  on: { 'xstate.error.actor.*': {} },
  states: {
    open: { on: { 'client.close': 'draining' } },
    draining: {
      entry: 'drain',
      on: { 'client.empty': 'closed', 'deadline.passed': 'closing' },
    },
    closing: { entry: 'abort', on: { 'client.empty': 'closed' } },
    closed: {},
  },
})
