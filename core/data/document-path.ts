/**
 * A path into an item: attribute name first, then names of map entries. What was read and changed is known by path.
 *
 * @module
 */
import { type AttributeMap, type AttributeValue, isList, isMap } from './attribute-value.ts'

/** Names from the item's root down; a number is an index of a list. Never empty when it names a value. */
export type DocumentPath = readonly (string | number)[]

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/

/** For people: `home.city`, `items[0]`, `prices."per unit"`. */
export function printPath(path: DocumentPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += `${text === '' ? '' : '.'}${plainName.test(step) ? step : JSON.stringify(step)}`
  }
  return text
}

/** One text per path, for use as a key: no two paths share it. */
export const pathKey = (path: DocumentPath): string => JSON.stringify(path)

export function valueAt(item: AttributeMap | undefined, path: DocumentPath): AttributeValue | undefined {
  let value: AttributeValue | undefined = item
  for (const step of path) {
    if (typeof step === 'number') value = isList(value) ? value[step] : undefined
    else value = isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined
    if (value === undefined) return undefined
  }
  return value
}

/** True when `path` is `prefix` or lies below it. */
export const startsWith = (path: DocumentPath, prefix: DocumentPath): boolean =>
  prefix.length <= path.length && prefix.every((step, i) => step === path[i])

/** True when one of the two contains the other, so that a change of one may change the other. */
export const overlap = (a: DocumentPath, b: DocumentPath): boolean =>
  a.length <= b.length ? startsWith(b, a) : startsWith(a, b)
