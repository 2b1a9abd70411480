/**
 * What a unit of work returns: its records no longer need to be tracked, and are plain frozen objects from then on, which
 * `structuredClone` takes and which do not keep the attempt alive that they were read in.
 *
 * @module
 */
import { isPlainObject } from '../data/plain-object.ts'
import { rawOf } from './track-record.ts'

/** Of containers within each other. No result of use is nested more deeply, and none can exhaust the stack. */
const MAX_DEPTH = 32

/**
 * Also in lists, plain objects and maps, of which those with records come back as copies; what has none is the same. What
 * is frozen, and what a getter would give, stays as it is.
 */
export const released = <A>(result: A): A => release(result, new Map(), 0) as A

function release(value: unknown, seen: Map<object, object>, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  const known = rawOf(value) ?? seen.get(value)
  if (known) return known
  if (depth === MAX_DEPTH || Object.isFrozen(value)) return value
  // Met again within itself.
  seen.set(value, value)
  const inside = (each: unknown) => release(each, seen, depth + 1)
  const own = value instanceof Map ? releasedMap(value, inside) : releasedFields(value, inside)
  seen.set(value, own)
  return own
}

function releasedMap(map: ReadonlyMap<unknown, unknown>, inside: (each: unknown) => unknown): object {
  const entries = [...map].map(([key, value]) => [key, inside(value)] as const)
  return entries.every(([key, value]) => Object.is(value, map.get(key))) ? map : new Map(entries)
}

function releasedFields(container: object, inside: (each: unknown) => unknown): object {
  if (!Array.isArray(container) && !isPlainObject(container)) return container
  const fields = Object.getOwnPropertyDescriptors(container) as Record<string, PropertyDescriptor>
  let isChanged = false
  for (const name of Object.keys(fields)) {
    const field = fields[name]!
    const own = inside(field.value)
    if (Object.is(own, field.value)) continue
    isChanged = true
    field.value = own
  }
  if (!isChanged) return container
  // A list may have names of its own, as the result of a match has.
  const empty = Array.isArray(container) ? [] : Object.create(Object.getPrototypeOf(container))
  return Object.defineProperties(empty, fields)
}
