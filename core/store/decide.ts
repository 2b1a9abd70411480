/**
 * Plan × present items → outcome and next items: what a commit means, without saying where items are kept.
 *
 * Conditions come first, all of them, since each failure tells the caller an image; only then the updates.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import { apply, InapplicableUpdate } from '../expression/apply.ts'
import { evaluate } from '../expression/evaluate.ts'
import { invalid } from './accept-plan.ts'
import type { CommitOutcome, FailedAction } from './commit-outcome.ts'
import { give } from './stored-value.ts'
import type { WriteAction } from './write-plan.ts'

/** `next` is in the order of the actions, undefined for absent; only what was committed has one. */
export type Decision =
  | { readonly outcome: CommitOutcome & { kind: 'committed' }; readonly next: readonly (Item | undefined)[] }
  | { readonly outcome: CommitOutcome & { kind: 'conflict' | 'invalid' }; readonly next?: undefined }

/** `present` is in the order of the actions; what failed is given away as a copy, which the caller may change. `problemOf` says what keeps an updated item from being stored. */
export function decide(
  actions: readonly WriteAction[],
  present: readonly (Item | undefined)[],
  problemOf: (action: WriteAction, next: Item) => string | undefined,
): Decision {
  const failures: FailedAction[] = []
  for (const [position, { condition }] of actions.entries()) {
    const item = present[position]
    if (!evaluate(condition, item)) failures.push({ position, present: item && give(item) })
  }
  if (failures.length > 0) return { outcome: { kind: 'conflict', failures } }
  const next: (Item | undefined)[] = []
  for (const [position, action] of actions.entries()) {
    const changed = change(action, present[position])
    if (changed instanceof InapplicableUpdate) return { outcome: invalid(changed.message, position) }
    const problem = action.kind === 'update' && changed !== undefined ? problemOf(action, changed) : undefined
    if (problem) return { outcome: invalid(problem, position) }
    next.push(changed)
  }
  return { outcome: { kind: 'committed' }, next }
}

function change(action: WriteAction, present: Item | undefined): Item | undefined | InapplicableUpdate {
  switch (action.kind) {
    case 'put':
      return action.item
    case 'update':
      try {
        // An update of an item that is not there makes it, with its key for a start.
        return apply(action.update, present ?? action.key)
      } catch (error) {
        if (error instanceof InapplicableUpdate) return error
        throw error
      }
    case 'delete':
      return undefined
    case 'check':
      return present
    default:
      return action satisfies never
  }
}
