import { numbered } from './file-names.ts'

/** The names that are spoken for, so that each URL's does not depend on which is served first. */
export class Names {
  /** With the number that the next one of that name gets. */
  readonly #planned = new Map<string, number>()

  /** The wanted name, or that with the first number that makes it a new one. */
  plan(wanted: string): string {
    let number = this.#planned.get(wanted)
    if (number === undefined) {
      this.#planned.set(wanted, 1)
      return wanted
    }
    let name = numbered(wanted, number)
    while (this.#planned.has(name)) name = numbered(wanted, ++number)
    this.#planned.set(wanted, number + 1)
    this.#planned.set(name, 1)
    return name
  }
}
