/**
 * Blind changes: made without looking, so that they merge with everybody's. An increment, elements into or out of a set,
 * values at the end of a list.
 *
 * @module
 */
import { invalidArgument } from '../arguments.ts'
import { type AttributeSet, isNumber, isSet, type ScalarValue, scalarKey, setHas } from '../data/attribute-value.ts'
import { type DocumentPath, overlap, pathKey, printPath, valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { addNumbers, compareNumbers, negate, type StoredNumber } from '../data/number.ts'
import { apply } from '../expression/apply.ts'
import { absent, any, type Condition, compareTo, exists } from '../expression/condition.ts'
import { addToSet, append, changesElements, increment, removeFromSet, type UpdateAction } from '../expression/update.ts'

/** What a number must not leave by an increment. */
export interface Bounds {
  /** The smallest value allowed after the increment. */
  readonly min?: number | bigint | undefined
  /** The largest value allowed after the increment. */
  readonly max?: number | bigint | undefined
}

/** One action on one path, with what it asks of the value before. */
export interface BlindChange {
  readonly action: UpdateAction
  readonly atLeast?: StoredNumber | undefined
  readonly atMost?: StoredNumber | undefined
}

export const blindIncrement = (path: DocumentPath, by: StoredNumber, bounds: Bounds): BlindChange => ({
  action: increment(path, by),
  atLeast: bounds.min === undefined ? undefined : addNumbers(bounds.min, negate(by)),
  atMost: bounds.max === undefined ? undefined : addNumbers(bounds.max, negate(by)),
})

/** The same changes with one for each path, since an update may name a path only once. Throws where two cannot be joined. */
export const joinBlind = (changes: readonly BlindChange[], model: string): readonly BlindChange[] =>
  changes.reduce<readonly BlindChange[]>((joined, next) => withBlind(joined, next, model), [])

function withBlind(changes: readonly BlindChange[], next: BlindChange, model: string): readonly BlindChange[] {
  const clash = changes.find(({ action }) => overlap(action.path, next.action.path))
  if (!clash) return [...changes, next]
  const joined = pathKey(clash.action.path) === pathKey(next.action.path) ? join(clash, next) : undefined
  if (!joined) {
    throw invalidArgument(
      printPath(next.action.path),
      `${model}: blind changes of ${printPath(clash.action.path)} (${clash.action.kind}) and ${printPath(next.action.path)} ` +
        `(${next.action.kind}) cannot be sent together; use work.change for one of them.`,
    )
  }
  return changes.map((each) => (each === clash ? joined : each))
}

function join(first: BlindChange, second: BlindChange): BlindChange | undefined {
  const a = first.action
  const b = second.action
  if (a.kind === 'increment' && b.kind === 'increment') {
    // The second's bounds speak of the value after the first.
    const shifted = (bound: StoredNumber | undefined) =>
      bound === undefined ? undefined : addNumbers(bound, negate(a.by))
    return {
      action: increment(a.path, addNumbers(a.by, b.by)),
      atLeast: furthest(first.atLeast, shifted(second.atLeast), 1),
      atMost: furthest(first.atMost, shifted(second.atMost), -1),
    }
  }
  if (a.kind === 'append' && b.kind === 'append') return { action: append(a.path, [...a.values, ...b.values]) }
  if (a.kind === 'add-to-set' && b.kind === 'add-to-set')
    return { action: addToSet(a.path, union(a.elements, b.elements)) }
  if (a.kind === 'remove-from-set' && b.kind === 'remove-from-set') {
    return { action: removeFromSet(a.path, union(a.elements, b.elements)) }
  }
  return undefined
}

const furthest = (a: StoredNumber | undefined, b: StoredNumber | undefined, sign: 1 | -1): StoredNumber | undefined =>
  a === undefined || b === undefined ? (a ?? b) : compareNumbers(a, b) * sign >= 0 ? a : b

export const union = (a: AttributeSet, b: AttributeSet): AttributeSet =>
  new Set(new Map([...a, ...b].map((each): [string, ScalarValue] => [scalarKey(each), each])).values())

/** The item after these changes, one after the other. Throws `InapplicableUpdate` where one does not fit. */
export const applyBlind = (changes: readonly BlindChange[], item: Item): Item =>
  changes.reduce((state, { action }) => apply([action], state), item)

/** The elements of which a set in this item is already as the change asks; none of what is no change of a set. */
export function idleElements({ action }: BlindChange, item: Item): readonly ScalarValue[] {
  if (!changesElements(action)) return []
  const value = valueAt(item, action.path)
  const isThere = (element: ScalarValue) => isSet(value) && setHas(value, element)
  return [...action.elements].filter((element) => isThere(element) === (action.kind === 'add-to-set'))
}

/** What must hold of the stored record for these changes to be made. */
export function blindConditions(changes: readonly BlindChange[]): Condition[] {
  return changes.flatMap(({ action, atLeast, atMost }) => [
    ...(action.path.length > 1 ? [exists(action.path.slice(0, -1))] : []),
    ...(atLeast === undefined ? [] : [bounded(action.path, '>=', atLeast)]),
    ...(atMost === undefined ? [] : [bounded(action.path, '<=', atMost)]),
  ])
}

/** An absent number counts as zero. */
function bounded(path: DocumentPath, operator: '>=' | '<=', bound: StoredNumber): Condition {
  const condition = compareTo(path, operator, bound)
  const order = compareNumbers(0, bound)
  return (operator === '>=' ? order >= 0 : order <= 0) ? any([absent(path), condition]) : condition
}

/** The first change that the item's values do not allow, of those that can be told. */
export const outOfBounds = (changes: readonly BlindChange[], item: Item): BlindChange | undefined =>
  changes.find(({ action, atLeast, atMost }) => {
    const present = valueAt(item, action.path) ?? 0
    if (!isNumber(present)) return false
    return (
      (atLeast !== undefined && compareNumbers(present, atLeast) < 0) ||
      (atMost !== undefined && compareNumbers(present, atMost) > 0)
    )
  })
