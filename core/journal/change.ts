/**
 * What one commit did to one place of a record, such that it can be done again and undone.
 *
 * Undoing is exact because recording is: an element that was already in the set is not recorded as added, a number that was
 * absent is recorded as fresh. Where the item was not known, the write asks that it was as recorded (`exactly`).
 *
 * @module
 */
import {
  type AttributeList,
  type AttributeSet,
  type AttributeValue,
  equal,
  isList,
  isNumber,
  isSet,
  type ScalarValue,
  setHas,
} from '../data/attribute-value.ts'
import { type DocumentPath, valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { negate, type StoredNumber } from '../data/number.ts'
import { apply } from '../expression/apply.ts'
import { absent, type Condition, contains, exists, not } from '../expression/condition.ts'
import { addToSet, append, increment, remove, removeFromSet, set, type UpdateAction } from '../expression/update.ts'

/** `fresh`: there was nothing at the path before. Paths of one commit's changes are disjoint. */
export type Change =
  | {
      readonly kind: 'set'
      readonly path: DocumentPath
      readonly value: AttributeValue | undefined
      readonly old: AttributeValue | undefined
    }
  | {
      readonly kind: 'append'
      readonly path: DocumentPath
      readonly values: readonly AttributeValue[]
      readonly fresh: boolean
    }
  | { readonly kind: 'increment'; readonly path: DocumentPath; readonly by: StoredNumber; readonly fresh: boolean }
  | { readonly kind: 'add'; readonly path: DocumentPath; readonly elements: AttributeSet }
  | { readonly kind: 'remove'; readonly path: DocumentPath; readonly elements: AttributeSet }

/**
 * The changes that these actions make to the item. What is replaced is taken from it; of an item that is not known, the usual
 * is supposed: elements added were not there, those removed were, numbers and lists were.
 */
export const recordChanges = (actions: readonly UpdateAction[], known: Item | undefined): readonly Change[] =>
  actions.flatMap((action) => recordChange(action, known) ?? [])

function recordChange(action: UpdateAction, known: Item | undefined): Change | undefined {
  const { path } = action
  const old = valueAt(known, path)
  switch (action.kind) {
    case 'set':
      return { kind: 'set', path, value: action.value, old }
    case 'remove':
      return old === undefined ? undefined : { kind: 'set', path, value: undefined, old }
    case 'append':
      return { kind: 'append', path, values: action.values, fresh: known !== undefined && old === undefined }
    case 'increment':
      return { kind: 'increment', path, by: action.by, fresh: known !== undefined && old === undefined }
    case 'add-to-set':
      return someElements('add', path, action.elements, (element) => !known || !has(old, element))
    case 'remove-from-set':
      return someElements('remove', path, action.elements, (element) => !known || has(old, element))
    default:
      return action satisfies never
  }
}

const has = (value: AttributeValue | undefined, element: ScalarValue): boolean => isSet(value) && setHas(value, element)

function someElements(
  kind: 'add' | 'remove',
  path: DocumentPath,
  elements: AttributeSet,
  matter: (element: ScalarValue) => boolean,
): Change | undefined {
  const own = [...elements].filter(matter)
  return own.length === 0 ? undefined : { kind, path, elements: new Set(own) }
}

/** What must be so of the stored item for `recordChanges` of these actions to tell exactly what they did. */
export const exactly = (actions: readonly UpdateAction[], known: Item | undefined): Condition[] =>
  actions.flatMap((action) => {
    const { path } = action
    const old = valueAt(known, path)
    switch (action.kind) {
      case 'append':
      case 'increment':
        return [known !== undefined && old === undefined ? absent(path) : exists(path)]
      case 'add-to-set':
      case 'remove-from-set': {
        const supposed = action.kind === 'remove-from-set'
        return [...action.elements].map((element) =>
          (known ? has(old, element) : supposed) ? contains(path, element) : not(contains(path, element)),
        )
      }
      default:
        // Guarded by what they replace.
        return []
    }
  })

/** The item after the changes. Throws `InapplicableUpdate` where it is not the one that they were made to. */
export const redo = (changes: readonly Change[], item: Item): Item => apply(changes.map(forward), item)

/** The item before the changes; where others have added to what a change made, with what they added. */
export const undo = (changes: readonly Change[], item: Item): Item =>
  apply(
    changes.map((change) => backward(change, item)),
    item,
  )

export function forward(change: Change): UpdateAction {
  switch (change.kind) {
    case 'set':
      return change.value === undefined ? remove(change.path) : set(change.path, change.value)
    case 'append':
      return append(change.path, change.values)
    case 'increment':
      return increment(change.path, change.by)
    case 'add':
      return addToSet(change.path, change.elements)
    case 'remove':
      return removeFromSet(change.path, change.elements)
    default:
      return change satisfies never
  }
}

function backward(change: Change, item: Item): UpdateAction {
  const { path } = change
  const present = valueAt(item, path)
  switch (change.kind) {
    case 'set':
      return change.old === undefined ? remove(path) : set(path, change.old)
    case 'append': {
      const kept = isList(present) ? present.slice(0, present.length - change.values.length) : []
      return change.fresh && kept.length === 0 ? remove(path) : set(path, kept)
    }
    case 'increment':
      return change.fresh && equal(present, change.by) ? remove(path) : increment(path, negate(change.by))
    case 'add':
      return removeFromSet(path, change.elements)
    case 'remove':
      return addToSet(path, change.elements)
    default:
      return change satisfies never
  }
}

/** What a stored change begins with; without any it sets a value where there was one. */
const FRESH = 0
const REMOVED = 1
const APPENDED = 2
const FRESH_LIST = 3
const INCREMENTED = 4
const FRESH_NUMBER = 5
const ADDED = 6
const TAKEN = 7

/**
 * As it is stored, shortly, since each later write of the record carries it: `[path, new, old]`, `[0, path, new]`,
 * `[1, path, old]`, `[2, path, ...appended]` (3: where there was no list), `[4, path, by]` (5: where there was no number),
 * `[6, path, ...added]`, `[7, path, ...taken]`. A path is a list of names, or one name.
 */
export function encodeChange(change: Change): AttributeList {
  const [first, ...rest] = change.path
  const path = rest.length === 0 && typeof first === 'string' ? first : change.path
  switch (change.kind) {
    case 'set': {
      const { value, old } = change
      if (value === undefined) return old === undefined ? [REMOVED, path] : [REMOVED, path, old]
      return old === undefined ? [FRESH, path, value] : [path, value, old]
    }
    case 'append':
      return [change.fresh ? FRESH_LIST : APPENDED, path, ...change.values]
    case 'increment':
      return [change.fresh ? FRESH_NUMBER : INCREMENTED, path, change.by]
    case 'add':
      return [ADDED, path, ...change.elements]
    case 'remove':
      return [TAKEN, path, ...change.elements]
    default:
      return change satisfies never
  }
}

/** What `encodeChange` made; undefined for anything else. */
export function decodeChange(stored: AttributeValue): Change | undefined {
  if (!isList(stored)) return undefined
  const code = isNumber(stored[0]) ? Number(stored[0]) : undefined
  const [place, ...values] = code === undefined ? stored : stored.slice(1)
  const path = (typeof place === 'string' ? [place] : place) as DocumentPath
  const [first, second] = values
  switch (code) {
    case undefined:
      return { kind: 'set', path, value: first, old: second }
    case FRESH:
      return { kind: 'set', path, value: first, old: undefined }
    case REMOVED:
      return { kind: 'set', path, value: undefined, old: first }
    case APPENDED:
    case FRESH_LIST:
      return { kind: 'append', path, values, fresh: code === FRESH_LIST }
    case INCREMENTED:
    case FRESH_NUMBER:
      return isNumber(first) ? { kind: 'increment', path, by: first, fresh: code === FRESH_NUMBER } : undefined
    case ADDED:
    case TAKEN:
      return { kind: code === ADDED ? 'add' : 'remove', path, elements: new Set(values as ScalarValue[]) }
    default:
      return undefined
  }
}
