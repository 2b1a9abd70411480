/**
 * Pages of queries and scans, each read from one snapshot: an index and the items it points to are of one instant.
 *
 * @module
 */
import { type Item, type ItemKey, itemSize } from '../../core/data/item.ts'
import { PageBuilder, pageKeys, project, projectedBy } from '../../core/store/page-builder.ts'
import type { Page, QueryRequest, ScanRequest } from '../../core/store/store.ts'
import type { Level, Snapshot } from './database.ts'
import { decodeItem } from './item-encoding.ts'
import type { KeyRange } from './key-space.ts'
import { queryRange, scanRange } from './range.ts'
import type { StoredTable } from './stored-table.ts'

/** Entries read at once, within bytes that make a page. */
const CHUNK = 256
const CHUNK_BYTES = 1024 * 1024
/** Items that an index points to, read at once. They may be large, and none of them is counted before. */
const INDEX_CHUNK = 32

export async function readPage(level: Level, table: StoredTable, request: QueryRequest | ScanRequest): Promise<Page> {
  const { definition } = table
  const index = definition.indexes.find(({ name }) => name === request.index)
  const page = new PageBuilder(request, pageKeys(definition, index))
  const names = index && projectedBy(definition, index)
  const snapshot = level.snapshot()
  try {
    const range = rangeFor(table, request)
    const chunks =
      index === undefined
        ? itemChunks(level, snapshot, range, request)
        : indexedChunks(level, snapshot, range, request, table)
    for await (const chunk of chunks) {
      for (const text of chunk) {
        const stored = decodeItem(text)
        const item = names === undefined ? stored : project(stored, names)
        const full = page.add(item, itemSize(item))
        if (full) return full
      }
    }
    return page.end()
  } finally {
    await snapshot.close()
  }
}

async function* itemChunks(
  level: Level,
  snapshot: Snapshot,
  range: KeyRange,
  { limit = -1, reverse }: { readonly limit?: number | undefined; readonly reverse?: boolean | undefined },
): AsyncGenerator<readonly string[], undefined> {
  const options = { ...range, limit, reverse: reverse === true, snapshot, highWaterMarkBytes: CHUNK_BYTES }
  const values = level.values(options)
  try {
    for (let chunk = await values.nextv(CHUNK); chunk.length > 0; chunk = await values.nextv(CHUNK)) yield chunk
  } finally {
    await values.close()
  }
}

async function* indexedChunks(
  level: Level,
  snapshot: Snapshot,
  range: KeyRange,
  { limit = -1, reverse }: { readonly limit?: number | undefined; readonly reverse?: boolean | undefined },
  table: StoredTable,
): AsyncGenerator<readonly string[], undefined> {
  const options = { ...range, limit, reverse: reverse === true, snapshot, keyEncoding: 'buffer', valueEncoding: 'buffer' }
  const values = level.values<Buffer, Buffer>(options)
  try {
    for (let chunk = await values.nextv(INDEX_CHUNK); chunk.length > 0; chunk = await values.nextv(INDEX_CHUNK)) {
      const items = await level.getMany(chunk.map((rest) => table.keyOfItem(rest)), { snapshot })
      // An entry without its item would be a broken database: both are always written in one batch.
      yield items.map((item, i) => item ?? missing(chunk[i]!, table))
    }
  } finally {
    await values.close()
  }
}

function missing(key: Buffer, { definition }: StoredTable): never {
  throw new Error(`An index of table ${definition.table} names an item that is not there: ${key.toString('hex')}`)
}

/** The stretch that is left after the page before. */
function rangeFor(table: StoredTable, request: QueryRequest | ScanRequest): KeyRange {
  const beginning = table.beginning(request.index)
  const isQuery = 'partition' in request
  const range = isQuery ? queryRange(beginning, request) : scanRange(beginning, request.segment)
  const last = request.from && keyIn(table, request.index, request.from)
  if (last === undefined) return range
  if (isQuery && request.reverse) return { gte: range.gte, lt: earlier(range.lt, last) }
  // The first key behind the last one.
  return { gte: later(range.gte, Buffer.concat([last, Buffer.of(0)])), lt: range.lt }
}

const keyIn = (table: StoredTable, index: string | undefined, from: ItemKey | Item): Buffer | undefined =>
  index === undefined ? table.itemKey(from) : table.indexEntry(index, from)?.key

const earlier = (a: Buffer, b: Buffer): Buffer => (Buffer.compare(a, b) < 0 ? a : b)
const later = (a: Buffer, b: Buffer): Buffer => (Buffer.compare(a, b) > 0 ? a : b)
