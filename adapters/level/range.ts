/**
 * Which stretch of keys a query or a scan walks.
 *
 * @module
 */
import type { QueryRequest, ScanRequest, SortCondition } from '../../core/store/store.ts'
import { behind, encodeBeginning, encodeKeyValue, uint32 } from './key-encoding.ts'
import { type KeyRange, rangeOf } from './key-space.ts'
import { partitionBeginning } from './stored-table.ts'

/** `beginning` is the table's or the index's. */
export function scanRange(beginning: Buffer, segment: ScanRequest['segment']): KeyRange {
  const { index, of } = segment ?? { index: 0, of: 1 }
  const hashAt = (position: number): Buffer => {
    const hash = Math.ceil((position / of) * 2 ** 32)
    return hash < 2 ** 32 ? Buffer.concat([beginning, uint32(hash)]) : behind(beginning)
  }
  return { gte: hashAt(index), lt: hashAt(index + 1) }
}

export function queryRange(beginning: Buffer, { partition, sort }: QueryRequest): KeyRange {
  const all = Buffer.concat([beginning, partitionBeginning(partition.value)])
  return sort === undefined ? rangeOf(all) : sortRange(all, sort)
}

/** `all` is what all keys of the partition begin with. */
function sortRange(all: Buffer, sort: SortCondition): KeyRange {
  const at = (rest: Buffer): Buffer => Buffer.concat([all, rest])
  switch (sort.operator) {
    case '=':
      return rangeOf(at(encodeKeyValue(sort.value)))
    case '<':
      return { gte: all, lt: at(encodeKeyValue(sort.value)) }
    case '<=':
      return { gte: all, lt: behind(at(encodeKeyValue(sort.value))) }
    case '>':
      return { gte: behind(at(encodeKeyValue(sort.value))), lt: behind(all) }
    case '>=':
      return { gte: at(encodeKeyValue(sort.value)), lt: behind(all) }
    case 'between':
      return { gte: at(encodeKeyValue(sort.low)), lt: behind(at(encodeKeyValue(sort.high))) }
    case 'begins-with':
      return rangeOf(at(encodeBeginning(sort.prefix)))
    default:
      return sort satisfies never
  }
}
