/**
 * Unconditional writes in bulk: no atomicity, no order, nothing looked at. For loading and clearing tables, not for
 * changing records that others change at the same time.
 *
 * @module
 */
import type { AttributeMap } from '../data/attribute-value.ts'
import type { Item, ItemAddress } from '../data/item.ts'
import { all } from '../expression/condition.ts'
import { acceptPlan } from './accept-plan.ts'
import type { StoreLimits } from './limits.ts'
import type { TableDefinition } from './table-definition.ts'
import type { WriteAction } from './write-plan.ts'

/** One put or deletion of a batch, without a condition. */
export type BulkWrite = ItemAddress & ({ readonly kind: 'put'; readonly item: Item } | { readonly kind: 'delete' })

/** What a store did not get to, for lack of capacity; all else of the batch was written. */
export interface BulkOutcome {
  readonly unprocessed: readonly BulkWrite[]
  /** Why, as the store gave it. Empty where everything was written. */
  readonly reasons: readonly string[]
}

/** What BatchWriteItem takes at once. */
const BATCH_BYTES = 16 * 1024 * 1024

const always = all([])

/**
 * The batch with values of its own, or what is wrong with it. For every adapter that writes items itself, so that all
 * refuse the same in the same words.
 */
export function acceptBatch(
  writes: readonly BulkWrite[],
  definitionOf: (write: BulkWrite) => TableDefinition,
  limits: StoreLimits,
): readonly BulkWrite[] | { readonly problem: string } {
  const actions = writes.map((write): WriteAction & BulkWrite => ({ ...write, condition: always }))
  const accepted = acceptPlan({ id: '', actions }, definitionOf as (action: WriteAction) => TableDefinition, {
    ...limits,
    actions: limits.batchWrites,
    planBytes: BATCH_BYTES,
  })
  if ('kind' in accepted) return { problem: accepted.reason }
  return (accepted as readonly (WriteAction & BulkWrite)[]).map(({ condition: _, ...write }) => write as BulkWrite)
}

/** The item that a write leaves; undefined for none. */
export const itemAfter = (write: BulkWrite): AttributeMap | undefined => (write.kind === 'put' ? write.item : undefined)
