/**
 * What an item takes of its limit: DynamoDB counts its entries in local indexes too, but not those in global ones.
 *
 * @module
 */
import { type Item, itemSize } from '../data/item.ts'
import { entryIn } from './indexed.ts'
import type { TableDefinition } from './table-definition.ts'

/** Bytes of the item in this table and in its local indexes. */
export function storedSize(definition: TableDefinition, item: Item): number {
  let size = itemSize(item)
  for (const index of definition.indexes) {
    const entry = index.kind === 'local' && entryIn(definition, index, item)
    if (entry) size += itemSize(entry)
  }
  return size
}

/** The words for it. */
export const storedSizeName = ({ indexes }: TableDefinition): string =>
  indexes.some(({ kind }) => kind === 'local')
    ? 'bytes in one item and its entries in local indexes'
    : 'bytes in one item'
