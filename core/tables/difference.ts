/**
 * One way in which a table is not as its models want it, and the changes that would make it so.
 *
 * @module
 */

import { changeTable } from '../store/change-table.ts'
import type {
  Capacity,
  IndexDefinition,
  KeySchema,
  TableChange,
  TableDefinition,
  TableDescription,
} from '../store/table-definition.ts'

/** How a table is paid for, and those of its global indexes that its models have. */
export interface TableCapacity {
  readonly capacity: Capacity
  readonly indexes: Readonly<Record<string, Capacity>>
}

/** What is wanted, what is found instead, and whether `apply` can make up for it. `undefined` is absence. */
export type Difference = {
  readonly table: string
  /** Whether it can be changed in place. */
  readonly doable: boolean
  /** Whether something would be lost that somebody may use: `apply` does it only with `prune`. */
  readonly removes: boolean
  /** Why it is not doable, or what would be lost. */
  readonly reason?: string | undefined
} & (
  | { readonly kind: 'missing-table'; readonly wanted: TableDefinition; readonly found: undefined }
  | { readonly kind: 'other-keys'; readonly wanted: KeySchema; readonly found: KeySchema }
  | { readonly kind: 'missing-index'; readonly wanted: IndexDefinition; readonly found: undefined }
  | { readonly kind: 'extra-index'; readonly wanted: undefined; readonly found: IndexDefinition }
  /** Of the same name with other keys or another projection. */
  | { readonly kind: 'other-index'; readonly wanted: IndexDefinition; readonly found: IndexDefinition }
  /** The attribute by which items expire. */
  | { readonly kind: 'expiry'; readonly wanted: string | undefined; readonly found: string | undefined }
  /** Found may be a stream of another kind, in DynamoDB's word. */
  | { readonly kind: 'stream'; readonly wanted: boolean; readonly found: boolean | string }
  | { readonly kind: 'capacity'; readonly wanted: TableCapacity; readonly found: TableCapacity }
)

/** A difference before it is known what can be done about it. */
export type Found = Difference extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'doable' | 'removes' | 'reason'>
    : never
  : never

/** In this order, each by itself. None for what no change makes up for. */
export function changesOf(difference: Found): readonly TableChange[] {
  const { table } = difference
  switch (difference.kind) {
    case 'missing-table':
    case 'other-keys':
      return []
    case 'missing-index':
      return [{ kind: 'add-index', table, index: difference.wanted }]
    case 'extra-index':
      return [{ kind: 'remove-index', table, index: difference.found.name }]
    case 'other-index':
      return [
        { kind: 'remove-index', table, index: difference.found.name },
        { kind: 'add-index', table, index: difference.wanted },
      ]
    case 'expiry':
      return [{ kind: 'expiry', table, attribute: difference.wanted }]
    case 'stream':
      return [{ kind: 'stream', table, on: difference.wanted }]
    case 'capacity':
      return [{ kind: 'capacity', table, ...difference.wanted }]
    default:
      return difference satisfies never
  }
}

/** The difference with what can be done about it in a table as it is found. */
export function judged(found: TableDescription, difference: Found): Difference {
  const problem = obstacle(found, difference)
  const lost = problem === undefined ? lossOf(difference) : undefined
  const judgement = { doable: problem === undefined, removes: lost !== undefined }
  const reason = problem ?? lost
  return Object.freeze({ ...difference, ...judgement, ...(reason !== undefined && { reason }) }) as Difference
}

function obstacle(found: TableDescription, difference: Found): string | undefined {
  if (difference.kind === 'other-keys')
    return 'A table keeps its keys: make another one and copy the items, or change the model'
  if (difference.kind === 'stream' && difference.wanted && typeof difference.found === 'string')
    return `A table has one stream, and somebody may read this one (${difference.found}); turn it off first`
  if (difference.kind === 'expiry' && difference.wanted !== undefined && difference.found !== undefined)
    return `Items expire by ${difference.found} already; turn that off, and an hour later, when DynamoDB takes the next change, apply again`
  let table: TableDescription = found
  for (const change of changesOf(difference)) {
    const next = changeTable(table, change)
    if (typeof next === 'string') return next
    table = next
  }
  return undefined
}

function lossOf(difference: Found): string | undefined {
  switch (difference.kind) {
    case 'extra-index':
      return 'Others may query this index, which no model has'
    case 'other-index':
      return 'The index is deleted and made again: until that is done queries by it fail'
    case 'expiry':
      return difference.wanted === undefined ? 'Expired items would stay' : undefined
    case 'stream':
      return difference.wanted ? undefined : 'Others may read the stream'
    default:
      return undefined
  }
}
