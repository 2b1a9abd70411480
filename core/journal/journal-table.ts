/**
 * The journal table: what the engine keeps beside the records. Its items have a partition key `p`, whose prefix tells
 * their kind, a sort key `s`, and may expire.
 *
 * @module
 */
import type { ItemAddress } from '../data/item.ts'
import type { TableDefinition } from '../store/table-definition.ts'

export const DEFAULT_JOURNAL_TABLE = 'draftwork-journal'

/** The commit that wrote the item, of items that a commit writes along: tells whether it happened. */
export const COMMIT = 'c'

/** Second since 1970 after which the item is no longer needed. */
export const EXPIRES = 'x'

export const journalTable = (table: string): TableDefinition => ({
  table,
  partition: { name: 'p', type: 'S' },
  sort: { name: 's', type: 'S' },
  indexes: [],
  expiry: EXPIRES,
})

/** Where a process says that it uses a table, for those that share its capacity. */
export const leaseAddress = (journalTable: string, table: string, process: string): ItemAddress => ({
  table: journalTable,
  key: { p: `pace ${table}`, s: process },
})
