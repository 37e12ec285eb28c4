import { argumentError, rangeError } from './errors.ts'

/** Checks one option's value, and gives it back. `path` is its name for people, like `pool.idleMs`. */
export type Check = (value: unknown, path: string) => void

/** A number between the bounds; `Infinity` is allowed unless the number must be whole and finite. */
export function number(min: number, { whole = false } = {}): Check {
  return (value, path) => {
    if (typeof value !== 'number' || Number.isNaN(value)) throw wrongType(path, 'a number')
    if (value < min) throw rangeError('ERR_HANSOM_INVALID_OPTION', path, `${path} is at least ${min}, not ${value}`)
    if (whole && value !== Infinity && !Number.isInteger(value)) {
      throw rangeError('ERR_HANSOM_INVALID_OPTION', path, `${path} is a whole number, not ${value}`)
    }
  }
}

export const text: Check = (value, path) => {
  if (typeof value !== 'string' || value === '') throw wrongType(path, 'a string that is not empty')
}

export const callback: Check = (value, path) => {
  if (typeof value !== 'function') throw wrongType(path, 'a function')
}

export const flag: Check = (value, path) => {
  if (typeof value !== 'boolean') throw wrongType(path, 'true or false')
}

export const object: Check = (value, path) => {
  if (value === null || typeof value !== 'object') throw wrongType(path, 'an object')
}

/** One of these words. */
export function oneOf(...words: readonly string[]): Check {
  return (value, path) => {
    if (typeof value !== 'string' || !words.includes(value))
      throw wrongType(path, words.map(word => `'${word}'`).join(' or '))
  }
}

/** An object with these options and no others. An option that is `undefined` is as if it were not there. */
export function shape(checks: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    object(value, path || 'options')
    for (const [name, each] of Object.entries(value as object)) {
      const inner = path === '' ? name : `${path}.${name}`
      const check = Object.hasOwn(checks, name) ? checks[name] : undefined
      if (check === undefined) {
        const known = Object.keys(checks).join(', ')
        throw argumentError('ERR_HANSOM_INVALID_OPTION', inner, `unknown option ${inner}; known here: ${known}`)
      }
      if (each !== undefined) check(each, inner)
    }
  }
}

/** An object whose every value passes `check`. */
export function record(check: Check): Check {
  return (value, path) => {
    object(value, path)
    for (const [name, each] of Object.entries(value as object)) check(each, `${path}[${JSON.stringify(name)}]`)
  }
}

function wrongType(path: string, what: string): Error {
  return argumentError('ERR_HANSOM_INVALID_OPTION', path, `${path} is ${what}`)
}
