/**
 * Condition → condition or filter expression. Same order of cases as the core's `evaluate.ts`.
 *
 * @module
 */
import type { AttributeValue } from '../../core/data/attribute-value.ts'
import type { DocumentPath } from '../../core/data/document-path.ts'
import { absent, all, any, type Condition, exists } from '../../core/expression/condition.ts'
import type { ExpressionAttributes } from './expression-attributes.ts'
import { foldCondition } from './fold-condition.ts'

/** Operands that IN takes. */
const MAX_OPERANDS = 100

// DynamoDB has no literals for true and false. Any attribute is either there or not, also of an item that is not there.
const always = any([exists(['_']), absent(['_'])])
const never = all([exists(['_']), absent(['_'])])

/** The expression's text; undefined where the condition is always true and no expression is needed. */
export function renderCondition(condition: Condition, attributes: ExpressionAttributes): string | undefined {
  const folded = foldCondition(condition)
  if (folded === true) return undefined
  return render(folded === false ? never : folded, attributes)
}

/** For a request that must have an expression. */
export const renderRequiredCondition = (condition: Condition, attributes: ExpressionAttributes): string =>
  renderCondition(condition, attributes) ?? render(always, attributes)

function render(condition: Condition, attributes: ExpressionAttributes): string {
  switch (condition.kind) {
    case 'exists':
      return `attribute_exists(${attributes.path(condition.path)})`
    case 'absent':
      return `attribute_not_exists(${attributes.path(condition.path)})`
    case 'compare':
      return `${attributes.path(condition.path)} ${condition.operator} ${attributes.value(condition.value)}`
    case 'between': {
      const { path, low, high } = condition
      return `${attributes.path(path)} BETWEEN ${attributes.value(low)} AND ${attributes.value(high)}`
    }
    case 'in':
      return renderIn(condition.path, condition.values, attributes)
    case 'begins-with':
      return `begins_with(${attributes.path(condition.path)}, ${attributes.value(condition.prefix)})`
    case 'contains':
      return `contains(${attributes.path(condition.path)}, ${attributes.value(condition.element)})`
    case 'has-type':
      return `attribute_type(${attributes.path(condition.path)}, ${attributes.value(condition.type)})`
    case 'size':
      return `size(${attributes.path(condition.path)}) ${condition.operator} ${attributes.value(condition.size)}`
    case 'all':
      return condition.conditions.map((each) => operand(each, attributes)).join(' AND ')
    case 'any':
      return condition.conditions.map((each) => operand(each, attributes)).join(' OR ')
    case 'not':
      return `NOT ${operand(condition.condition, attributes)}`
    default:
      return condition satisfies never
  }
}

/** In parentheses wherever precedence might matter. */
function operand(condition: Condition, attributes: ExpressionAttributes): string {
  const text = render(condition, attributes)
  return isCompound(condition) ? `(${text})` : text
}

const isCompound = (condition: Condition): boolean =>
  condition.kind === 'all' ||
  condition.kind === 'any' ||
  condition.kind === 'not' ||
  condition.kind === 'between' ||
  (condition.kind === 'in' && condition.values.length > MAX_OPERANDS)

function renderIn(path: DocumentPath, values: readonly AttributeValue[], attributes: ExpressionAttributes): string {
  const lists: string[] = []
  for (let i = 0; i < values.length; i += MAX_OPERANDS) {
    const operands = values.slice(i, i + MAX_OPERANDS).map((each) => attributes.value(each))
    lists.push(`${attributes.path(path)} IN (${operands.join(', ')})`)
  }
  return lists.join(' OR ')
}
