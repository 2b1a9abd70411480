/**
 * Objects that are names and values and nothing else: what a record, a map or options may be.
 *
 * @module
 */

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
