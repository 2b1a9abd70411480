/**
 * The condition language of domain code: functions of places and values, which are encoded as the fields store them.
 *
 * It compiles to `core/expression/condition.ts` at once, so that a mistake is told where it is made. Conditions are about
 * what is stored: a default that is applied on read is not there yet.
 *
 * @module
 */
import type * as t from 'io-ts'
import { forsake, invalidArgument } from '../arguments.ts'
import { type AttributeValue, isScalar, type ScalarValue } from '../data/attribute-value.ts'
import { type DocumentPath, printPath } from '../data/document-path.ts'
import { printValue } from '../data/print-value.ts'
import { type Issue, isIllFormed } from '../data/to-attribute.ts'
import type { EngineError } from '../errors.ts'
import type { Comparator, Condition } from '../expression/condition.ts'
import * as condition from '../expression/condition.ts'
import { encodeValue } from '../model/check-value.ts'
import { codecsAt } from '../model/codecs-at.ts'
import { printIssues } from '../model/issue.ts'
import type { AnyModel } from '../model/model.ts'
import { alternatives, nodeOf } from '../model/schema.ts'
import { type Path, type Paths, type Place, pathsOf, placeOf, sizeAt } from './path.ts'

/** What has an order: text, numbers, dates, binary, and values of codecs of your own that are stored as one of these. */
type Ordered<V> = Exclude<
  V,
  boolean | null | undefined | readonly unknown[] | ReadonlySet<unknown> | ReadonlyMap<unknown, unknown>
>
/** How a value may begin, as it is stored; a codec of your own may store either. */
export type Prefix<V> = V extends Uint8Array
  ? Uint8Array
  : V extends string | Date
    ? string
    : V extends WithoutBeginning
      ? never
      : string | Uint8Array
type WithoutBeginning =
  | number
  | bigint
  | boolean
  | readonly unknown[]
  | ReadonlySet<unknown>
  | ReadonlyMap<unknown, unknown>
type ElementOf<V> = V extends string
  ? string
  : V extends ReadonlySet<infer E>
    ? E
    : V extends readonly (infer E)[]
      ? E
      : V extends Uint8Array
        ? Uint8Array
        : never

/** Operators of conditions. Absent values satisfy only `unequal`, `absent` and `not`. */
export interface Operators {
  /** The same value, compared deeply. */
  equal<V>(path: Path<V>, value: NoInfer<V>): Condition
  /** Another value, or none at all. */
  unequal<V>(path: Path<V>, value: NoInfer<V>): Condition
  /** Less than that: numbers by size, text and binary by their bytes, dates by time. */
  less<V>(path: Path<V>, value: NoInfer<Ordered<V>>): Condition
  /** Less than that, or the same. */
  atMost<V>(path: Path<V>, value: NoInfer<Ordered<V>>): Condition
  /** More than that. */
  greater<V>(path: Path<V>, value: NoInfer<Ordered<V>>): Condition
  /** More than that, or the same. */
  atLeast<V>(path: Path<V>, value: NoInfer<Ordered<V>>): Condition
  /** Both ends included. */
  between<V>(path: Path<V>, low: NoInfer<Ordered<V>>, high: NoInfer<Ordered<V>>): Condition
  /** Equal to one of these, of which there must be one at least. */
  oneOf<V>(path: Path<V>, values: readonly NoInfer<V>[]): Condition
  /** Of text or binary. A date begins with the beginning of its ISO text: `'2024-05'`. */
  beginsWith<V>(path: Path<V>, prefix: NoInfer<Prefix<NonNullable<V>>>): Condition
  /** A set or a list has the element; a string has the part. */
  contains<V>(path: Path<V>, element: NoInfer<ElementOf<V>>): Condition
  /** An empty set is absent. */
  exists(path: Path<unknown>): Condition
  /** Nothing is stored there: `undefined`, or an empty set. */
  absent(path: Path<unknown>): Condition
  /** Members of a set, list or map; length of a string; bytes of a binary. To be compared: `atLeast(size(player.badges), 3)`. */
  size(path: Path<unknown>): Path<number>
  /** Every one holds. Of none at all: always. */
  all(...conditions: readonly Condition[]): Condition
  /** At least one holds. Of none at all: never. */
  any(...conditions: readonly Condition[]): Condition
  /** It does not hold, also for lack of a value. */
  not(condition: Condition): Condition
}

/**
 * A condition on records:
 *
 * ```ts
 * (player, { all, atLeast, equal }) => all(atLeast(player.energy, 10), equal(player.home.city, 'Oslo'))
 * ```
 */
export type Filter<Record> = (record: Paths<Record>, operators: Operators) => Condition

/** Runs the filter. Throws INVALID_ARGUMENT for a place or a value that the schema does not have. */
export function conditionOf<Record>(model: AnyModel, filter: Filter<Record>): Condition {
  if (typeof filter !== 'function') throw unfit(model, [], 'a function that returns a condition', filter)
  const made = new WeakSet<object>()
  const mark = (each: Condition): Condition => {
    made.add(each)
    return each
  }
  const asserted = (each: unknown): Condition => {
    if (typeof each === 'object' && each !== null && made.has(each)) return each as Condition
    forsake(each)
    throw unfit(model, [], 'a condition made by the operators that the filter is given', each)
  }
  return asserted(filter(pathsOf(model), operatorsOf(model, mark, asserted)))
}

/** `mark` notes a condition as made here; `asserted` takes only such. */
function operatorsOf(
  model: AnyModel,
  mark: (each: Condition) => Condition,
  asserted: (each: unknown) => Condition,
): Operators {
  const at = (path: unknown): Place => {
    const place = placeOf(path)
    if (place && (place.isSize || place.path.length > 0)) return place
    throw unfit(model, [], 'a field of the record, such as record.name', path)
  }
  const compared = (operator: Comparator) => (path: unknown, value: unknown) => {
    const place = at(path)
    return mark(place.isSize ? sized(model, place.path, operator, value) : compare(model, place.path, operator, value))
  }
  const value = (path: unknown): DocumentPath => {
    const place = at(path)
    if (place.isSize) throw unfit(model, place.path, 'a size to be compared', 'another operator')
    return place.path
  }
  const operators: { readonly [Name in keyof Operators]: (...args: never[]) => unknown } = {
    equal: compared('='),
    unequal: compared('<>'),
    less: compared('<'),
    atMost: compared('<='),
    greater: compared('>'),
    atLeast: compared('>='),
    between(path: unknown, low: unknown, high: unknown) {
      const place = at(path)
      if (place.isSize)
        return mark(condition.all([sized(model, place.path, '>=', low), sized(model, place.path, '<=', high)]))
      const [least, most] = [ordered(model, place.path, low), ordered(model, place.path, high)]
      return mark(condition.between(place.path, least, most))
    },
    oneOf(path: unknown, values: unknown) {
      if (!Array.isArray(values) || values.length === 0) throw unfit(model, [], 'a list of at least one value', values)
      const equal = compared('=') as (path: unknown, value: unknown) => Condition
      const conditions = Array.from(values, (each: unknown) => equal(path, each))
      const plain = conditions.flatMap((each) => (each.kind === 'compare' ? [each.value] : []))
      return mark(plain.length === conditions.length ? condition.isIn(value(path), plain) : condition.any(conditions))
    },
    beginsWith: (path: unknown, prefix: unknown) =>
      mark(condition.beginsWith(value(path), prefixOf(model, value(path), prefix))),
    contains: (path: unknown, element: unknown) =>
      mark(condition.contains(value(path), elementOf(model, value(path), element))),
    exists: (path: unknown) => mark(condition.exists(value(path))),
    absent: (path: unknown) => mark(condition.absent(value(path))),
    size: (path: unknown) => sizeAt({ path: value(path), isSize: true }),
    all: (...conditions: unknown[]) => mark(condition.all(conditions.map(asserted))),
    any: (...conditions: unknown[]) => mark(condition.any(conditions.map(asserted))),
    not: (each: unknown) => mark(condition.not(asserted(each))),
  }
  return operators as unknown as Operators
}

function compare(model: AnyModel, path: DocumentPath, operator: Comparator, value: unknown): Condition {
  if (operator !== '=' && operator !== '<>') return condition.compareTo(path, operator, ordered(model, path, value))
  const stored = encodeAt(model, path, value)
  if (stored !== undefined) return condition.compareTo(path, operator, stored)
  // An empty set is stored as absence.
  return operator === '=' ? condition.absent(path) : condition.exists(path)
}

/** What is absent has no size, but an empty set, which is stored as absence, has none of its own. */
function sized(model: AnyModel, path: DocumentPath, operator: Comparator, size: unknown): Condition {
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw unfit(model, path, 'a size', size)
  const plain = condition.hasSize(path, operator, size)
  if (kindsAt(model, path).every((kind) => ['N', 'BOOL', 'NULL'].includes(kind))) {
    throw unfit(model, path, 'something that has a size', 'a number or a boolean')
  }
  if (!kindsAt(model, path).includes('set')) return plain
  const zero = { '=': size === 0, '<>': size !== 0, '<': size > 0, '<=': true, '>': false, '>=': size === 0 }[operator]
  return zero ? condition.any([condition.absent(path), plain]) : condition.all([condition.exists(path), plain])
}

function ordered(model: AnyModel, path: DocumentPath, value: unknown): ScalarValue {
  const stored = encodeAt(model, path, value)
  if (isScalar(stored)) return stored
  throw unfit(model, path, 'a value that has an order: text, a number, a date or binary', value)
}

/** Half a character is part of no stored text, though JavaScript finds it in one. */
function assertWellFormed(model: AnyModel, path: DocumentPath, part: unknown): void {
  if (typeof part === 'string' && isIllFormed(part)) throw unfit(model, path, 'well-formed Unicode text', part)
}

function prefixOf(model: AnyModel, path: DocumentPath, prefix: unknown): string | Uint8Array {
  assertWellFormed(model, path, prefix)
  const kinds = kindsAt(model, path)
  const fits = (type: string): boolean => kinds.some((kind) => kind === type || kind === 'any' || kind === 'opaque')
  if (typeof prefix === 'string' && fits('S')) return prefix
  if (prefix instanceof Uint8Array && fits('B')) return Uint8Array.from(prefix)
  throw unfit(
    model,
    path,
    fits('B') && !fits('S') ? 'a binary beginning' : 'a string, the beginning of a stored text',
    prefix,
  )
}

function elementOf(model: AnyModel, path: DocumentPath, element: unknown): ScalarValue {
  assertWellFormed(model, path, element)
  const tried = codecsAt(model, path)
    .flatMap(alternatives)
    .map((codec) => {
      const node = nodeOf(codec)
      if (node.kind === 'set' || node.kind === 'list') return encodeValue(node.element, element, path).value
      const isPart = node.kind === 'any' || node.kind === 'opaque' || node.kind === 'scalar'
      return isPart && (typeof element === 'string' || element instanceof Uint8Array) ? element : undefined
    })
  const stored = tried.find(isScalar)
  if (stored !== undefined) return stored
  throw unfit(model, path, 'an element of the set or list there, or a part of the text', element)
}

/** The stored form; undefined for an empty set. */
function encodeAt(model: AnyModel, path: DocumentPath, value: unknown): AttributeValue | undefined {
  let first: readonly Issue[] | undefined
  for (const codec of codecsAt(model, path)) {
    const { value: stored, issues } = encodeValue(codec, value, path)
    if (issues.length === 0 && (stored !== undefined || value !== undefined)) return stored
    first ??= issues
  }
  if (value === undefined) throw unfit(model, path, 'a value; to ask for absence use absent', value)
  throw invalidArgument(printPath(path), `Condition on ${model.name}: ${printIssues(first ?? [])}.`)
}

/** Kinds of what may be there: of scalars their type. */
const kindsAt = (model: AnyModel, path: DocumentPath): readonly string[] =>
  codecsAt(model, path).flatMap(alternatives).map(kindOf)

function kindOf(codec: t.Mixed): string {
  const node = nodeOf(codec)
  return node.kind === 'scalar' ? node.type : node.kind
}

function unfit(model: AnyModel, path: DocumentPath, expected: string, got: unknown): EngineError {
  const where = path.length === 0 ? model.name : `${model.name}.${printPath(path)}`
  return invalidArgument(
    printPath(path) || 'filter',
    `Condition on ${where}: expected ${expected}, got ${printValue(got)}.`,
  )
}
