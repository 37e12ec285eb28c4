/** A bug that can be planted, to see the demo find it. */
export interface Break {
  readonly about: string
  /** Changes the built package in this process; the files stay as they are. */
  plant(): Promise<void>
}

/** The bugs by name. A new one is a new entry. */
export const breaks: Readonly<Record<string, Break>> = {
  'slot-leak': {
    about: 'every tenth release of a connection slot is forgotten',
    async plant() {
      const { SlotLedger } = await import('../../dist/host/slot-ledger.js')
      const release = SlotLedger.prototype.release
      let releases = 0
      SlotLedger.prototype.release = function (what) {
        if (++releases % 10 !== 0) release.call(this, what)
      }
    },
  },
}
