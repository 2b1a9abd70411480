/**
 * Whether keys, and items that carry them, fit a table: names, types and sizes of its own keys and of its indexes'.
 *
 * @module
 */
import { type AttributeValue, isNumber, typeOf } from '../data/attribute-value.ts'
import { type Item, type ItemKey, valueSize } from '../data/item.ts'
import { numberProblem } from '../data/number.ts'
import { engineError } from '../errors.ts'
import type { KeyAttribute, KeySchema, TableDefinition } from './table-definition.ts'

const MAX_PARTITION_BYTES = 2048
export const MAX_SORT_BYTES = 1024
const loneSurrogate = /\p{Surrogate}/u

/** The partition's first. */
export const keyAttributes = ({ partition, sort }: KeySchema): readonly KeyAttribute[] =>
  sort ? [partition, sort] : [partition]

/** The names of a key's attributes, the partition's first. */
export const keyNames = ({ partition, sort }: KeySchema): readonly string[] =>
  sort === undefined ? [partition.name] : [partition.name, sort.name]

/** What is wrong with a key of this schema, if anything. */
export function keyProblem(schema: KeySchema, key: ItemKey): string | undefined {
  const names = keyNames(schema)
  const given = Object.keys(key)
  if (given.length !== names.length || !names.every((name) => Object.hasOwn(key, name))) {
    return `Expected the key to have ${names.join(' and ')}, got ${given.join(', ')}`
  }
  return valuesProblem(schema, key)
}

/** What keeps an item from the table's indexes, if anything. Lacking an index's key is no fault: the index skips it. */
export function indexProblem({ indexes }: TableDefinition, item: Item): string | undefined {
  for (const index of indexes) {
    const problem = valuesProblem(index, item)
    if (problem) return `${problem} (index ${index.name})`
  }
  return undefined
}

/** The key schema that a first key implies: partition key first, then the sort key. */
export function impliedSchema(key: ItemKey): KeySchema {
  const [partition, sort] = Object.keys(key).map((name) => ({ name, type: typeOf(key[name]!) }) as KeyAttribute)
  if (partition === undefined) throw new TypeError('Expected a key with at least one attribute')
  return sort === undefined ? { partition } : { partition, sort }
}

/** Whether two keys have the same attributes of the same types. */
export const sameKeys = (a: KeySchema, b: KeySchema): boolean =>
  sameAttribute(a.partition, b.partition) && sameAttribute(a.sort, b.sort)

const sameAttribute = (a: KeyAttribute | undefined, b: KeyAttribute | undefined): boolean =>
  a?.name === b?.name && a?.type === b?.type

/** `id (S), at (N)` */
export const printKeys = (schema: KeySchema): string =>
  keyAttributes(schema)
    .map(({ name, type }) => `${name} (${type})`)
    .join(', ')

/** Throws `REJECTED`, in the words of all stores, for a table that is there with other keys than those that are wanted. */
export function assertSameKeys(found: TableDefinition, wanted: TableDefinition): void {
  if (sameKeys(found, wanted)) return
  const reason = `Table ${wanted.table} exists with other keys: it has ${printKeys(found)}, wanted is ${printKeys(wanted)}`
  throw engineError('REJECTED', `${reason}. Change the model's key, or delete or rename the table.`, { reason })
}

/** What keeps these values from being keys of the schema, if anything. Those that are absent are no fault. */
export function valuesProblem({ partition, sort }: KeySchema, item: Item | ItemKey): string | undefined {
  return (
    valueProblem(partition, item[partition.name], MAX_PARTITION_BYTES) ??
    (sort && valueProblem(sort, item[sort.name], MAX_SORT_BYTES))
  )
}

export function valueProblem(
  { name, type }: KeyAttribute,
  value: AttributeValue | undefined,
  maximum = MAX_PARTITION_BYTES,
): string | undefined {
  if (value === undefined) return undefined
  if (typeOf(value) !== type) return `Expected key ${name} to be of type ${type}, got ${typeOf(value)}`
  if (typeof value === 'string' && loneSurrogate.test(value))
    return `Expected key ${name} to be well-formed Unicode text`
  const problem = isNumber(value) ? numberProblem(value) : undefined
  if (problem) return `Expected key ${name} to be ${problem}`
  const size = valueSize(value)
  if (size === 0) return `Expected key ${name} not to be empty`
  return size > maximum ? `Expected key ${name} to have at most ${maximum} bytes, got ${size}` : undefined
}
