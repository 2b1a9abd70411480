/**
 * Where everything lies in the database: the first byte of a key says what it is.
 *
 * ```
 * 0 "format"                                               → FORMAT
 * 0 "changes"                                              → the id of the log of changes, and what it has dropped
 * 0 "lastId"                                               → an id that no deleted table's is above
 * 1 name of a table                                        → its id and definition
 * 2 id of a table                                          → the table was deleted, its items may still be there
 * 3 id of a plan                                           → when it was committed, and its digest
 * 4 id of a table, 0, hash, partition, sort                → an item
 * 4 id of a table, n, hash, partition, sort, key of item   → key of item, in the table's n-th index
 * 5 number of a change                                     → id of a table, the item before and after
 * ```
 *
 * Ids of tables are four bytes, numbers of indexes two, of changes six. The key of an item in an entry of an index is `hash, partition,
 * sort` as the table has it: it tells apart what has equal keys in the index.
 *
 * @module
 */
import { behind, uint32 } from './key-encoding.ts'

/** What this version reads and writes. Any other is refused on opening. */
export const FORMAT = '2'

export const FORMAT_KEY = Buffer.from('\0format')

export const CHANGE_LOG_KEY = Buffer.from('\0changes')

export const LAST_ID_KEY = Buffer.from('\0lastId')

const [DEFINITIONS, DELETED, PLANS, ITEMS, CHANGES] = [1, 2, 3, 4, 5]

/** All keys from `gte` up to, but without, `lt`. */
export interface KeyRange {
  readonly gte: Buffer
  readonly lt: Buffer
}

const space = (first: number) => ({
  all: { gte: Buffer.of(first), lt: Buffer.of(first + 1) } satisfies KeyRange,
  keyOf: (rest: Buffer): Buffer => Buffer.concat([Buffer.of(first), rest]),
  restOf: (key: Buffer): Buffer => key.subarray(1),
})

export const definitions = space(DEFINITIONS)
export const deletedTables = space(DELETED)
export const plans = space(PLANS)
export const changes = space(CHANGES)

/** What the keys of a table begin with: its items' for 0, otherwise its n-th index's. */
export function itemsBeginning(table: number, index: number): Buffer {
  const bytes = Buffer.alloc(7)
  bytes.writeUInt8(ITEMS)
  bytes.writeUInt32BE(table, 1)
  bytes.writeUInt16BE(index, 5)
  return bytes
}

/** Items and indexes of a table. */
export const tableRange = (table: number): KeyRange => rangeOf(Buffer.concat([Buffer.of(ITEMS), uint32(table)]))

/** All keys that begin so. */
export const rangeOf = (beginning: Buffer): KeyRange => ({ gte: beginning, lt: behind(beginning) })
