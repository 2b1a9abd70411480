/**
 * One table for several definitions of it: the indexes of all, each of which must be the same wherever it is named.
 *
 * @module
 */
import { sameKeys } from './check-keys.ts'
import type { IndexDefinition, TableDefinition } from './table-definition.ts'

/** The table that serves both, or in which point they contradict each other. Their keys are taken to be the same. */
export function joinTables(
  one: TableDefinition,
  other: TableDefinition,
): TableDefinition | { readonly problem: string } {
  const indexes = new Map(one.indexes.map((index) => [index.name, index]))
  for (const index of other.indexes) {
    const known = indexes.get(index.name)
    const joined = known === undefined ? index : joinIndexes(known, index)
    if ('problem' in joined) return joined
    indexes.set(index.name, joined)
  }
  if (one.expiry !== undefined && other.expiry !== undefined && one.expiry !== other.expiry) {
    return { problem: `let records expire by ${one.expiry} and by ${other.expiry}; a table has one such attribute` }
  }
  const expiry = one.expiry ?? other.expiry
  return { ...one, indexes: [...indexes.values()], ...(expiry !== undefined && { expiry }) }
}

function joinIndexes(one: IndexDefinition, other: IndexDefinition): IndexDefinition | { readonly problem: string } {
  if (one.kind !== other.kind || !sameKeys(one, other)) {
    return { problem: `have different keys or kinds for the index ${one.name}; give one of the indexes another name` }
  }
  if ((one.projection === 'all') !== (other.projection === 'all')) {
    return { problem: `disagree about the index ${one.name}, which holds whole records for one of them only` }
  }
  const attributes = [one, other].flatMap(({ projection }) => (typeof projection === 'string' ? [] : projection))
  if (attributes.length === 0) return one
  return { ...one, projection: [...new Set(attributes)].toSorted() }
}
