/**
 * What must still be so of one record for the commit to happen: looks and changes, turned into conditions by path.
 *
 * Conditions compare with the stored item, never with the decoded record. Where the expression would grow too large the
 * same meaning is had from coarser guards: whole attributes first, then the record's version.
 *
 * @module
 */
import {
  type AttributeValue,
  isList,
  isSet,
  type ScalarValue,
  scalarKey,
  setHas,
  typeOf,
} from '../data/attribute-value.ts'
import { type DocumentPath, pathKey, startsWith, valueAt } from '../data/document-path.ts'
import type { Item } from '../data/item.ts'
import {
  absent,
  all,
  type Condition,
  contains,
  equals,
  exists,
  hasType,
  not,
  pathsIn,
} from '../expression/condition.ts'
import type { Update } from '../expression/update.ts'
import { GENERATION, generationOf, VERSION } from '../journal/tail.ts'
import type { RecordReads } from './read-set.ts'

/** One condition, and the path that it is about. */
export interface Guard {
  readonly path: DocumentPath
  readonly condition: Condition
  /** A look at the value makes every guard below it needless. */
  readonly whole: boolean
  /** Holds only where something is at the path, so that its parents need no guard. */
  readonly positive: boolean
  /** The element of a set that it is about. */
  readonly element?: ScalarValue | undefined
}

const guard = (
  path: DocumentPath,
  condition: Condition,
  whole: boolean,
  positive: boolean,
  element?: ScalarValue,
): Guard => ({
  path,
  condition,
  whole,
  positive,
  element,
})

/** Guards by path for what was read and what is to be written. */
export function preciseGuards(stored: Item, reads: RecordReads | undefined, writes: Update): Guard[] {
  return [...reduced([...readGuards(stored, reads), ...writeGuards(stored, writes)], stored), ...required(reads)]
}

/** The same for whole top-level attributes. */
export function attributeGuards(stored: Item, reads: RecordReads | undefined, writes: Update): Guard[] {
  const precise = reduced([...readGuards(stored, reads), ...writeGuards(stored, writes)], stored)
  if (precise.some(({ path }) => path.length === 0)) return versionGuard(stored)
  const names = new Set(precise.map(({ path }) => path[0] as string))
  return [...[...names].map((name) => valueGuard(stored, [name])), ...required(reads)]
}

/** What was required besides. It may be about several paths, of which a conflict tells the first, so it implies nothing. */
const required = (reads: RecordReads | undefined): Guard[] =>
  [...(reads?.required ?? [])].flatMap((condition) =>
    (condition.kind === 'all' ? condition.conditions : [condition]).map((each) =>
      guard(pathsIn(each)[0] ?? [], each, false, false),
    ),
  )

/**
 * One guard for all: nobody has committed to the record since. The number alone would also fit a record that was deleted
 * and created again, so its generation is named too.
 */
export function versionGuard(stored: Item): Guard[] {
  const version = stored[VERSION]
  if (version === undefined) return [guard([], absent([VERSION]), true, false)]
  const generation = generationOf(stored)
  const same = generation === undefined ? absent([GENERATION]) : equals([GENERATION], generation)
  return [guard([], all([equals([VERSION], version), same]), true, false)]
}

function readGuards(stored: Item, reads: RecordReads | undefined): Guard[] {
  if (!reads) return []
  return [
    ...[...reads.values.values()].flatMap((path) =>
      path.length === 0 ? wholeRecord(stored) : [valueGuard(stored, path)],
    ),
    ...[...reads.presence.values()].map((path) => presenceGuard(stored, path)),
    ...[...reads.elements.values()].map(({ path, element }) => {
      const set = valueAt(stored, path)
      const there = isSet(set) && setHas(set, element)
      return guard(path, there ? contains(path, element) : not(contains(path, element)), false, there, element)
    }),
  ]
}

/**
 * Other programs do not count versions, and where no history is kept a record that was created again counts from the
 * start, so that such a record is compared attribute by attribute too.
 */
export const wholeRecord = (stored: Item): Guard[] =>
  generationOf(stored) === undefined
    ? [...versionGuard(stored), ...Object.keys(stored).map((name) => valueGuard(stored, [name]))]
    : versionGuard(stored)

function writeGuards(stored: Item, writes: Update): Guard[] {
  return writes.flatMap((action) => {
    const parent = action.path.slice(0, -1)
    const parents =
      parent.length === 0 ? [] : [guard(parent, hasType(parent, typeOf(valueAt(stored, parent)!)), false, true)]
    switch (action.kind) {
      case 'set':
      case 'remove':
        return [valueGuard(stored, action.path), ...parents]
      case 'append':
        return isList(valueAt(stored, action.path))
          ? [guard(action.path, hasType(action.path, 'L'), false, true)]
          : [valueGuard(stored, action.path), ...parents]
      default:
        return parents
    }
  })
}

function valueGuard(stored: Item, path: DocumentPath): Guard {
  const value: AttributeValue | undefined = valueAt(stored, path)
  return value === undefined ? guard(path, absent(path), true, false) : guard(path, equals(path, value), true, true)
}

function presenceGuard(stored: Item, path: DocumentPath): Guard {
  const there = valueAt(stored, path) !== undefined
  return guard(path, there ? exists(path) : absent(path), false, there)
}

/** One guard for each path and none that another implies. */
function reduced(guards: readonly Guard[], stored: Item): Guard[] {
  if (generationOf(stored) !== undefined && guards.some(({ path }) => path.length === 0)) return versionGuard(stored)
  const byPath = new Map<string, Guard>()
  for (const each of guards) {
    const key = `${pathKey(each.path)}${each.element === undefined ? '' : scalarKey(each.element)}`
    const known = byPath.get(key)
    if (!known || strength(each) > strength(known)) byPath.set(key, each)
  }
  const kept = [...byPath.values()]
  return kept.filter((each) => !kept.some((other) => other !== each && implies(other, each)))
}

/** Of guards on one path, a look at the value says most, then its type, then its presence. */
const strength = ({ whole, condition }: Guard): number => (whole ? 2 : condition.kind === 'has-type' ? 1 : 0)

function implies(guard: Guard, other: Guard): boolean {
  if (guard.whole && guard.path.length > 0 && startsWith(other.path, guard.path)) return true
  const below = guard.path.length > other.path.length && startsWith(guard.path, other.path)
  return below && guard.positive && other.positive && !other.whole
}
