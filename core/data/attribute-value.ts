/**
 * What an attribute of a stored item may hold, and when two values are equal, as DynamoDB sees it.
 *
 * Values are plain JavaScript, never the wire's tagged form, and immutable by convention: whatever enters the engine has
 * gone through `toAttribute`, which copies and freezes.
 *
 * @module
 */
import { compareNumbers, Decimal, numberKey, type StoredNumber } from './number.ts'

/** Text, a number of any size, or bytes: what may be a key, an element of a set, and be compared in order. */
export type ScalarValue = string | StoredNumber | Uint8Array
/** A set of scalars of one type. There is no empty one in DynamoDB. */
export type AttributeSet = ReadonlySet<ScalarValue>
/** Values by name. */
export interface AttributeMap {
  readonly [name: string]: AttributeValue
}
/** Values in order. */
export type AttributeList = readonly AttributeValue[]
/** A value as DynamoDB has it, at any depth. */
export type AttributeValue = ScalarValue | boolean | null | AttributeSet | AttributeList | AttributeMap

/** DynamoDB's type tags. */
export type AttributeType = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'L' | 'M' | 'SS' | 'NS' | 'BS'

export const isNumber = (value: unknown): value is StoredNumber =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Decimal

export const isMap = (value: AttributeValue | undefined): value is AttributeMap =>
  value !== undefined && typeOf(value) === 'M'

export const isList = (value: AttributeValue | undefined): value is AttributeList => Array.isArray(value)

export const isSet = (value: AttributeValue | undefined): value is AttributeSet => value instanceof Set

export const isScalar = (value: AttributeValue | undefined): value is ScalarValue =>
  typeof value === 'string' || isNumber(value) || value instanceof Uint8Array

/** The type tag of a value. An empty set has no type in DynamoDB and cannot be stored; it is reported as `SS`. */
export function typeOf(value: AttributeValue): AttributeType {
  if (typeof value === 'string') return 'S'
  if (isNumber(value)) return 'N'
  if (typeof value === 'boolean') return 'BOOL'
  if (value === null) return 'NULL'
  if (value instanceof Uint8Array) return 'B'
  if (value instanceof Set) {
    const [first] = value
    return isNumber(first) ? 'NS' : first instanceof Uint8Array ? 'BS' : 'SS'
  }
  return Array.isArray(value) ? 'L' : 'M'
}

/** A text that is the same for equal scalars and different for all others: the identity of a set's element. */
export function scalarKey(value: ScalarValue): string {
  if (typeof value === 'string') return `S${value}`
  if (value instanceof Uint8Array) return `B${value.join(',')}`
  return `N${numberKey(value)}`
}

export function setHas(set: AttributeSet, element: ScalarValue): boolean {
  if (typeof element === 'string') return set.has(element)
  const key = scalarKey(element)
  for (const each of set) if (scalarKey(each) === key) return true
  return false
}

/** Deep equality: numbers by value whatever type holds them, sets without order, maps without order, lists in order. */
export function equal(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a === null || b === null) return false
  if (isNumber(a)) return isNumber(b) && compareNumbers(a, b) === 0
  if (typeof a !== 'object' || typeof b !== 'object' || isNumber(b)) return false
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0
  if (b instanceof Uint8Array) return false
  if (isSet(a)) return isSet(b) && equalSets(a, b)
  if (isSet(b)) return false
  if (isList(a)) return isList(b) && a.length === b.length && a.every((each, i) => equal(each, b[i]))
  if (isList(b)) return false
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]))
  )
}

function equalSets(a: AttributeSet, b: AttributeSet): boolean {
  if (a.size !== b.size) return false
  const keys = new Set([...b].map(scalarKey))
  return [...a].every((element) => keys.has(scalarKey(element)))
}

/** Order of two scalars of one type, as sort keys have it; undefined for values that have no common order. */
export function compare(a: AttributeValue, b: AttributeValue): number | undefined {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b)
  return undefined
}

/** By UTF-8 bytes, which is by code point. JavaScript's `<` compares UTF-16 units and differs above U+FFFF. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) {
      return rank(a.charCodeAt(i)) - rank(b.charCodeAt(i))
    }
  }
  return a.length - b.length
}

/** Surrogates stand for code points above U+FFFF, so they rank behind every other unit. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
