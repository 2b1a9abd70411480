/**
 * Which stretch of the order a query or a scan walks: everything that is neither below nor above.
 *
 * @module
 */
import { compare, type ScalarValue } from '../../core/data/attribute-value.ts'
import type { QueryRequest, ScanRequest, SortCondition } from '../../core/store/store.ts'
import { comparePartitions, type Position, partitionPosition } from './key-order.ts'

interface Range {
  below(position: Position): boolean
  above(position: Position): boolean
}

export function scanRange(segment: ScanRequest['segment']): Range {
  const { index, of } = segment ?? { index: 0, of: 1 }
  const low = Math.ceil((index / of) * 2 ** 32)
  const high = Math.ceil(((index + 1) / of) * 2 ** 32)
  return { below: ({ hash }) => hash < low, above: ({ hash }) => hash >= high }
}

export function queryRange({ partition, sort }: QueryRequest): Range {
  const wanted = partitionPosition(partition.value)
  const bounds = sort === undefined ? everything : sortBounds(sort)
  return {
    below: (position) => {
      const order = comparePartitions(position, wanted)
      return order < 0 || (order === 0 && position.sort !== undefined && bounds.below(position.sort))
    },
    above: (position) => {
      const order = comparePartitions(position, wanted)
      return order > 0 || (order === 0 && position.sort !== undefined && bounds.above(position.sort))
    },
  }
}

interface Bounds {
  below(value: ScalarValue): boolean
  above(value: ScalarValue): boolean
}

const everything: Bounds = { below: () => false, above: () => false }

function sortBounds(sort: SortCondition): Bounds {
  switch (sort.operator) {
    case '=':
      return { below: (value) => order(value, sort.value) < 0, above: (value) => order(value, sort.value) > 0 }
    case '<':
      return { below: () => false, above: (value) => order(value, sort.value) >= 0 }
    case '<=':
      return { below: () => false, above: (value) => order(value, sort.value) > 0 }
    case '>':
      return { below: (value) => order(value, sort.value) <= 0, above: () => false }
    case '>=':
      return { below: (value) => order(value, sort.value) < 0, above: () => false }
    case 'between':
      return { below: (value) => order(value, sort.low) < 0, above: (value) => order(value, sort.high) > 0 }
    case 'begins-with':
      return {
        below: (value) => order(value, sort.prefix) < 0,
        above: (value) => order(value, sort.prefix) > 0 && !begins(value, sort.prefix),
      }
    default:
      return sort satisfies never
  }
}

/** All values of one sort key have the type that its table says; the request's were checked against it. */
const order = (a: ScalarValue, b: ScalarValue): number => compare(a, b) ?? 0

function begins(value: ScalarValue, prefix: string | Uint8Array): boolean {
  if (typeof value === 'string') return typeof prefix === 'string' && value.startsWith(prefix)
  return value instanceof Uint8Array && prefix instanceof Uint8Array && prefix.every((byte, i) => value[i] === byte)
}
