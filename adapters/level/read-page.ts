/**
 * Pages of queries and scans, each read from one snapshot: an index and the items it names are of one instant.
 *
 * @module
 */
import { itemSize } from '../../core/data/item.ts'
import { requestProblem } from '../../core/store/check-request.ts'
import { indexed } from '../../core/store/indexed.ts'
import { PageBuilder } from '../../core/store/page-builder.ts'
import type { Page, QueryRequest, ScanRequest } from '../../core/store/store.ts'
import type { Database } from './database.ts'
import { decodeItem } from './item-encoding.ts'
import type { KeyRange } from './key-space.ts'
import type { Level } from './open-level.ts'
import { queryRange, scanRange } from './range.ts'
import { rejected } from './refusals.ts'
import type { StoredTable } from './stored-table.ts'

type PageRequest = QueryRequest | ScanRequest
type Snapshot = ReturnType<Level['snapshot']>

/** Items read at once, unless they are as large as a page before. */
const ITEMS_AT_ONCE = 256
const BYTES_AT_ONCE = 1024 * 1024
/** Items read at once that an index names. They may be large, and nobody knows before. */
const INDEXED_AT_ONCE = 32

export async function readPage({ level, tables }: Database, request: PageRequest): Promise<Page> {
  const table = tables.get(request.table)
  if (table === undefined) return { items: [], count: 0, next: undefined }
  const problem = requestProblem(table.definition, request)
  if (problem) throw rejected(problem)
  const { definition } = table
  const index = definition.indexes.find(({ name }) => name === request.index)
  const page = new PageBuilder(request, definition)
  const snapshot = level.snapshot()
  try {
    const read = index ? indexedItems : items
    for await (const texts of read(level, snapshot, table, request)) {
      for (const text of texts) {
        const stored = decodeItem(text)
        const item = index ? indexed(definition, index, stored) : stored
        const full = page.add(item, itemSize(item))
        if (full) return full
      }
    }
    return page.end()
  } finally {
    await snapshot.close()
  }
}

async function* items(level: Level, snapshot: Snapshot, table: StoredTable, request: PageRequest) {
  const values = level.values({ ...walk(table, request), snapshot, highWaterMarkBytes: BYTES_AT_ONCE })
  try {
    for (let texts = await values.nextv(ITEMS_AT_ONCE); texts.length > 0; texts = await values.nextv(ITEMS_AT_ONCE)) {
      yield texts
    }
  } finally {
    await values.close()
  }
}

async function* indexedItems(level: Level, snapshot: Snapshot, table: StoredTable, request: PageRequest) {
  const entries = level.values<Buffer, Buffer>({ ...walk(table, request), snapshot, valueEncoding: 'buffer' })
  try {
    for (
      let some = await entries.nextv(INDEXED_AT_ONCE);
      some.length > 0;
      some = await entries.nextv(INDEXED_AT_ONCE)
    ) {
      const keys = some.map((itemKey) => table.keyOfItem(itemKey))
      const texts = await level.getMany(keys, { snapshot })
      // Both are always written in one batch.
      if (texts.includes(undefined))
        throw new Error(`An index of table ${request.table} names an item that is not there`)
      yield texts as readonly string[]
    }
  } finally {
    await entries.close()
  }
}

/** What of the table or index the page before has left, and which way to go. */
function walk(
  table: StoredTable,
  request: PageRequest,
): KeyRange & { readonly limit: number; readonly reverse: boolean } {
  const { index, from, limit = -1 } = request
  const beginning = table.beginning(index)
  const isQuery = 'partition' in request
  const { gte, lt } = isQuery ? queryRange(beginning, request) : scanRange(beginning, request.segment)
  const reverse = isQuery && request.reverse
  const last = from && (index === undefined ? table.itemKey(from) : table.indexEntry(index, from)?.key)
  if (last === undefined) return { gte, lt, limit, reverse }
  if (reverse) return { gte, lt: Buffer.compare(last, lt) < 0 ? last : lt, limit, reverse }
  const next = Buffer.concat([last, Buffer.of(0)])
  return { gte: Buffer.compare(next, gte) > 0 ? next : gte, lt, limit, reverse }
}
