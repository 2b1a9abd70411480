/**
 * Decides the parts of a condition that hold, or fail, whatever the item: DynamoDB has no constants and refuses
 * comparisons that the core's `evaluate.ts` answers with false, such as `<` with a list or an upside-down range.
 *
 * @module
 */
import { type AttributeValue, compare, isSet } from '../../core/data/attribute-value.ts'
import { all, any, type Condition, not } from '../../core/expression/condition.ts'

/** The same condition without its constant parts; true or false where nothing else is left. */
export function foldCondition(condition: Condition): Condition | boolean {
  switch (condition.kind) {
    case 'compare': {
      const { operator, value } = condition
      if (operator === '=' || operator === '<>') return isEmptySet(value) ? operator === '<>' : condition
      return compare(value, value) === undefined ? false : condition
    }
    case 'between': {
      const order = compare(condition.low, condition.high)
      return order === undefined || order > 0 ? false : condition
    }
    case 'in': {
      const values = condition.values.filter((value) => !isEmptySet(value))
      return values.length > 0 && { ...condition, values }
    }
    case 'all': {
      const parts = condition.conditions.map(foldCondition)
      if (parts.includes(false)) return false
      const left = parts.filter((part) => typeof part !== 'boolean')
      return left.length === 0 || all(left)
    }
    case 'any': {
      const parts = condition.conditions.map(foldCondition)
      if (parts.includes(true)) return true
      const left = parts.filter((part) => typeof part !== 'boolean')
      return left.length > 0 && any(left)
    }
    case 'not': {
      const inner = foldCondition(condition.condition)
      return typeof inner === 'boolean' ? !inner : not(inner)
    }
    default:
      return condition
  }
}

/** No item holds one: an empty set is absence. */
const isEmptySet = (value: AttributeValue): boolean => isSet(value) && value.size === 0
