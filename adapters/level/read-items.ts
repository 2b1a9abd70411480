/**
 * Reading by key. All items of one call are of one instant.
 *
 * @module
 */
import type { Item, ItemAddress } from '../../core/data/item.ts'
import { impliedSchema, keyProblem } from '../../core/store/check-keys.ts'
import type { Database } from './database.ts'
import { decodeItem } from './item-encoding.ts'
import { rejected } from './refusals.ts'

export async function readItems(
  { level, tables }: Database,
  addresses: readonly ItemAddress[],
): Promise<readonly (Item | undefined)[]> {
  const keys = addresses.map(({ table, key }) => {
    const found = tables.get(table)
    const problem = keyProblem(found?.definition ?? impliedSchema(key), key)
    if (problem) throw rejected(problem)
    return found?.itemKey(key)
  })
  const texts = await level.getMany(keys.filter((key) => key !== undefined))
  let next = 0
  return keys.map((key) => {
    const text = key && texts[next++]
    // Also an item that is asked for twice is decoded twice: nobody shares sets, which cannot be frozen.
    return text === undefined ? undefined : decodeItem(text)
  })
}
