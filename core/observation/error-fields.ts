/**
 * An error for a log line: what it was, and only if asked what it said.
 *
 * @module
 */
import { asError } from '../data/print-value.ts'
import { isEngineError } from '../errors.ts'

/** Messages may quote values. */
export function errorFields(error: unknown, values: boolean): object {
  const { name, message } = asError(error)
  return { name, ...(isEngineError(error) && { code: error.code }), ...(values && { message }) }
}
