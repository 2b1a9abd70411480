/**
 * Base × next → the smallest update with the same effect.
 *
 * Compares by structure, never by immer's patches: setting a value and setting it back is no change, and a list's
 * patches are positions of a base that may be gone. Three items take part, since what a record says (with defaults
 * filled in, migrated) may differ from what is stored: what changed is told by `before` and `after`, how it must be
 * written by `stored`.
 *
 * @module
 */
import {
  type AttributeMap,
  type AttributeSet,
  type AttributeValue,
  equal,
  isList,
  isMap,
  isSet,
  type ScalarValue,
  setHas,
  typeOf,
} from '../data/attribute-value.ts'
import { type DocumentPath, startsWith, valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import { addToSet, append, remove, removeFromSet, set, type Update, type UpdateAction } from './update.ts'

interface Images {
  /** The item in the store. */
  readonly stored: Item
  /** The record as it was, encoded. */
  readonly before: Item
  /** The record as it is to be, encoded. */
  readonly after: Item
}

/** Whether changes inside the map at this path may be merged with others' changes inside it. */
type Mergeable = (path: DocumentPath) => boolean

/** Actions on disjoint paths that turn `stored` into what `after` says; empty when nothing changed. */
export function diff(images: Images, mergeable: Mergeable): Update {
  const actions: UpdateAction[] = []
  for (const path of changedPaths(images.before, images.after, mergeable)) {
    if (actions.some((action) => startsWith(path, action.path))) continue
    const target = firstMissing(images.stored, path) ?? path
    const action = write(target, images)
    if (action) actions.push(action)
  }
  return actions
}

/** The deepest paths at which two items differ: never inside a list, a set, or a map that is not mergeable. */
export function changedPaths(before: Item, after: Item, mergeable: Mergeable = () => true): DocumentPath[] {
  const found: DocumentPath[] = []
  const walk = (a: AttributeMap, b: AttributeMap, path: DocumentPath): void => {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const left = Object.hasOwn(a, name) ? a[name] : undefined
      const right = Object.hasOwn(b, name) ? b[name] : undefined
      if (left === right) continue
      const here = [...path, name]
      if (isMap(left) && isMap(right) && mergeable(here)) walk(left, right, here)
      else if (!equal(left, right)) found.push(here)
    }
  }
  walk(before, after, [])
  return found
}

/** The nearest parent that is not a map in the store, where a nested SET would be refused. */
function firstMissing(stored: Item, path: DocumentPath): DocumentPath | undefined {
  for (let length = 1; length < path.length; length++) {
    const parent = path.slice(0, length)
    if (!isMap(valueAt(stored, parent))) return parent
  }
  return undefined
}

function write(path: DocumentPath, { stored, before, after }: Images): UpdateAction | undefined {
  const present = valueAt(stored, path)
  const old = valueAt(before, path)
  const next = valueAt(after, path)
  const sets = setChange(path, present, old, next)
  if (sets) return sets
  if (next === undefined) return present === undefined ? undefined : remove(path)
  if (
    isList(present) &&
    isList(next) &&
    next.length > present.length &&
    equal(present, next.slice(0, present.length))
  ) {
    return append(path, next.slice(present.length))
  }
  return set(path, next)
}

/** Elements only added, or only removed, travel as such and merge with anybody's; an absent set is the empty set. */
function setChange(
  path: DocumentPath,
  present: AttributeValue | undefined,
  old: AttributeValue | undefined,
  next: AttributeValue | undefined,
): UpdateAction | undefined {
  if (!(isSet(old) || old === undefined) || !(isSet(next) || next === undefined) || (old ?? next) === undefined)
    return undefined
  const type = typeOf((next ?? old) as AttributeSet)
  if ([present, old, next].some((each) => each !== undefined && typeOf(each) !== type)) return undefined
  const added = without(next, old)
  const removed = without(old, next)
  // Where nothing is stored, what the record had came from a default, and is to be stored as well.
  if (added.size > 0 && removed.size === 0 && (present !== undefined || old === undefined)) return addToSet(path, added)
  if (removed.size > 0 && added.size === 0 && present !== undefined) return removeFromSet(path, removed)
  return undefined
}

const without = (from: AttributeSet | undefined, other: AttributeSet | undefined): Set<ScalarValue> =>
  new Set([...(from ?? [])].filter((element) => !other || !setHas(other, element)))
