/**
 * Items in part: as indexes have them, and as reads want them.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import { keyNames } from './check-keys.ts'
import type { IndexDefinition, KeySchema } from './table-definition.ts'

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
