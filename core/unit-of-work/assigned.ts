/**
 * What is put into a draft: it may have parts of drafts, of records and of other people's values in it.
 *
 * @module
 */
import { isDraft } from 'immer'
import { isPlainObject } from '../data/plain-object.ts'

/**
 * The value as a recipe may go on changing it: `bare` takes parts out of their views and records, and what is frozen is
 * copied. The same object where there is nothing of either.
 */
export function assigned(
  value: unknown,
  bare: (value: unknown) => unknown,
  seen: Map<object, unknown> = new Map(),
  depth = 0,
): unknown {
  const own = bare(value)
  // Deeper than anything that can be stored: it will be refused, and must not exhaust the stack before.
  if (typeof own !== 'object' || own === null || isDraft(own) || depth > 100) return own
  if (seen.has(own)) return seen.get(own)
  seen.set(own, own)
  const result = rebuilt(own, (each) => assigned(each, bare, seen, depth + 1))
  seen.set(own, result)
  return result
}

function rebuilt(own: object, part: (value: unknown) => unknown): object {
  const isFrozen = Object.isFrozen(own)
  if (Array.isArray(own)) {
    const copy = own.map(part)
    return isFrozen || copy.some((each, i) => each !== own[i]) ? copy : own
  }
  if (own instanceof Set) return isFrozen ? new Set(own) : own
  if (own instanceof Map) {
    const copy = new Map([...own].map(([name, each]) => [name, part(each)]))
    return isFrozen || [...copy].some(([name, each]) => each !== own.get(name)) ? copy : own
  }
  if (!isPlainObject(own)) return own
  const copy = Object.fromEntries(Object.entries(own).map(([name, each]) => [name, part(each)]))
  return isFrozen || Object.entries(copy).some(([name, each]) => each !== own[name]) ? copy : own
}
