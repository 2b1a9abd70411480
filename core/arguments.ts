/**
 * What callers give besides records: options and names. Types keep most mistakes out, but not those of plain JavaScript.
 *
 * What a value of the caller's own throws while it is read, a getter or a proxy, reaches the caller as it is.
 *
 * @module
 */
import { setMaxListeners } from 'node:events'
import { printValue } from './data/print-value.ts'
import { type EngineError, engineError } from './errors.ts'

const kindOf = (value: unknown): string => Object.prototype.toString.call(value)

export const invalidArgument = (argument: string, message: string): EngineError =>
  engineError('INVALID_ARGUMENT', message, { argument })

export const unexpected = (argument: string, expected: string, got: unknown): EngineError =>
  invalidArgument(argument, `Expected ${argument} to be ${expected}, got ${printValue(got)}.`)

/** Throws for what is no function, and for a generator: called, it does nothing until somebody iterates over it. */
export function assertFunction(
  given: unknown,
  argument: string,
  expected: string,
): asserts given is (...args: never[]) => unknown {
  if (typeof given !== 'function') throw unexpected(argument, expected, given)
  if (kindOf(given).endsWith('GeneratorFunction]'))
    throw invalidArgument(argument, `Expected ${argument} to be ${expected}, got a generator function.`)
}

/** What is refused for being a promise may still fail, later: its caller has been told, so that must not end the process. */
export function forsake(refused: unknown): void {
  if (refused instanceof Promise) refused.catch(() => {})
}

/** Options, of which there may be none. */
export function assertOptions(given: unknown, argument = 'options', names?: readonly string[]): void {
  if (given !== undefined) assertObject(given, argument, names)
}

/**
 * Throws for what is no object, or one of a kind that has no names: a list, a `Map`; and for a name that is not among
 * `names`, since a misspelt one would be a wish that nobody hears.
 */
export function assertObject(given: unknown, argument: string, names?: readonly string[]): void {
  if (typeof given !== 'object' || given === null || kindOf(given) !== '[object Object]') {
    throw unexpected(argument, 'an object', given)
  }
  const stray = names && Object.keys(given).find((name) => !names.includes(name))
  if (stray !== undefined) throw unexpected(argument, `named ${names!.join(', ')}`, stray)
}

/** Any number of requests may listen to the signal afterwards, which Node.js would warn of as a leak. */
export function assertSignal(signal: unknown): void {
  if (signal === undefined) return
  if (!(signal instanceof AbortSignal)) throw unexpected('signal', 'an AbortSignal', signal)
  setMaxListeners(0, signal)
}
