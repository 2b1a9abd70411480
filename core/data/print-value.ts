/**
 * Any value at all as a short text for messages. Never throws, whatever the value would do when it is asked for its text.
 *
 * @module
 */

const LENGTH = 40

/** Scalars and dates, shortened; all else by kind only: a message is no place for whole records. */
export function printValue(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > LENGTH ? `${JSON.stringify(value.slice(0, LENGTH))}…` : JSON.stringify(value)
  }
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return kindOf(value)
  } catch {
    // A getter or a proxy of the caller's.
    return 'an object'
  }
}

function kindOf(value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString()
  if (Array.isArray(value) && value.length === 0) return 'an empty list'
  const name = Object.getPrototypeOf(value)?.constructor?.name
  return typeof name === 'string' && name !== '' ? `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}` : 'an object'
}

/** What was thrown, as an error: some throw what is none, or what cannot even be printed. */
export function asError(thrown: unknown): Error {
  try {
    if (thrown instanceof Error) return thrown
    return new Error(String(thrown), { cause: thrown })
  } catch {
    return new Error(printValue(thrown), { cause: thrown })
  }
}

/** What somebody else said, ended as a sentence, so that another one can follow. */
export const sentence = (said: string): string => (/[.!?]$/.test(said) ? said : `${said}.`)
