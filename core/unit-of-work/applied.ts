/**
 * A domain event as it was applied in a unit of work: what its reducer changed, or what was changed before it without an
 * event.
 *
 * @module
 */
import type { AttributeValue } from '../data/attribute-value.ts'
import type { Item } from '../data/item.ts'
import { apply } from '../expression/apply.ts'
import type { Update } from '../expression/update.ts'

export interface Applied {
  /** Undefined for plain changes that came before the next event. */
  readonly name: string | undefined
  readonly data: AttributeValue | undefined
  /** Names of the units of work that it was made in. */
  readonly path: readonly string[]
  /** What it changed of the record by drafts, as those before it left it. */
  readonly actions: Update
}

/** The record after all of these. */
export const applyAll = (applied: readonly Applied[], record: Item): Item =>
  applied.reduce((item, { actions }) => apply(actions, item), record)

/** The same in two: what was changed before the first event, and the rest from there on. */
export function fromFirstEvent(applied: readonly Applied[]): [before: readonly Applied[], events: readonly Applied[]] {
  const first = applied.findIndex(({ name }) => name !== undefined)
  return first < 0 ? [applied, []] : [applied.slice(0, first), applied.slice(first)]
}

/** What one life of a record went through in a unit of work, as far as events tell. */
export interface Told {
  readonly applied: readonly Applied[]
  /** The record by drafts after the last of them. */
  readonly image: Item | undefined
}

export const nothingTold: Told = { applied: [], image: undefined }
