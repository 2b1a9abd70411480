/**
 * How a compiled encoder or decoder says that it is not for this value: the thorough way decides, and finds the words.
 *
 * @module
 */
export const refused: unique symbol = Symbol('refused')

/** Deepest level at which a list or a map may stand in an item. */
export const MAX_DEPTH = 32

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
