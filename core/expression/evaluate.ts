/**
 * Condition × Item → boolean: the reference meaning that every adapter agrees with.
 * Same order of cases as the DynamoDB adapter's `render-condition.ts`.
 *
 * @module
 */
import {
  type AttributeMap,
  type AttributeValue,
  compare,
  equal,
  isList,
  isMap,
  isSet,
  type ScalarValue,
  setHas,
  typeOf,
} from '../data/attribute-value.ts'
import { valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import type { Comparator, Condition } from './condition.ts'

/** Whether the condition holds of the item; `undefined` is the item that does not exist, which has no attributes. */
export function evaluate(condition: Condition, item: Item | undefined): boolean {
  switch (condition.kind) {
    case 'exists':
      return valueAt(item, condition.path) !== undefined
    case 'absent':
      return valueAt(item, condition.path) === undefined
    case 'compare':
      return compared(valueAt(item, condition.path), condition.operator, condition.value)
    case 'between': {
      const value = valueAt(item, condition.path)
      return compared(value, '>=', condition.low) && compared(value, '<=', condition.high)
    }
    case 'in': {
      const value = valueAt(item, condition.path)
      return condition.values.some((each) => compared(value, '=', each))
    }
    case 'begins-with':
      return begins(valueAt(item, condition.path), condition.prefix)
    case 'contains':
      return holds(valueAt(item, condition.path), condition.element)
    case 'has-type': {
      const value = valueAt(item, condition.path)
      return value !== undefined && typeOf(value) === condition.type
    }
    case 'size':
      return compared(sizeOf(valueAt(item, condition.path)), condition.operator, condition.size)
    case 'all':
      return condition.conditions.every((each) => evaluate(each, item))
    case 'any':
      return condition.conditions.some((each) => evaluate(each, item))
    case 'not':
      return !evaluate(condition.condition, item)
    default:
      return condition satisfies never
  }
}

/** An absent value satisfies only `<>`; values of different types are unequal and have no order. */
function compared(value: AttributeValue | undefined, operator: Comparator, other: AttributeValue): boolean {
  if (operator === '=') return equal(value, other)
  if (operator === '<>') return !equal(value, other)
  const order = value === undefined ? undefined : compare(value, other)
  if (order === undefined) return false
  switch (operator) {
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    default:
      return operator satisfies never
  }
}

function begins(value: AttributeValue | undefined, prefix: string | Uint8Array): boolean {
  if (typeof value === 'string' && typeof prefix === 'string') return value.startsWith(prefix)
  if (value instanceof Uint8Array && prefix instanceof Uint8Array) return prefix.every((byte, i) => value[i] === byte)
  return false
}

function holds(value: AttributeValue | undefined, element: ScalarValue): boolean {
  if (typeof value === 'string') return typeof element === 'string' && value.includes(element)
  if (value instanceof Uint8Array) return element instanceof Uint8Array && hasPart(value, element)
  if (isSet(value)) return setHas(value, element)
  return isList(value) && value.some((each) => equal(each, element))
}

/** Whether the bytes of `part` stand somewhere in `whole` one after the other. */
function hasPart(whole: Uint8Array, part: Uint8Array): boolean {
  for (let start = 0; start + part.length <= whole.length; start++) {
    if (part.every((byte, i) => whole[start + i] === byte)) return true
  }
  return false
}

/** Absent for what has no size, so that only `<>` holds of it. */
function sizeOf(value: AttributeValue | undefined): number | undefined {
  if (typeof value === 'string' || value instanceof Uint8Array) return value.length
  if (isSet(value)) return value.size
  if (isList(value)) return value.length
  return isMap(value) ? Object.keys(value as AttributeMap).length : undefined
}
