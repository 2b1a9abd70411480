/**
 * What callers give besides records: options and names. Types keep most mistakes out, but not those of plain JavaScript.
 *
 * What a value of the caller's own throws while it is read, a getter or a proxy, reaches the caller as it is.
 *
 * @module
 */
import { printValue } from './data/print-value.ts'
import { type EngineError, engineError } from './errors.ts'

export const unexpected = (argument: string, expected: string, got: unknown): EngineError =>
  engineError('INVALID_ARGUMENT', `Expected ${argument} to be ${expected}, got ${printValue(got)}.`, { argument })

/** Options, of which there may be none. Throws for all that is no object. */
export function assertOptions(given: unknown, argument = 'options'): void {
  if (given === undefined || (typeof given === 'object' && given !== null && !Array.isArray(given))) return
  throw unexpected(argument, 'an object', given)
}

export function assertSignal(signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw unexpected('signal', 'an AbortSignal', signal)
}
