/**
 * What domain code says in `work.blind`: changes by field, checked against the schema, since no record will be.
 *
 * @module
 */
import { assertFunction, assertOptions, forsake, invalidArgument } from '../arguments.ts'
import { type AttributeSet, type AttributeValue, compare, isNumber } from '../data/attribute-value.ts'
import { type DocumentPath, printPath } from '../data/document-path.ts'
import { numberProblem } from '../data/number.ts'
import { printValue } from '../data/print-value.ts'
import { isAttributeName } from '../data/to-attribute.ts'
import { addToSet, append, removeFromSet } from '../expression/update.ts'
import { codecsAt } from '../model/codecs-at.ts'
import { type FieldType, fieldType } from '../model/field-type.ts'
import type { AnyModel } from '../model/model.ts'
import { type BlindChange, type Bounds, blindIncrement } from './blind.ts'

/** Fields of `A` that hold a `V`: a name, or a list of names for a field inside. */
type FieldPath<A, V> = {
  [K in keyof A & string]:
    | (NonNullable<A[K]> extends V ? K | readonly [K] : never)
    | (NonNullable<A[K]> extends Nested ? readonly [K, ...NestedPath<NonNullable<A[K]>, V>] : never)
}[keyof A & string]

type Nested = { readonly [name: string]: unknown }
type NestedPath<A, V> = {
  [K in keyof A & string]:
    | (NonNullable<A[K]> extends V ? readonly [K] : never)
    | (NonNullable<A[K]> extends Nested ? readonly [K, ...(readonly string[])] : never)
}[keyof A & string]

type FieldAt<A, P> = P extends keyof A
  ? NonNullable<A[P]>
  : P extends readonly [infer K extends keyof A]
    ? NonNullable<A[K]>
    : P extends readonly [infer K extends keyof A, ...infer Rest]
      ? FieldAt<NonNullable<A[K]>, Rest>
      : unknown

/** Brands and refinements are of the sum, not of what is added. */
type AmountOf<V> = unknown extends V
  ? number | bigint
  : [V] extends [never]
    ? number | bigint
    : V extends bigint
      ? bigint
      : V extends number
        ? number
        : never

type MemberOf<C> = C extends ReadonlySet<infer E> ? E : C extends readonly (infer E)[] ? E : unknown

/** Changes that look at nothing. Fields are named by their name, or by a list of names for one inside. */
export interface BlindChanges<M extends AnyModel> {
  /**
   * Adds to a number; an absent one counts as zero, or as what a default gives, for which the record is read after all. Out
   * of bounds, the whole unit of work fails with `OUT_OF_BOUNDS`.
   */
  increment<const P extends FieldPath<M['_fields'], number | bigint>>(
    field: P,
    by: AmountOf<FieldAt<M['_fields'], P>>,
    bounds?: Bounds,
  ): void
  /** Elements into a set. */
  add<const P extends FieldPath<M['_fields'], ReadonlySet<unknown>>>(
    field: P,
    ...elements: MemberOf<FieldAt<M['_fields'], P>>[]
  ): void
  /** Elements out of a set. */
  remove<const P extends FieldPath<M['_fields'], ReadonlySet<unknown>>>(
    field: P,
    ...elements: MemberOf<FieldAt<M['_fields'], P>>[]
  ): void
  /** Values to the end of a list; an absent one counts as empty, or as what a default gives, as for `increment`. */
  append<const P extends FieldPath<M['_fields'], readonly unknown[]>>(
    field: P,
    ...values: MemberOf<FieldAt<M['_fields'], P>>[]
  ): void
}

/** Runs the function and returns what it asked for, all of it valid. */
export function collectBlindChanges(model: AnyModel, ask: (blind: never) => void): readonly BlindChange[] {
  const changes: BlindChange[] = []
  let isOver = false
  const at = (field: string | readonly string[], kind: FieldType['kind']): { path: DocumentPath; type: FieldType } => {
    if (isOver) throw late(model)
    if (typeof field !== 'string' && !isPath(field)) {
      throw invalidArgument(
        'field',
        `Blind change of ${model.name}: expected the name of a field or a list of names, got ${printValue(field)}.`,
      )
    }
    const path = typeof field === 'string' ? [field] : [...field]
    const isNamed = path.every(isAttributeName)
    const type = isNamed ? fieldType(model, path) : undefined
    if (type?.kind !== kind)
      throw unfit(
        model,
        path,
        `a field that holds a ${kind}`,
        type ? `a ${type.kind}` : isNamed && codecsAt(model, path).length > 0 ? 'one of another kind' : 'no such field',
      )
    if (model.definition.keyFields.includes(path[0]!))
      throw unfit(model, path, 'a field outside of the key', 'a key field')
    // The attribute made of it could not be kept right without seeing the record's other fields.
    const index = model.definition.indexParts.find((part) => part.template && Object.hasOwn(part.fields, path[0]!))
    if (index) throw unfit(model, path, `a field outside of the index attribute ${index.attribute}`, 'a part of it')
    return { path, type }
  }
  const members = (path: DocumentPath, type: FieldType, values: readonly unknown[]): AttributeValue[] => {
    if (values.length === 0) throw unfit(model, path, 'at least one value', 'none')
    return values.map((value) => type.encode(value))
  }
  const blind = Object.freeze({
    increment(field: string, by: unknown, bounds: Bounds = {}) {
      const { path, type } = at(field, 'number')
      assertOptions(bounds, 'bounds', ['min', 'max'])
      const { min, max } = bounds
      for (const [name, value] of Object.entries({ by, min, max })) {
        if (value === undefined && name !== 'by') continue
        const problem = isNumber(value) ? numberProblem(value) : 'a number'
        if (problem) throw unfit(model, path, `${name} to be ${problem}`, printValue(value))
      }
      if (min !== undefined && max !== undefined && compare(min, max)! > 0)
        throw unfit(model, path, 'min to be at most max', `${min} and ${max}`)
      const amount = type.encode(by)
      changes.push(blindIncrement(path, amount as number, { min, max }))
    },
    add(field: string, ...elements: unknown[]) {
      const { path, type } = at(field, 'set')
      changes.push({ action: addToSet(path, new Set(members(path, type, elements)) as AttributeSet) })
    },
    remove(field: string, ...elements: unknown[]) {
      const { path, type } = at(field, 'set')
      changes.push({ action: removeFromSet(path, new Set(members(path, type, elements)) as AttributeSet) })
    },
    append(field: string, ...values: unknown[]) {
      const { path, type } = at(field, 'list')
      changes.push({ action: append(path, members(path, type, values)) })
    },
  })
  assertFunction(ask, 'changes', 'a function that makes blind changes')
  const returned: unknown = ask(blind as never)
  isOver = true
  if (returned instanceof Promise) {
    // What it still does is refused, and told here.
    forsake(returned)
    throw late(model)
  }
  return changes
}

/** They would be lost without a word. */
const late = ({ name }: AnyModel) =>
  invalidArgument(
    'changes',
    `The function of blind changes of ${name} cannot wait: what it does after it has returned is not known in time. Await before work.blind.`,
  )

const isPath = (field: unknown): field is readonly string[] =>
  Array.isArray(field) && field.length > 0 && Array.from(field).every((name) => typeof name === 'string')

const unfit = (model: AnyModel, path: DocumentPath, expected: string, got: string) =>
  invalidArgument(
    printPath(path),
    `Blind change of ${model.name}.${printPath(path)}: expected ${expected}, got ${got}.`,
  )
