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
  const own = releasedContainer(value, (each) => release(each, seen, depth + 1))
  if (own !== value) seen.set(value, own)
  return own
}

/** What is of a class of the program's own is not taken apart: a copy would be of another one. */
function releasedContainer(container: object, inside: (each: unknown) => unknown): object {
  const prototype = Object.getPrototypeOf(container)
  if (prototype === Array.prototype) return releasedList(container as unknown[], inside)
  if (prototype === Map.prototype) return releasedMap(container as Map<unknown, unknown>, inside)
  return isPlainObject(container) ? releasedFields(container, inside) : container
}

function releasedList(list: readonly unknown[], inside: (each: unknown) => unknown): object {
  let copy: unknown[] | undefined
  for (let i = 0; i < list.length; i++) {
    const own = inside(list[i])
    if (Object.is(own, list[i])) continue
    // It may have names of its own, as the result of a match has.
    copy ??= Object.assign(list.slice(), list)
    copy[i] = own
  }
  return copy ?? list
}

function releasedMap(map: ReadonlyMap<unknown, unknown>, inside: (each: unknown) => unknown): object {
  const entries = [...map].map(([key, value]) => [key, inside(value)] as const)
  return entries.every(([key, value]) => Object.is(value, map.get(key))) ? map : new Map(entries)
}

function releasedFields(container: object, inside: (each: unknown) => unknown): object {
  let copy: object | undefined
  for (const name of Object.keys(container)) {
    const field = Object.getOwnPropertyDescriptor(container, name)!
    const own = inside(field.value)
    if (Object.is(own, field.value)) continue
    copy ??= Object.create(Object.getPrototypeOf(container), Object.getOwnPropertyDescriptors(container)) as object
    Object.defineProperty(copy, name, { ...field, value: own })
  }
  return copy ?? container
}
