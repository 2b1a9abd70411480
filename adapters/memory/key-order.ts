/**
 * Where an item stands among the others of its table or index: by hash of the partition key, then by sort key.
 *
 * The hash spreads partitions as DynamoDB does, in an order that means nothing but stays, so that a scan can go on from
 * any key whatever was written meanwhile.
 *
 * @module
 */
import { compare, type ScalarValue, scalarKey } from '../../core/data/attribute-value.ts'
import { type Item, type ItemKey, itemSize } from '../../core/data/item.ts'
import type { KeySchema } from '../../core/store/table-definition.ts'

export interface Position {
  /** From 0 up to 2^32. */
  readonly hash: number
  readonly partition: string
  readonly sort: ScalarValue | undefined
  /** Tells apart what has equal keys in an index. */
  readonly tie: string
}

/** An item in its place. Another one of the same keys takes that place without a search. */
export interface Entry extends Position {
  item: Item
  /** Bytes, as pages are measured by. */
  size: number
}

/** Undefined for what lacks one of the keys: an index does not hold it. */
export function positionOf(schema: KeySchema, item: Item | ItemKey, tie: string): Position | undefined {
  const partition = item[schema.partition.name] as ScalarValue | undefined
  const sort = schema.sort && (item[schema.sort.name] as ScalarValue | undefined)
  if (partition === undefined || (schema.sort !== undefined && sort === undefined)) return undefined
  return { ...partitionPosition(partition), sort, tie }
}

export function partitionPosition(value: ScalarValue): { readonly hash: number; readonly partition: string } {
  const partition = scalarKey(value)
  return { hash: hashOf(partition), partition }
}

export const entryAt = (position: Position, item: Item): Entry => ({ ...position, item, size: itemSize(item) })

export function comparePartitions(
  a: Pick<Position, 'hash' | 'partition'>,
  b: Pick<Position, 'hash' | 'partition'>,
): number {
  return a.hash - b.hash || compareTexts(a.partition, b.partition)
}

export function comparePositions(a: Position, b: Position): number {
  const order = comparePartitions(a, b)
  if (order !== 0) return order
  const bySort = a.sort === undefined || b.sort === undefined ? 0 : (compare(a.sort, b.sort) ?? 0)
  return bySort || compareTexts(a.tie, b.tie)
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** FNV-1a over UTF-16 units, with a final mix since neighbours would otherwise stay neighbours. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
  return (hash ^ (hash >>> 15)) >>> 0
}
