/**
 * Update → update expression. Same order of cases as the core's `apply.ts`.
 *
 * @module
 */
import { isIdle, type Update, type UpdateAction } from '../../core/expression/update.ts'
import type { ExpressionAttributes } from './expression-attributes.ts'

type Clause = 'SET' | 'REMOVE' | 'ADD' | 'DELETE'

/** The expression's text; undefined where the update does nothing. */
export function renderUpdate(update: Update, attributes: ExpressionAttributes): string | undefined {
  const clauses = new Map<Clause, string[]>()
  for (const action of update) {
    if (isIdle(action)) continue
    const [clause, text] = render(action, attributes)
    const texts = clauses.get(clause)
    if (texts) texts.push(text)
    else clauses.set(clause, [text])
  }
  if (clauses.size === 0) return undefined
  return [...clauses].map(([clause, texts]) => `${clause} ${texts.join(', ')}`).join(' ')
}

/** For a request that must have an expression. Removing what nobody has changes nothing. */
export const renderRequiredUpdate = (update: Update, attributes: ExpressionAttributes): string =>
  renderUpdate(update, attributes) ?? `REMOVE ${attributes.name('_nothing')}`

function render(action: UpdateAction, attributes: ExpressionAttributes): [Clause, string] {
  const path = attributes.path(action.path)
  switch (action.kind) {
    case 'set':
      return ['SET', `${path} = ${attributes.value(action.value)}`]
    case 'remove':
      return ['REMOVE', path]
    case 'append': {
      const [none, values] = [attributes.value([]), attributes.value(action.values)]
      return ['SET', `${path} = list_append(if_not_exists(${path}, ${none}), ${values})`]
    }
    case 'increment':
      // Not ADD, which DynamoDB documents for top-level attributes only.
      return ['SET', `${path} = if_not_exists(${path}, ${attributes.value(0)}) + ${attributes.value(action.by)}`]
    case 'add-to-set':
      return ['ADD', `${path} ${attributes.value(action.elements)}`]
    case 'remove-from-set':
      return ['DELETE', `${path} ${attributes.value(action.elements)}`]
    default:
      return action satisfies never
  }
}
