/**
 * Which blocks of a record's history are read, and in which order.
 *
 * @module
 */
import { type Block, blockSortKey, endAddress, SPILLED } from '../journal/block.ts'
import { readBlocks } from '../journal/read-blocks.ts'
import type { Source } from '../journal/source.ts'
import type { SortCondition } from '../store/store.ts'

/** At how many blocks back an image is found at the latest. */
const BLOCKS_TO_IMAGE = 70

/**
 * Blocks of all lives of a record, oldest first or last. Lives go by the commits that began them, and clocks of those who
 * commit may differ. So the present life, which is the last in any case, has its place next to the record, and those that
 * seem to have begun later come before it.
 */
export async function* blocksOfLives(
  source: Source,
  present: string | undefined,
  reverse: boolean,
): AsyncGenerator<Block> {
  if (present === undefined) return yield* readBlocks(source, { reverse })
  let isBeside = false
  for await (const block of readBlocks(source, {
    sort: { operator: 'between', low: '0', high: behindAll(present) },
    reverse,
  })) {
    if (!isBeside && (block.generation === present) !== reverse) {
      isBeside = true
      yield* seeminglyLater(source, present, reverse)
    }
    yield block
  }
  if (!isBeside) yield* seeminglyLater(source, present, reverse)
}

async function* seeminglyLater(source: Source, present: string, reverse: boolean): AsyncGenerator<Block> {
  let isOver: boolean | undefined
  for await (const block of readBlocks(source, {
    sort: { operator: 'between', low: behindAll(present), high: SPILLED },
    reverse,
  })) {
    // The record was deleted and created again since it was read: the new life comes after all that is told.
    isOver ??= await hasEnded(source, present)
    if (isOver) return
    yield block
  }
}

/** Behind all sort keys of a generation's blocks. */
export const behindAll = (generation: string): string => `${generation}#~`

async function hasEnded({ store, journalTable, address, signal }: Source, generation: string): Promise<boolean> {
  const [end] = await store.read([endAddress(journalTable, address, generation)], { consistent: true, signal })
  return end !== undefined
}

/** The sort key of the block from which the record before this version can be had. */
export async function anchorKey(source: Source, generation: string, version: number): Promise<string> {
  const first = `${generation}#`
  if (version <= 1) return first
  const behind: SortCondition = { operator: '<=', value: blockSortKey(generation, version - 1) }
  let start = first
  for await (const block of readBlocks(source, { sort: behind, reverse: true, limit: BLOCKS_TO_IMAGE })) {
    if (block.generation !== generation) return start
    start = blockSortKey(generation, block.entries[0]!.version)
    if (block.image) return start
  }
  // An older image would be of no use, as what lies between cannot be told: it was erased, or another program interfered. Or
  // the blocks of a large record had no room for images, and what it was is told going back from a later one.
  return start
}

/** The sort key of the first block that tells the record after this version, going back from what it has of the record. */
export async function tellingKey(source: Source, generation: string, version: number): Promise<string> {
  const last = behindAll(generation)
  if (!Number.isFinite(version)) return last
  const low = blockSortKey(generation, version + 1)
  for await (const block of readBlocks(source, {
    sort: { operator: 'between', low, high: last },
    limit: BLOCKS_TO_IMAGE,
  })) {
    if (block.image) return blockSortKey(generation, block.entries[0]!.version)
    if (block.isEnd) return last
  }
  return last
}
