/**
 * A stored item and its key, and the bytes DynamoDB bills and limits them by.
 *
 * @module
 */
import {
  type AttributeList,
  type AttributeMap,
  type AttributeValue,
  isNumber,
  type ScalarValue,
  scalarKey,
} from './attribute-value.ts'
import { numberSize } from './number.ts'

/** What is stored under a key: its attributes, those of the key among them. */
export type Item = AttributeMap

/** The key attributes of one item by name: the partition key first, then the sort key if the table has one. */
export interface ItemKey {
  readonly [attribute: string]: ScalarValue
}

/** Which item of which table. */
export interface ItemAddress {
  readonly table: string
  readonly key: ItemKey
}

/** One text per item, equal for equal addresses, whatever type holds a number in the key. */
export function addressKey({ table, key }: ItemAddress): string {
  const names = Object.keys(key)
  if (names.length > 1) names.sort()
  // Each part tells its length, so that no two addresses have the same parts side by side.
  let text = `${table.length} ${table}`
  for (const name of names) {
    const value = scalarKey(key[name]!)
    text += ` ${name.length} ${name} ${value.length} ${value}`
  }
  return text
}

/** For people: numbers of any size and binary values too, which JSON alone refuses or mangles. */
export const printKey = (key: ItemKey): string =>
  JSON.stringify(key, (_, value) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
    return typeof value !== 'number' && isNumber(value) ? String(value) : value
  })

/** The part of an item that these attributes make up. */
export const keyOf = (item: Item, attributes: readonly string[]): ItemKey =>
  Object.fromEntries(attributes.map((name) => [name, item[name] as ScalarValue]))

export const utf8Size = (text: string): number => Buffer.byteLength(text)

/**
 * Bytes of one value by DynamoDB's item size rule: text as UTF-8, two digits a byte, three bytes for a list or map and
 * one for each member.
 */
export function valueSize(value: AttributeValue): number {
  if (typeof value === 'string') return utf8Size(value)
  if (isNumber(value)) return numberSize(value)
  if (typeof value === 'boolean' || value === null) return 1
  if (value instanceof Uint8Array) return value.length
  let size = 0
  if (value instanceof Set) {
    for (const element of value) size += valueSize(element as AttributeValue)
    return size
  }
  if (Array.isArray(value)) {
    for (const element of value as readonly AttributeValue[]) size += 1 + valueSize(element)
    return size + 3
  }
  const map = value as AttributeMap
  for (const name of Object.keys(map)) size += 1 + utf8Size(name) + valueSize(map[name]!)
  return size + 3
}

/** Of what cannot change, and is asked for again and again on an item's way through a unit of work. */
const known = new WeakMap<object, number>()

function remembered<Value extends object>(value: Value, sizeOf: (value: Value) => number): number {
  let size = known.get(value)
  if (size === undefined) {
    size = sizeOf(value)
    if (Object.isFrozen(value)) known.set(value, size)
  }
  return size
}

/** Bytes of a whole item: names and values of its attributes. */
export const itemSize = (item: Item): number => remembered(item, sizeOfItem)

/** Bytes of one list, remembered where it is frozen. */
export const listSize = (list: AttributeList): number => remembered(list, valueSize)

function sizeOfItem(item: Item): number {
  let size = 0
  for (const name of Object.keys(item)) size += utf8Size(name) + valueSize(item[name]!)
  return size
}
