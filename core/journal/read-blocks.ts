/**
 * A record's blocks, a few at a time, in either direction.
 *
 * @module
 */
import type { ItemKey } from '../data/item.ts'
import type { SortCondition } from '../store/store.ts'
import { type Block, blockPartition, decodeBlock, lastAddress, SPILLED, withLast } from './block.ts'
import type { Source } from './source.ts'

/** Blocks in one page: some have the record's image, which may be large. */
const PAGE = 10

interface BlockRange {
  /** Bounds of sort keys. Default: all blocks of all generations. */
  readonly sort?: SortCondition | undefined
  /** Newest first. */
  readonly reverse?: boolean | undefined
  /** How many at most. */
  readonly limit?: number | undefined
}

/** Generations in the order of their ids, and each from its first version on; reversed the other way round. */
export async function* readBlocks(
  { store, journalTable, address, signal }: Source,
  { sort = { operator: '<', value: SPILLED }, reverse = false, limit = Number.POSITIVE_INFINITY }: BlockRange = {},
): AsyncGenerator<Block> {
  let left = limit
  let from: ItemKey | undefined
  do {
    const page = await store.query(
      {
        table: journalTable,
        partition: { attribute: 'p', value: blockPartition(address) },
        sort: { attribute: 's', ...sort },
        consistent: true,
        reverse,
        limit: Math.min(PAGE, left),
        from,
      },
      { signal },
    )
    for (const item of page.items) {
      const block = decodeBlock(item)
      if (!block.isLastApart) yield block
      else {
        const apart = lastAddress(journalTable, address, block.generation)
        const [last] = await store.read([apart], { consistent: true, signal })
        yield withLast(block, last)
      }
    }
    left -= page.items.length
    from = page.next
  } while (from && left > 0)
}
