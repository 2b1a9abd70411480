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
import { addNumbers } from '../data/number.ts'
import type { Update, UpdateAction } from './update.ts'

/** An update that does not fit the item it meets: DynamoDB's ValidationException, not a failed condition. */
export class InapplicableUpdate extends Error {
  override readonly name = 'InapplicableUpdate'
}

/** The item after the update. Throws `InapplicableUpdate` where a parent is missing or a value has the wrong type. */
export function apply(update: Update, item: Item): Item {
  // Every action reads the item as it was; removals of list elements come last and from the end, so that no index moves.
  const results = update.map((action) => ({ action, value: result(action, valueAt(item, action.path)) }))
  const removals = results.filter(({ value }) => value === undefined)
  const settings = results.filter(({ value }) => value !== undefined)
  let next: AttributeValue = item
  for (const { action, value } of settings) next = put(next, action.path, value, action.path)
  for (const { action } of removals.sort((a, b) => lastIndex(b.action.path) - lastIndex(a.action.path))) {
    next = put(next, action.path, undefined, action.path)
  }
  return next as Item
}

const lastIndex = (path: DocumentPath): number => {
  const last = path.at(-1)
  return typeof last === 'number' ? last : -1
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
      return addNumbers(present, action.by)
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
