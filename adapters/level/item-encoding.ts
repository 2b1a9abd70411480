/**
 * Items as text and back, exactly. This is part of the database's format.
 *
 * @module
 */
import type { Item } from '../../core/data/item.ts'
import { fromJson, type Json, parseValue, valueText } from '../../core/data/value-text.ts'

export const encodeItem = (item: Item): string => valueText(item)

/** Deeply frozen, and shared with nobody. */
export const decodeItem = (text: string): Item => parseValue(text) as Item

/** An item before and after a change, as `encodeItem` has them; either may be absent. */
export const encodePair = (before: string | undefined, after: string | undefined): string =>
  `[${before ?? 'null'},${after ?? 'null'}]`

export const decodePair = (text: string): readonly [before: Item | undefined, after: Item | undefined] => {
  const [before, after] = JSON.parse(text) as [Json, Json]
  return [(fromJson(before) as Item | null) ?? undefined, (fromJson(after) as Item | null) ?? undefined]
}
