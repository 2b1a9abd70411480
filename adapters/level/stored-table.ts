/**
 * A table as the database has it, and where its items and the entries of its indexes lie.
 *
 * @module
 */
import type { ScalarValue } from '../../core/data/attribute-value.ts'
import type { Item, ItemKey } from '../../core/data/item.ts'
import { valueProblem } from '../../core/store/check-keys.ts'
import type { KeyAttribute, KeySchema, TableDefinition } from '../../core/store/table-definition.ts'
import { encodeKeyValue, hashOf } from './key-encoding.ts'
import { itemsBeginning } from './key-space.ts'

export class StoredTable {
  /** Short for the name, and never that of another table, also one that was deleted. */
  readonly id: number
  readonly definition: TableDefinition
  /** Nobody created it: its keys are what the first write implied. */
  readonly implied: boolean
  /** Of the indexes by name: where their entries lie, also after others were removed. By default their place in the definition. */
  readonly numbers: Readonly<Record<string, number>>

  constructor(id: number, definition: TableDefinition, implied: boolean, numbers = inOrder(definition)) {
    this.id = id
    this.definition = definition
    this.implied = implied
    this.numbers = numbers
  }

  /** The same table by another definition: indexes that it has keep their numbers, others get free ones. */
  with(definition: TableDefinition): StoredTable {
    const kept = definition.indexes.flatMap(({ name }) => {
      const number = this.numbers[name]
      return number === undefined ? [] : [[name, number] as const]
    })
    let last = Math.max(0, ...kept.map(([, number]) => number))
    const added = definition.indexes
      .filter(({ name }) => this.numbers[name] === undefined)
      .map(({ name }) => [name, ++last] as const)
    return new StoredTable(this.id, definition, false, Object.fromEntries([...kept, ...added]))
  }

  /** What all keys of the items begin with, or those of an index. Throws for an index that the table has not. */
  beginning(index: string | undefined): Buffer {
    return itemsBeginning(this.id, index === undefined ? 0 : this.#numberOf(index))
  }

  itemKey(key: ItemKey | Item): Buffer {
    return this.keyOfItem(this.#restOfItemKey(key))
  }

  /** From what an entry of an index holds. */
  keyOfItem(rest: Buffer): Buffer {
    return Buffer.concat([this.beginning(undefined), rest])
  }

  /** Of one index, and what it holds; undefined where the item lacks one of the index's keys, which is then skipped. */
  indexEntry(index: string, item: Item | ItemKey): { readonly key: Buffer; readonly itemKey: Buffer } | undefined {
    const definition = this.definition.indexes.find(({ name }) => name === index)
    const place = definition && placeOf(definition, item)
    if (place === undefined) return undefined
    const itemKey = this.#restOfItemKey(item)
    return { key: Buffer.concat([this.beginning(index), place, itemKey]), itemKey }
  }

  #numberOf(index: string): number {
    const number = this.numbers[index]
    if (number === undefined) throw new TypeError(`Expected an index of table ${this.definition.table}, got ${index}`)
    return number
  }

  #restOfItemKey(key: ItemKey | Item): Buffer {
    const place = placeOf(this.definition, key)
    if (place === undefined) throw new TypeError(`Expected a key of table ${this.definition.table}`)
    return place
  }
}

const inOrder = ({ indexes }: TableDefinition): Readonly<Record<string, number>> =>
  Object.fromEntries(indexes.map(({ name }, i) => [name, i + 1]))

/** What all keys of one partition begin with, after the table's own beginning. */
export function partitionBeginning(partition: ScalarValue): Buffer {
  const bytes = encodeKeyValue(partition)
  return Buffer.concat([hashOf(bytes), bytes])
}

function placeOf({ partition, sort }: KeySchema, item: Item | ItemKey): Buffer | undefined {
  const first = keyValueOf(partition, item)
  const second = sort && keyValueOf(sort, item)
  if (first === undefined || (sort !== undefined && second === undefined)) return undefined
  const beginning = partitionBeginning(first)
  return second === undefined ? beginning : Buffer.concat([beginning, encodeKeyValue(second)])
}

// An index that is made over items that are there already may meet values that are no key of it.
const keyValueOf = (attribute: KeyAttribute, item: Item | ItemKey): ScalarValue | undefined => {
  const value = item[attribute.name]
  return valueProblem(attribute, value) === undefined ? (value as ScalarValue | undefined) : undefined
}
