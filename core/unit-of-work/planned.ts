/**
 * A plan that knows where its actions come from.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import type { Condition } from '../expression/condition.ts'
import type { WriteAction, WritePlan } from '../store/write-plan.ts'
import type { Guard } from './guard.ts'
import type { Involved } from './involved.ts'

/** One action of the plan and where it comes from. */
export interface PlannedAction {
  readonly action: WriteAction
  readonly guards: readonly Guard[]
  /** What the function relied on. Where it holds and the action failed all the same, it is planned again, not run again. */
  readonly domain: Condition
  readonly involved: Involved
  /** The item as it will be; undefined where it will be gone or cannot be known. */
  readonly next: Item | undefined
  /** It also cuts off what `involved.sealed` counts. */
  readonly isCut?: boolean | undefined
}

export interface Planned extends WritePlan {
  /** Where the first actions come from; those behind them are the engine's own. */
  readonly planned: readonly PlannedAction[]
  /** Of which records the next ones end the history. */
  readonly ends: readonly Involved[]
}
