import type { Engine } from './process.ts'

/** The kernel's own loop: each process handles its messages itself. The default, and the fast one. */
export const ownLoop: Engine = {
  start(process) {
    process.run()
  },
}
