/**
 * What a record holds that cannot be frozen, dates and bytes, and what it was at one moment: cheaper to compare than to
 * encode the record again.
 *
 * @module
 */
import { isPlainObject } from '../data/plain-object.ts'

/** True while the part is what it was. */
type Unchanged = () => boolean

/** The parts as they are now; undefined for a record with anything in it that may change where nobody can see it. */
export function mutableParts(record: object): readonly Unchanged[] | undefined {
  const parts: Unchanged[] = []
  return collect(record, parts) ? parts : undefined
}

function collect(value: unknown, parts: Unchanged[]): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function'
  if (value instanceof Date) {
    const time = value.getTime()
    parts.push(() => Object.is(value.getTime(), time))
    return true
  }
  if (value instanceof Uint8Array) {
    const bytes = Uint8Array.from(value)
    parts.push(() => value.length === bytes.length && value.every((byte, i) => byte === bytes[i]))
    return true
  }
  if (!Object.isFrozen(value)) return false
  if (value instanceof Map || value instanceof Set)
    return [...value.entries()].flat().every((each) => collect(each, parts))
  if (Object.getPrototypeOf(value) !== Array.prototype && !isPlainObject(value)) return false
  return Object.values(value).every((each) => collect(each, parts))
}
