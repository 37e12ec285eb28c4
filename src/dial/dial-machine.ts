import { setup } from 'xstate'

/** What a dial does at the entry of each state. The machine decides when; it holds no socket. */
export interface DialEffects {
  /** Asks for a place among the dials; `dial.admitted` follows. */
  queue(): void
  readonly needsName: boolean
  resolve(): void
  readonly needsTls: boolean
  /** There is an address that was not tried. */
  readonly hasNext: boolean
  attempt(): void
  secure(): void
}

/** What happens to a dial. */
export type DialEvent =
  | { readonly type: 'dial.admitted' }
  | { readonly type: 'dns.resolved' }
  | { readonly type: 'dns.failed' }
  | { readonly type: 'attempt.connected' }
  | { readonly type: 'attempt.failed' }
  | { readonly type: 'tls.secured' }
  | { readonly type: 'deadline.passed' }
  | { readonly type: 'dial.cancel' }

/** One dial, from a name to a ready socket: addresses one after the other, TLS on the one that connects. */
export const dialMachine = setup({
  types: {
    context: {} as { effects: DialEffects },
    events: {} as DialEvent,
    input: {} as DialEffects,
  },
  guards: {
    needsName: ({ context }) => context.effects.needsName,
    needsTls: ({ context }) => context.effects.needsTls,
    hasNext: ({ context }) => context.effects.hasNext,
  },
  actions: {
    queue: ({ context }) => context.effects.queue(),
    resolve: ({ context }) => context.effects.resolve(),
    attempt: ({ context }) => context.effects.attempt(),
    secure: ({ context }) => context.effects.secure(),
  },
}).createMachine({
  id: 'dial',
  context: ({ input }) => ({ effects: input }),
  initial: 'queued',
  on: {
    'deadline.passed': '.timedOut',
    'dial.cancel': '.cancelled',
  },
  states: {
    queued: {
      entry: 'queue',
      on: { 'dial.admitted': [{ guard: 'needsName', target: 'resolving' }, { target: 'attempting' }] },
    },
    resolving: {
      entry: 'resolve',
      on: { 'dns.resolved': 'attempting', 'dns.failed': 'failed' },
    },
    attempting: {
      entry: 'attempt',
      on: {
        'attempt.connected': [{ guard: 'needsTls', target: 'securing' }, { target: 'connected' }],
        'attempt.failed': [{ guard: 'hasNext', target: 'attempting', reenter: true }, { target: 'failed' }],
      },
    },
    securing: {
      entry: 'secure',
      on: {
        'tls.secured': 'connected',
        'attempt.failed': [{ guard: 'hasNext', target: 'attempting' }, { target: 'failed' }],
      },
    },
    connected: { type: 'final' },
    failed: { type: 'final' },
    timedOut: { type: 'final' },
    cancelled: { type: 'final' },
  },
})
