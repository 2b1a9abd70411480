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
  isMap,
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
  hasSize,
  hasType,
  not,
  pathsIn,
} from '../expression/condition.ts'
import type { Update } from '../expression/update.ts'
import { GENERATION, generationOf, VERSION } from '../journal/tail.ts'
import { judgedWith } from '../model/bonds.ts'
import type { AnyModel } from '../model/model.ts'
import { isOpenPath } from '../model/shape.ts'
import type { Look, RecordReads } from './read-set.ts'

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

/** All that the guards ask, and what is asked besides. */
export const asked = (guards: readonly Guard[], more: readonly Condition[] = []): Condition =>
  all([...guards.map(({ condition }) => condition), ...more])

/** Guards by path for what was read and what is to be written. */
export const preciseGuards = (
  stored: Item,
  reads: RecordReads | undefined,
  writes: Update,
  model: AnyModel,
): Guard[] => [...guardsOf(stored, reads, writes, model), ...required(reads)]

/** The same for whole top-level attributes. */
export function attributeGuards(
  stored: Item,
  reads: RecordReads | undefined,
  writes: Update,
  model: AnyModel,
): Guard[] {
  const precise = guardsOf(stored, reads, writes, model)
  if (precise.some(({ path }) => path.length === 0)) return versionGuard(stored)
  const names = new Set(precise.map(({ path }) => path[0] as string))
  return [...[...names].map((name) => valueGuard(stored, [name])), ...required(reads)]
}

const guardsOf = (stored: Item, reads: RecordReads | undefined, writes: Update, model: AnyModel): Guard[] =>
  reduced(
    [...(reads?.looks ?? []).flatMap((look) => readGuards(stored, look)), ...writeGuards(stored, writes, model)],
    stored,
  )

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

function readGuards(stored: Item, { kind, path, element }: Look): Guard[] {
  switch (kind) {
    case 'value':
      return path.length === 0 ? wholeRecord(stored) : [valueGuard(stored, path)]
    case 'presence':
      return [presenceGuard(stored, path)]
    case 'type':
      return [typeGuard(stored, path)]
    case 'names':
      return nameGuards(stored, path)
    case 'element': {
      const set = valueAt(stored, path)
      const there = isSet(set) && setHas(set, element!)
      return [guard(path, there ? contains(path, element!) : not(contains(path, element!)), false, there, element)]
    }
    default:
      return kind satisfies never
  }
}

/**
 * Other programs do not count versions, and where no history is kept a record that was created again counts from the
 * start, so that such a record is compared attribute by attribute too.
 */
export const wholeRecord = (stored: Item): Guard[] =>
  generationOf(stored) === undefined
    ? [...versionGuard(stored), ...Object.keys(stored).map((name) => valueGuard(stored, [name]))]
    : versionGuard(stored)

function writeGuards(stored: Item, writes: Update, model: AnyModel): Guard[] {
  return writes.flatMap(({ kind, path }) => {
    const judged = judgedWith(model, path).map((each) => valueGuard(stored, each))
    const parent = path.slice(0, -1)
    const besides = parent.length === 0 ? judged : [...judged, typeGuard(stored, parent)]
    if (kind === 'set' || kind === 'remove') return [valueGuard(stored, path), ...besides]
    if (kind === 'append')
      return [isList(valueAt(stored, path)) ? typeGuard(stored, path) : valueGuard(stored, path), ...besides]
    // A set that is absent is made by the first element; nothing else takes one.
    return isOpenPath(model.shape, path) ? [typeGuard(stored, path), ...besides] : besides
  })
}

function valueGuard(stored: Item, path: DocumentPath): Guard {
  const value: AttributeValue | undefined = valueAt(stored, path)
  return value === undefined ? absenceGuard(path) : guard(path, equals(path, value), true, true)
}

const presenceGuard = (stored: Item, path: DocumentPath): Guard =>
  valueAt(stored, path) === undefined ? absenceGuard(path) : guard(path, exists(path), false, true)

function typeGuard(stored: Item, path: DocumentPath): Guard {
  const value = valueAt(stored, path)
  return value === undefined ? absenceGuard(path) : guard(path, hasType(path, typeOf(value)), false, true)
}

/** Each name that is there, and how many are. */
function nameGuards(stored: Item, path: DocumentPath): Guard[] {
  const map = valueAt(stored, path)
  if (!isMap(map)) return [typeGuard(stored, path)]
  const names = Object.keys(map)
  return [
    guard(path, hasSize(path, '=', names.length), false, false),
    ...names.map((name) => presenceGuard(stored, [...path, name])),
  ]
}

/** Says all about what is below, too. */
const absenceGuard = (path: DocumentPath): Guard => guard(path, absent(path), true, false)

/** None twice, and none that another implies. */
function reduced(guards: readonly Guard[], stored: Item): Guard[] {
  if (generationOf(stored) !== undefined && guards.some(({ path }) => path.length === 0)) return versionGuard(stored)
  const different = new Map<string, Guard>()
  for (const each of guards) {
    const element = each.element === undefined ? '' : scalarKey(each.element)
    different.set(`${each.condition.kind} ${pathKey(each.path)}${element}`, each)
  }
  const kept = [...different.values()]
  return kept.filter((each) => !kept.some((other) => other !== each && implies(other, each)))
}

function implies(guard: Guard, other: Guard): boolean {
  if (guard.whole && guard.path.length > 0 && startsWith(other.path, guard.path)) return true
  if (!guard.positive || !other.positive || !startsWith(guard.path, other.path)) return false
  // What has something below is there, and a map. On one path a type says more than presence.
  return guard.path.length > other.path.length
    ? !other.whole
    : guard.condition.kind === 'has-type' && other.condition.kind === 'exists'
}
