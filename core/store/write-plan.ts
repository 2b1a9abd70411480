/**
 * A commit's plan: every write of one unit of work, as data.
 *
 * Pure: made from the read set and the change set alone, so that it can be printed, sized and tested without a store.
 *
 * @module
 */
import type { Item, ItemAddress } from '../data/item.ts'
import type { Condition } from '../expression/condition.ts'
import type { Update } from '../expression/update.ts'

/** One action on one item. No two actions of a plan have the same address. */
export type WriteAction = ItemAddress & { readonly condition: Condition } & (
    | { readonly kind: 'put'; readonly item: Item }
    | { readonly kind: 'update'; readonly update: Update }
    | { readonly kind: 'delete' }
    | { readonly kind: 'check' }
  )

/** What one commit does: all of its actions at one instant, or none. */
export interface WritePlan {
  /** The commit's id, and the request's idempotency token: equal for equal plans only. */
  readonly id: string
  readonly actions: readonly WriteAction[]
}
