/**
 * What became of a plan. Every outcome that a caller must handle is a value; only broken programs throw.
 *
 * @module
 */
import type { Item } from '../data/item.ts'

/** An action whose condition did not hold, by its position in the plan, and the item as it is now. */
export interface FailedAction {
  readonly position: number
  readonly present: Item | undefined
}

/** What became of a plan. Only `unknown` leaves open whether it was applied. */
export type CommitOutcome =
  /** Every action was applied, at one instant. */
  | { readonly kind: 'committed' }
  /** Nothing was applied, since these conditions do not hold. */
  | { readonly kind: 'conflict'; readonly failures: readonly FailedAction[] }
  /** Nothing was applied, since other transactions were at work on these items; the same plan may succeed. */
  | { readonly kind: 'contention'; readonly positions: readonly number[] }
  /** Nothing was applied for lack of capacity. `reasons` are as the store gave them. */
  | { readonly kind: 'throttled'; readonly reasons: readonly string[] }
  /** All or nothing was applied, or will be; the answer did not arrive. */
  | { readonly kind: 'unknown'; readonly cause: unknown }
  /** Nothing was applied and never will be: the request itself is at fault. */
  | {
      readonly kind: 'invalid'
      readonly reason: string
      readonly position?: number | undefined
      readonly cause?: unknown
    }
