/**
 * Random items, conditions, updates and plans: every type and kind, small enough that they often meet.
 *
 * @module
 */
import fc from 'fast-check'
import {
  type AttributeMap,
  type AttributeType,
  type AttributeValue,
  isList,
  isMap,
  isNumber,
  isSet,
  type ScalarValue,
  scalarKey,
} from '../../core/data/attribute-value.ts'
import { type DocumentPath, overlap } from '../../core/data/document-path.ts'
import { parseNumber, type StoredNumber } from '../../core/data/number.ts'
import type { Comparator, Condition } from '../../core/expression/condition.ts'
import type { UpdateAction } from '../../core/expression/update.ts'

const name = fc.constantFrom('a', 'b', 'c', 'a.b', 'size', 'é', '0')

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('', 'a', 'ab', 'b', '\u{1F600}', '￿', 'é'),
  fc.string({ unit: 'binary', maxLength: 4 }),
)

const digits = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map(String),
  fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }).map(String),
  fc.constant('9'.repeat(38)),
)

/** Up to 38 digits, from 1e-130 to 9.9e125; mostly small integers, so that equal ones are met. */
export const number: fc.Arbitrary<StoredNumber> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
  fc
    .record({ sign: fc.constantFrom('', '-'), digits, exponent: fc.integer({ min: -40, max: 40 }) })
    .map(({ sign, digits, exponent }) => parseNumber(`${sign}${digits}e${exponent}`)),
  fc.constantFrom(...['9e125', '-9e125', '1e-130', '1e-129', '0.1', '0.2', '1e38', '1e37'].map(parseNumber)),
)

export const bytes: fc.Arbitrary<Uint8Array> = fc
  .array(fc.constantFrom(0, 1, 127, 128, 255), { maxLength: 3 })
  .map((each) => Uint8Array.from(each))

export const scalar: fc.Arbitrary<ScalarValue> = fc.oneof(text, number, bytes)

const setOf = (element: fc.Arbitrary<ScalarValue>): fc.Arbitrary<ReadonlySet<ScalarValue>> =>
  fc.uniqueArray(element, { minLength: 1, maxLength: 3, selector: scalarKey }).map((elements) => new Set(elements))

const set = fc.oneof(setOf(text), setOf(number), setOf(bytes))

/** At most four levels. */
export const value: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'value' },
    scalar,
    fc.constantFrom(true, false, null),
    set,
    fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'value' }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, depthIdentifier: 'value', noNullPrototype: true }),
  ),
})).value

/** Attributes beside the key. */
export const attributes: fc.Arbitrary<AttributeMap> = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true })

const randomPath: fc.Arbitrary<DocumentPath> = fc
  .tuple(name, fc.oneof(fc.constant([]), fc.array(fc.oneof(name, fc.integer({ min: 0, max: 4 })), { maxLength: 2 })))
  .map(([first, rest]) => [first, ...rest])

interface Place {
  readonly path: DocumentPath
  readonly value: AttributeValue
}

/** Every place of the item; the paths and values that make conditions true. */
function placesOf(map: AttributeMap): readonly Place[] {
  const below = (path: DocumentPath, value: AttributeValue): Place[] => [
    { path, value },
    ...(isList(value) ? value.flatMap((each, i) => below([...path, i], each)) : []),
    ...(isMap(value)
      ? Object.entries(value as AttributeMap).flatMap(([key, each]) => below([...path, key], each))
      : []),
  ]
  return Object.entries(map).flatMap(([key, each]) => below([key], each))
}

/** Mostly a place of the item, at times any path at all with any value, or a neighbour that is not there. */
function placeIn(map: AttributeMap): fc.Arbitrary<Place> {
  const anywhere = fc.record({ path: randomPath, value })
  const places = placesOf(map)
  if (places.length === 0) return anywhere
  const known = fc.constantFrom(...places)
  const beside = fc
    .record({ place: known, step: fc.oneof(name, fc.integer({ min: 0, max: 4 })), value })
    .map(({ place, step, value }) => ({ path: [...place.path, step], value }))
  return fc.oneof({ weight: 8, arbitrary: known }, anywhere, beside)
}

const comparator = fc.constantFrom<Comparator>('=', '<>', '<', '<=', '>', '>=')
const type = fc.constantFrom<AttributeType>('S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS')

const isScalar = (value: AttributeValue): value is ScalarValue =>
  value !== null && typeof value !== 'boolean' && !isSet(value) && !isList(value) && !isMap(value)

function simpleCondition(map: AttributeMap): fc.Arbitrary<Condition> {
  return placeIn(map).chain(({ path, value: present }) => {
    const near = fc.oneof(fc.constant(present), value)
    const nearScalar = isScalar(present) ? fc.oneof(fc.constant(present), scalar) : scalar
    const elements = isSet(present) ? [...present] : isList(present) ? present.filter(isScalar) : []
    const element = elements.length > 0 ? fc.oneof(fc.constantFrom(...elements), scalar) : nearScalar
    const prefix =
      typeof present === 'string'
        ? fc.oneof(fc.constantFrom('', [...present].slice(0, 1).join('')), text)
        : present instanceof Uint8Array
          ? fc.oneof(fc.constant(present.slice(0, 1)), bytes)
          : fc.oneof(text, bytes)
    return fc.oneof<fc.Arbitrary<Condition>[]>(
      fc.constantFrom<Condition>({ kind: 'exists', path }, { kind: 'absent', path }),
      fc.record({ kind: fc.constant('compare'), path: fc.constant(path), operator: comparator, value: near }),
      fc.record({ kind: fc.constant('between'), path: fc.constant(path), low: nearScalar, high: nearScalar }),
      fc.record({ kind: fc.constant('in'), path: fc.constant(path), values: fc.array(near, { maxLength: 3 }) }),
      fc.record({ kind: fc.constant('begins-with'), path: fc.constant(path), prefix }),
      fc.record({ kind: fc.constant('contains'), path: fc.constant(path), element }),
      fc.record({ kind: fc.constant('has-type'), path: fc.constant(path), type }),
      fc.record({
        kind: fc.constant('size'),
        path: fc.constant(path),
        operator: comparator,
        size: fc.integer({ min: 0, max: 4 }),
      }),
    )
  })
}

/** Of an item with these attributes; none is the item that does not exist. */
export function conditionOn(map: AttributeMap = {}): fc.Arbitrary<Condition> {
  const simple = simpleCondition(map)
  return fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'condition' },
      { weight: 3, arbitrary: simple },
      fc.record({ kind: fc.constantFrom('all', 'any'), conditions: fc.array(tie('condition'), { maxLength: 3 }) }),
      fc.record({ kind: fc.constant('not'), condition: tie('condition') }),
    ),
  })).condition
}

export function updateActionOn(map: AttributeMap = {}): fc.Arbitrary<UpdateAction> {
  return placeIn(map).chain(({ path, value: present }) => {
    const elements = isSet(present)
      ? fc.oneof(
          fc.constant(present),
          fc.subarray([...present]).map((each) => new Set(each)),
          set,
        )
      : set
    const assign = fc.oneof<fc.Arbitrary<UpdateAction>[]>(
      fc.record({ kind: fc.constant('set'), path: fc.constant(path), value }),
      fc.constant({ kind: 'remove', path }),
    )
    const append = fc.record({
      kind: fc.constant('append' as const),
      path: fc.constant(path),
      values: fc.array(value, { maxLength: 2 }),
    })
    const increment = fc.record({ kind: fc.constant('increment' as const), path: fc.constant(path), by: number })
    const merge = fc.record({
      kind: fc.constantFrom('add-to-set' as const, 'remove-from-set' as const),
      path: fc.constant(path),
      elements,
    })
    // What fits the value more often than not.
    const fitting = isList(present) ? append : isSet(present) ? merge : isNumber(present) ? increment : assign
    return fc.oneof<fc.MaybeWeightedArbitrary<UpdateAction>[]>(
      { weight: 8, arbitrary: fitting },
      { weight: 4, arbitrary: assign },
      append,
      increment,
      merge,
    )
  })
}

/** Some of these do not fit the item, and a few have paths that overlap. */
export function updateOn(map: AttributeMap = {}): fc.Arbitrary<readonly UpdateAction[]> {
  const actions = fc.array(updateActionOn(map), { maxLength: 3 })
  const disjoint = actions.map((all) =>
    all.filter(({ path }, i) => all.slice(0, i).every((earlier) => !overlap(path, earlier.path))),
  )
  return fc.oneof({ weight: 9, arbitrary: disjoint }, actions)
}
