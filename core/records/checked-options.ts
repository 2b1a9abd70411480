/**
 * What queries and scans say, checked against the model: which index, how many, and under which condition.
 *
 * @module
 */
import { unexpected } from '../arguments.ts'
import { printPath } from '../data/document-path.ts'
import { engineError } from '../errors.ts'
import { type Condition, pathsIn } from '../expression/condition.ts'
import { conditionWeight } from '../expression/weight.ts'
import type { KeyPart } from '../model/key-part.ts'
import type { AnyModel } from '../model/model.ts'
import type { ModelIndex } from '../model/model-index.ts'
import type { StoreLimits } from '../store/limits.ts'
import { conditionOf, type Filter } from './operators.ts'

/** Undefined for the table itself. */
export function indexOf(model: AnyModel, name: unknown): ModelIndex | undefined {
  if (name === undefined) return undefined
  const { indexes } = model.definition
  const index = indexes.find((each) => each.name === name)
  if (index) return index
  const known = indexes.map((each) => each.name).join(', ')
  throw unexpected('index', known === '' ? `absent, as ${model.name} has no indexes` : `one of ${known}`, name)
}

/** Undefined where there is none. Fields of the queried key are refused: DynamoDB takes them in the key only. */
export function filterOf(model: AnyModel, keyParts: readonly KeyPart[], filter: unknown): Condition | undefined {
  if (filter === undefined) return undefined
  const condition = conditionOf(model, filter as Filter<never>)
  for (const path of pathsIn(condition)) {
    const field = String(path[0])
    if (keyParts.some(({ attribute }) => attribute === field)) {
      throw unexpected('filter', `about fields outside of the key; ${field} goes into key`, printPath(path))
    }
  }
  return condition
}

/** The index's entries must hold what the filter asks for. */
export function assertHeld({ name, holds }: ModelIndex, condition: Condition): void {
  const stray = holds && pathsIn(condition).find(([field]) => !holds.includes(String(field)))
  if (stray) throw unexpected('filter', `about fields that ${name} holds: ${holds.join(', ')}`, printPath(stray))
}

/** Throws TOO_LARGE for a filter that one request cannot carry. */
export function assertFits(model: AnyModel, filter: Condition, limits: StoreLimits): void {
  const { bytes, operators } = conditionWeight(filter)
  // What reads add by themselves fits into what is left.
  const [maximum, actual, limit] =
    operators > limits.operators - 10
      ? [limits.operators - 10, operators, 'operators in a filter']
      : [limits.expressionBytes - 100, bytes, 'bytes in a filter']
  if (actual <= maximum) return
  throw engineError('TOO_LARGE', `${model.name}: at most ${maximum} ${limit}, got ${actual}. Nothing was sent.`, {
    limit,
    maximum,
    actual,
    model: model.name,
  })
}

export function assertCount(argument: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined) return
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return
  const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `from ${least} to ${most}`
  throw unexpected(argument, `a whole number, ${range}`, value)
}
