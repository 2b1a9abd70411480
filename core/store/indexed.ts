/**
 * Items in part: as indexes have them, and as reads want them.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import { keyNames } from './check-keys.ts'
import type { IndexDefinition, KeySchema } from './table-definition.ts'

/** Its entry in an index; undefined where it has none, since it lacks a key of the index. */
export const entryIn = (table: KeySchema, index: IndexDefinition, item: Item): Item | undefined =>
  keyNames(index).every((name) => Object.hasOwn(item, name)) ? indexed(table, index, item) : undefined

/** The item as an index has it. */
export function indexed(table: KeySchema, { projection, ...keys }: IndexDefinition, item: Item): Item {
  if (projection === 'all') return item
  return project(item, [...keyNames(table), ...keyNames(keys), ...(projection === 'keys' ? [] : projection)])
}

/** Only these attributes, of those that are there. */
export const project = (item: Item, names: readonly string[]): Item =>
  Object.freeze(
    Object.fromEntries(names.filter((name) => Object.hasOwn(item, name)).map((name) => [name, item[name]!])),
  )
