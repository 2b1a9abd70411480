/**
 * The items behind entries of an index that do not hold enough of a record to tell what was asked for.
 *
 * @module
 */
import type { Item } from '../data/item.ts'
import type { Environment } from '../environment.ts'
import { addressOfItem } from '../model/key.ts'
import type { AnyModel } from '../model/model.ts'
import type { ReadStore, RequestOptions } from '../store/store.ts'
import { again } from './again.ts'

interface WholeItemsParts {
  readonly store: ReadStore
  readonly environment: Environment
}

/** As they are in the table by now, in the order of the entries; undefined for what is no longer there. */
export async function wholeItems(
  model: AnyModel,
  entries: readonly Item[],
  consistent: boolean,
  options: RequestOptions,
  { store, environment }: WholeItemsParts,
): Promise<readonly (Item | undefined)[]> {
  const addresses = entries.map((entry) => addressOfItem(model, entry))
  const items: (Item | undefined)[] = []
  while (items.length < addresses.length) {
    const some = addresses.slice(items.length, items.length + store.limits.readKeys)
    items.push(...(await again(() => store.read(some, { ...options, consistent }), environment, options)))
  }
  return items
}
