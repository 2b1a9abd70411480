/**
 * A domain event as it was applied in a unit of work: what its reducer changed, or what was changed before it without an
 * event.
 *
 * @module
 */
import type { AttributeValue } from '../data/attribute-value.ts'
import type { Item } from '../data/item.ts'
import type { Update } from '../expression/update.ts'

export interface Applied {
  /** Undefined for plain changes that came before the next event. */
  readonly name: string | undefined
  readonly data: AttributeValue | undefined
  /** Names of the units of work that it was made in. */
  readonly path: readonly string[]
  /** What the reducer changed of `before`. */
  readonly actions: Update
  /** The record, encoded, before it. */
  readonly before: Item
}
