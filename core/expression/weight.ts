/**
 * How large an expression gets when it is rendered: an upper bound on its text and a count of its operators, so that the
 * engine can choose a coarser guard before anything is sent. `render-condition.ts` and `render-update.ts` of the DynamoDB
 * adapter must stay below it.
 *
 * @module
 */
import type { DocumentPath } from '../data/document-path.ts'
import type { Condition } from './condition.ts'
import type { Update, UpdateAction } from './update.ts'

interface Weight {
  readonly bytes: number
  readonly operators: number
}

const sum = (weights: readonly Weight[], glue: number): Weight => ({
  bytes: weights.reduce((total, { bytes }) => total + bytes + glue, 0),
  operators: weights.reduce((total, { operators }) => total + operators, 0),
})

/** A placeholder is `#` or `:` and at most three characters. */
const VALUE = 4
const pathBytes = (path: DocumentPath): number =>
  path.reduce<number>((bytes, step) => bytes + (typeof step === 'number' ? String(step).length + 2 : VALUE + 1), 0)

export function conditionWeight(condition: Condition): Weight {
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const { bytes, operators } = sum(condition.conditions.map(conditionWeight), 5)
      return { bytes: bytes + 2, operators: operators + Math.max(0, condition.conditions.length - 1) }
    }
    case 'not': {
      const { bytes, operators } = conditionWeight(condition.condition)
      return { bytes: bytes + 6, operators: operators + 1 }
    }
    case 'in':
      return {
        bytes: pathBytes(condition.path) + 6 + condition.values.length * (VALUE + 2),
        operators: 1 + condition.values.length,
      }
    case 'between':
      return { bytes: pathBytes(condition.path) + 14 + 2 * VALUE, operators: 2 }
    default:
      // The longest name of a function is `attribute_not_exists`.
      return { bytes: pathBytes(condition.path) + 26 + VALUE, operators: condition.kind === 'size' ? 2 : 1 }
  }
}

export function updateWeight(update: Update): Weight {
  const { bytes, operators } = sum(update.map(actionWeight), 2)
  return { bytes: bytes + 4 * ' REMOVE '.length, operators }
}

function actionWeight(action: UpdateAction): Weight {
  const path = pathBytes(action.path)
  switch (action.kind) {
    case 'append':
    case 'increment':
      return { bytes: 2 * path + 40 + 2 * VALUE, operators: 3 }
    default:
      return { bytes: path + 3 + VALUE, operators: 1 }
  }
}
