/**
 * What is said of a stored item that is no record of its model.
 *
 * @module
 */
import { type Item, type ItemKey, keyOf, printKey } from '../data/item.ts'
import type { Issue } from '../data/to-attribute.ts'
import { type EngineError, engineError } from '../errors.ts'
import { printIssues } from './issue.ts'
import type { AnyModel } from './model.ts'

/** The key attributes that the item has. */
export const keyOfItem = ({ definition }: AnyModel, item: Item): ItemKey =>
  keyOf(
    item,
    definition.keyNames.filter((name) => Object.hasOwn(item, name)),
  )

/** `version` where the item was read as one of an older schema. */
export function invalidItem(
  model: AnyModel,
  item: Item,
  issues: readonly Issue[],
  version?: number,
  cause?: unknown,
): EngineError {
  const key = keyOfItem(model, item)
  const what = version === undefined ? model.name : `${model.name} of version ${version}`
  return engineError(
    'INVALID_RECORD',
    `The stored item ${printKey(key)} of table ${model.table} is no record of ${what}: ` +
      `${printIssues(issues)}. Correct the item, or make the schema accept it.`,
    { model: model.name, key, stored: true, issues },
    cause === undefined ? undefined : { cause },
  )
}
