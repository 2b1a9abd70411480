/**
 * The answer to a read of items by key, made of what was found, for stores that ask for each key once.
 *
 * @module
 */
import { addressKey, type Item, type ItemAddress } from '../data/item.ts'
import { give } from './stored-value.ts'

/**
 * In the order of the addresses; `found` is by `addressKey`. An item that is asked for twice is given to each as its own,
 * since sets and binary values can be changed.
 */
export function readAnswer(
  addresses: readonly ItemAddress[],
  found: ReadonlyMap<string, Item | undefined>,
): readonly (Item | undefined)[] {
  const given = new Set<Item>()
  return addresses.map((address) => {
    const item = found.get(addressKey(address))
    if (item === undefined) return undefined
    if (given.has(item)) return give(item)
    given.add(item)
    return item
  })
}
