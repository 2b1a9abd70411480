/**
 * Update × Item → Item: the reference meaning that every adapter agrees with.
 * Same order of cases as the DynamoDB adapter's `render-update.ts`.
 *
 * @module
 */
import {
  type AttributeMap,
  type AttributeValue,
  isList,
  isMap,
  isNumber,
  isSet,
  type ScalarValue,
  scalarKey,
  typeOf,
} from '../data/attribute-value.ts'
import { type DocumentPath, printPath, valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { addNumbers, numberProblem, numberText, type StoredNumber } from '../data/number.ts'
import { isIdle, type Update, type UpdateAction } from './update.ts'

/** An update that does not fit the item it meets: DynamoDB's ValidationException, not a failed condition. */
export class InapplicableUpdate extends Error {
  override readonly name = 'InapplicableUpdate'
}

/**
 * The item after the update. Throws `InapplicableUpdate` where a parent is missing, a value has the wrong type or a sum
 * cannot be stored.
 */
export function apply(update: Update, item: Item): Item {
  const results = update
    .filter((action) => !isIdle(action))
    .map((action) => {
      const present = valueAt(item, action.path)
      return { path: action.path, present, value: result(action, present) }
    })
  const inOrder = results.sort((a, b) => comparePaths(a.path, b.path))
  let next: AttributeValue = item
  // Ascending, since several indexes past a list's end append in their order.
  for (const { path, value } of inOrder) if (value !== undefined) next = put(next, path, value, path)
  // Descending, so that no removal of an element moves what a later one names.
  for (const { path, present, value } of inOrder.reverse()) {
    if (value !== undefined) continue
    // What was absent stays so, even where an append has put something at its index meanwhile.
    if (present !== undefined) next = put(next, path, undefined, path)
    else requireParent(item, path)
  }
  return next as Item
}

/** Parents before children and indexes of one list by number; otherwise any fixed order. */
function comparePaths(a: DocumentPath, b: DocumentPath): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (x === y) continue
    if (typeof x === 'number' && typeof y === 'number') return x - y
    return String(x) < String(y) ? -1 : 1
  }
  return a.length - b.length
}

function requireParent(item: Item, path: DocumentPath): void {
  const parent = valueAt(item, path.slice(0, -1))
  const fits = typeof path.at(-1) === 'number' ? isList(parent) : isMap(parent)
  if (!fits) throw new InapplicableUpdate(`No parent for ${printPath(path)}`)
}

/** What the path holds afterwards; undefined for absent. */
function result(action: UpdateAction, present: AttributeValue | undefined): AttributeValue | undefined {
  switch (action.kind) {
    case 'set':
      return action.value
    case 'remove':
      return undefined
    case 'append':
      if (present === undefined) return Object.freeze([...action.values])
      if (!isList(present)) throw misfit(action.path, 'a list', present)
      return Object.freeze([...present, ...action.values])
    case 'increment':
      if (present === undefined) return action.by
      if (!isNumber(present)) throw misfit(action.path, 'a number', present)
      return sum(action.path, present, action.by)
    case 'add-to-set': {
      if (present === undefined) return new Set(action.elements)
      if (!isSet(present) || typeOf(present) !== typeOf(action.elements))
        throw misfit(action.path, 'a set of one type', present)
      return new Set(byKey([...present, ...action.elements]).values())
    }
    case 'remove-from-set': {
      if (present === undefined) return undefined
      if (!isSet(present) || typeOf(present) !== typeOf(action.elements))
        throw misfit(action.path, 'a set of one type', present)
      const gone = byKey([...action.elements])
      const left = [...present].filter((element) => !gone.has(scalarKey(element)))
      return left.length === 0 ? undefined : new Set(left)
    }
    default:
      return action satisfies never
  }
}

function sum(path: DocumentPath, present: StoredNumber, by: StoredNumber): StoredNumber {
  const total = addNumbers(present, by)
  const problem = numberProblem(total)
  if (problem) throw new InapplicableUpdate(`Expected ${problem} at ${printPath(path)}, got ${numberText(total)}`)
  return total
}

const byKey = (elements: readonly ScalarValue[]): Map<string, ScalarValue> =>
  new Map(elements.map((element) => [scalarKey(element), element]))

const misfit = (path: DocumentPath, expected: string, actual: AttributeValue): InapplicableUpdate =>
  new InapplicableUpdate(`Expected ${expected} at ${printPath(path)}, found ${typeOf(actual)}`)

/** A copy of `node` with the value at `path` replaced, or removed when undefined; shares all that is not on the path. */
function put(
  node: AttributeValue,
  path: DocumentPath,
  value: AttributeValue | undefined,
  whole: DocumentPath,
): AttributeValue {
  const [step, ...rest] = path
  if (typeof step === 'number') {
    if (!isList(node)) throw new InapplicableUpdate(`No list above ${printPath(whole)}`)
    const list = [...node]
    if (rest.length > 0) {
      if (list[step] === undefined) throw new InapplicableUpdate(`No parent for ${printPath(whole)}`)
      list[step] = put(list[step], rest, value, whole)
    } else if (value === undefined) list.splice(step, 1)
    // An index past the end appends.
    else list[Math.min(step, list.length)] = value
    return Object.freeze(list)
  }
  if (!isMap(node)) throw new InapplicableUpdate(`No map above ${printPath(whole)}`)
  const map: Record<string, AttributeValue> = { ...(node as AttributeMap) }
  const name = step as string
  if (rest.length > 0) {
    const child = Object.hasOwn(map, name) ? map[name] : undefined
    if (child === undefined) throw new InapplicableUpdate(`No parent for ${printPath(whole)}`)
    map[name] = put(child, rest, value, whole)
  } else if (value === undefined) delete map[name]
  else map[name] = value
  return Object.freeze(map)
}
