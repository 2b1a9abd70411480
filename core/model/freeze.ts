/**
 * Records are frozen all the way down and own everything mutable in them.
 *
 * @module
 */
import { isPlainObject } from '../data/plain-object.ts'

/** What every attempt to change a record comes to. */
export function readOnly(): never {
  throw new TypeError('Records are read-only; change them in a recipe: work.change(record, (draft) => …)')
}
const lock = { value: readOnly }
const changing = ['add', 'set', 'delete', 'clear']

/**
 * Freezes plain objects and arrays, and locks sets and maps the way immer does, which still drafts them.
 * A `Date` or a `Uint8Array` cannot be frozen; anything of another class is left alone.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (value instanceof Set || value instanceof Map) {
    // One by one: all at once takes half as long again.
    for (const name of changing) Object.defineProperty(value, name, lock)
    Object.freeze(value)
    for (const each of value) deepFreeze(each)
  } else if (Array.isArray(value) || isPlainObject(value)) {
    Object.freeze(value)
    for (const each of Object.values(value)) deepFreeze(each)
  }
  return value
}

/** A copy that shares nothing mutable with a stored value: only what is frozen and has nothing mutable in it. */
export function ownCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (value instanceof Set) return new Set([...value].map(ownCopy))
  if (Array.isArray(value)) {
    const copy = value.map(ownCopy)
    return Object.isFrozen(value) && copy.every((each, i) => each === value[i]) ? value : copy
  }
  if (!isPlainObject(value)) return value
  const copy: Record<string, unknown> = {}
  let same = Object.isFrozen(value)
  for (const [name, member] of Object.entries(value)) {
    // As an ordinary name it cannot be set on an object, and no item of ours has it.
    if (name === '__proto__') continue
    copy[name] = ownCopy(member)
    same &&= copy[name] === member
  }
  return same ? value : copy
}

/** A copy of plain data for functions that are not ours, which may change it as they like. */
export function looseCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (value instanceof Set) return new Set([...value].map(looseCopy))
  if (Array.isArray(value)) return value.map(looseCopy)
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, looseCopy(member)]))
}
