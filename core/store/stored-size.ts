/**
 * What an item takes of its limit: DynamoDB counts its entries in local indexes too, but not those in global ones.
 *
 * @module
 */
import { type Item, itemSize } from '../data/item.ts'
import { keyNames } from './check-keys.ts'
import { indexed } from './indexed.ts'
import type { TableDefinition } from './table-definition.ts'

/** Bytes of the item in this table and in its local indexes. */
export function storedSize(definition: TableDefinition, item: Item): number {
  const entries = definition.indexes.filter(
    (index) => index.kind === 'local' && keyNames(index).every((name) => Object.hasOwn(item, name)),
  )
  return entries.reduce((size, index) => size + itemSize(indexed(definition, index, item)), itemSize(item))
}

/** The words for it. */
export const storedSizeName = ({ indexes }: TableDefinition): string =>
  indexes.some(({ kind }) => kind === 'local')
    ? 'bytes in one item and its entries in local indexes'
    : 'bytes in one item'
