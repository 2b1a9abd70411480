/**
 * How deeply lists and maps lie in each other, which DynamoDB bounds.
 *
 * @module
 */
import { type AttributeMap, type AttributeValue, isList, isMap } from './attribute-value.ts'

/** Of an item, which is one of them itself. */
export const MAX_LEVELS = 32

/** None for a value that is neither list nor map. */
export function levels(value: AttributeValue): number {
  if (!isList(value) && !isMap(value)) return 0
  let deepest = 0
  for (const member of isList(value) ? value : Object.values(value as AttributeMap)) {
    deepest = Math.max(deepest, levels(member))
  }
  return deepest + 1
}
