/**
 * Blocks: runs of entries that have left their record's tail, one immutable item each in the journal table.
 *
 * A record's blocks stand in one partition, by generation and then by the version of their first entry, so that a version is
 * found by one query. Once written a block is never written otherwise, but for an erasure, which leaves its shell. The block
 * that a deletion writes is its generation's last; it may repeat entries of the one before.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { type AttributeMap, isMap, isNumber, scalarKey } from '../data/attribute-value.ts'
import { type Item, type ItemAddress, type ItemKey, itemSize, utf8Size } from '../data/item.ts'
import { absent } from '../expression/condition.ts'
import type { WriteAction } from '../store/write-plan.ts'
import { flat, unflat } from './flat.ts'
import { COMMIT } from './journal-table.ts'
import { entriesOf, listed, type TailEntry } from './tail.ts'

export interface Block {
  readonly generation: string
  /** Of consecutive versions; never empty. */
  readonly entries: readonly TailEntry[]
  /** The record after the first entry. Not every block has it: it would double what large records cost. */
  readonly image: Item | undefined
  /** The record as it was deleted; only in a generation's last block. */
  readonly last: Item | undefined
  /** The last state is an item of its own, since one could not hold both. `readBlocks` puts it in its place. */
  readonly isLastApart?: boolean | undefined
  readonly isEnd: boolean
}

/** Where a block's item has its entries: one text, so that a store can look for a commit's id in it. */
export const ENTRIES = 'h'
/** Stands in no entry, as JSON escapes it. */
const BETWEEN = '\n'
const [FIRST, IMAGE, LAST, APART, TABLE, KEY] = ['f', 'b', 'z', 'y', 't', 'k'] as const
/** Behind all digits. */
const END = 'end'
const LONGEST_KEY = 1000
/** Begins the sort keys of what is kept beside blocks; behind all generations, which begin with a digit. */
export const SPILLED = 'x#'
/** A block that crosses a multiple of this has an image, so that no more than this many entries lie between two. */
export const IMAGE_EVERY = 64

/** The partition of all blocks of the record at this address. */
export function blockPartition({ table, key }: ItemAddress): string {
  const text = JSON.stringify([table, ...Object.values(key).map(scalarKey)])
  return `H#${utf8Size(text) <= LONGEST_KEY ? text : createHash('sha256').update(text).digest('base64url')}`
}

/** Sorts by generation and then by version. */
export const blockSortKey = (generation: string, first: number | typeof END): string =>
  `${generation}#${first === END ? END : String(first).padStart(10, '0')}`

export const blockAddress = (journal: string, record: ItemAddress, generation: string, first: number | typeof END) => ({
  table: journal,
  key: { p: blockPartition(record), s: blockSortKey(generation, first) },
})

export const endAddress = (journal: string, record: ItemAddress, generation: string): ItemAddress =>
  blockAddress(journal, record, generation, END)

/** Where the last state of a deleted record is that was too large for the block. */
export const lastAddress = (journal: string, record: ItemAddress, generation: string): ItemAddress => ({
  table: journal,
  key: { p: blockPartition(record), s: `${SPILLED}${generation}#last` },
})

/** What ends a generation: its last block, in two items where one of `itemBytes` could not hold it. */
export function putEnd(journal: string, record: ItemAddress, block: Block, itemBytes: number): readonly WriteAction[] {
  const whole = putBlock(journal, record, block)
  if (!block.last || whole.kind !== 'put' || itemSize(whole.item) <= itemBytes) return [whole]
  const { table, key } = lastAddress(journal, record, block.generation)
  const item = { ...key, [COMMIT]: block.entries.at(-1)!.commit, [LAST]: flat(block.last) }
  return [
    putBlock(journal, record, { ...block, isLastApart: true }),
    { kind: 'put', table, key, item, condition: absent(['p']) },
  ]
}

/** The block with the last state that was kept apart from it. */
export function withLast(block: Block, item: Item | undefined): Block {
  const last = unflat(item?.[LAST])
  return { ...block, last: isMap(last) ? last : undefined }
}

/** Puts the block where there is none yet. */
export function putBlock(journal: string, record: ItemAddress, block: Block): WriteAction {
  const address = blockAddress(
    journal,
    record,
    block.generation,
    block.isEnd ? END : (block.entries[0]?.version ?? END),
  )
  return { kind: 'put', ...address, item: encodeBlock(address.key, record, block), condition: absent(['p']) }
}

export const encodeBlock = (key: ItemKey, { table, key: recordKey }: ItemAddress, block: Block): Item => ({
  ...key,
  [FIRST]: block.entries[0]?.version ?? 0,
  [ENTRIES]: textOf(block.entries),
  ...(block.image ? { [IMAGE]: flat(block.image) } : {}),
  ...(block.last && !block.isLastApart ? { [LAST]: flat(block.last) } : {}),
  ...(block.isLastApart ? { [APART]: true } : {}),
  ...(block.isEnd ? { [COMMIT]: block.entries.at(-1)?.commit ?? '' } : {}),
  [TABLE]: table,
  [KEY]: recordKey as AttributeMap,
})

/** The entries as a block's item has them. */
export const textOf = (entries: readonly TailEntry[]): string => listed(entries).join(BETWEEN)

/** Of which record the block in this item is. Its key is as the store keeps a map: the names may be in another order. */
export const recordOfBlock = (item: Item): ItemAddress => ({ table: String(item[TABLE]), key: item[KEY] as ItemKey })

/** The block that an item of the journal table holds. */
export function decodeBlock(item: Item): Block {
  const [generation = '', place] = String(item['s']).split('#')
  const text = item[ENTRIES]
  const first = item[FIRST]
  const [image, last] = [unflat(item[IMAGE]), unflat(item[LAST])]
  return {
    generation,
    entries: entriesOf(
      typeof text === 'string' && text !== '' ? text.split(BETWEEN) : [],
      isNumber(first) ? Number(first) : 1,
    ),
    image: isMap(image) ? image : undefined,
    last: isMap(last) ? last : undefined,
    isLastApart: item[APART] === true,
    isEnd: place === END,
  }
}
