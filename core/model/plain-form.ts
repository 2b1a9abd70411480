/**
 * Whether what a codec takes for a map or a list is one and nothing more. io-ts takes any object for a record, a `Date` or a
 * `Set` too, and encodes it as a map of the names that it has, mostly none: what is in it would be gone without a word.
 *
 * @module
 */
import type * as t from 'io-ts'
import { isPlainObject } from '../data/plain-object.ts'
import { nodeOf } from './schema.ts'

export const isPlainMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isPlainObject(value) && Object.getOwnPropertySymbols(value).length === 0

/** Its length is the one name that a list has besides its elements, of which some may be missing. */
export const isPlainList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && Reflect.ownKeys(value).length <= value.length + 1

/** Of a value that the codec accepts. */
export function hasPlainForm(codec: t.Mixed, value: unknown): boolean {
  const node = nodeOf(codec)
  switch (node.kind) {
    case 'fields':
      return (
        isPlainMap(value) &&
        Object.entries(node.props).every(([name, member]) => {
          const inside = Object.hasOwn(value, name) ? value[name] : undefined
          return inside === undefined || hasPlainForm(member, inside)
        })
      )
    case 'entries':
      return isPlainMap(value) && Object.values(value).every((member) => hasPlainForm(node.values, member))
    case 'list':
      return isPlainList(value) && value.every((member) => hasPlainForm(node.element, member))
    case 'tuple':
      return isPlainList(value) && node.members.every((member, i) => hasPlainForm(member, value[i]))
    case 'map':
      return [...(value as ReadonlyMap<unknown, unknown>).values()].every((member) => hasPlainForm(node.value, member))
    case 'wrapped':
      return hasPlainForm(node.inner, value)
    case 'intersection':
      return node.members.every((member) => hasPlainForm(member, value))
    case 'union': {
      // The first that accepts it encodes it.
      const member = node.members.find((each) => each.is(value))
      return member !== undefined && hasPlainForm(member, value)
    }
    case 'scalar':
    case 'set':
    case 'any':
    case 'opaque':
      return true
    default:
      return node satisfies never
  }
}
