/**
 * Cases: a few items, each with what one plan does to it; and the cases that stores once disagreed about.
 *
 * @module
 */
import fc from 'fast-check'
import type { AttributeMap } from '../../core/data/attribute-value.ts'
import type { Condition } from '../../core/expression/condition.ts'
import { evaluate } from '../../core/expression/evaluate.ts'
import type { Update } from '../../core/expression/update.ts'
import { attributes, conditionOn, updateOn } from './arbitrary.ts'

/** One item, and what a plan does to it. */
export interface Step {
  readonly present: AttributeMap | undefined
  readonly condition: Condition
  readonly write:
    | { readonly kind: 'put'; readonly attributes: AttributeMap }
    | { readonly kind: 'update'; readonly update: Update }
    | { readonly kind: 'delete' }
    | { readonly kind: 'check' }
}

export const always: Condition = { kind: 'all', conditions: [] }

/** True of an item with these attributes: the condition or its contrary. */
const holdingCondition = (present: AttributeMap | undefined): fc.Arbitrary<Condition> =>
  conditionOn(present).map((condition) => (evaluate(condition, present) ? condition : { kind: 'not', condition }))

const step: fc.Arbitrary<Step> = fc.option(attributes, { nil: undefined, freq: 4 }).chain((present) =>
  fc.record<Step>({
    present: fc.constant(present),
    condition: fc.oneof(
      { weight: 2, arbitrary: fc.constant(always) },
      { weight: 2, arbitrary: holdingCondition(present) },
      conditionOn(present),
    ),
    write: fc.oneof<fc.Arbitrary<Step['write']>[]>(
      fc.record({ kind: fc.constant('put'), attributes }),
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('update'), update: updateOn(present) }) } as never,
      fc.constant({ kind: 'delete' }),
      fc.constant({ kind: 'check' }),
    ),
  }),
)

export const steps = fc.array(step, { minLength: 1, maxLength: 3 })

/** Disagreements of the past, each settled as its comment says. */
export const settled: (readonly Step[])[] = [
  // An empty set of elements is no action, so its path overlaps with nothing: memory had refused the update.
  [
    {
      present: { s: new Set([1]) },
      condition: always,
      write: {
        kind: 'update',
        update: [
          { kind: 'add-to-set', path: ['s'], elements: new Set() },
          { kind: 'add-to-set', path: ['s'], elements: new Set([2]) },
        ],
      },
    },
  ],
  // An update that does nothing still makes the item, alone and among others.
  [{ present: undefined, condition: always, write: { kind: 'update', update: [] } }],
  [
    { present: undefined, condition: always, write: { kind: 'update', update: [] } },
    { present: { a: 1 }, condition: always, write: { kind: 'check' } },
  ],
  // What has no size satisfies `<>`: the core had it false.
  [{ present: {}, condition: { kind: 'size', path: ['a'], operator: '<>', size: 1 }, write: { kind: 'delete' } }],
  // A part of a binary value is contained in it: the core had it false.
  [
    {
      present: { b: Uint8Array.of(1, 2, 3) },
      condition: { kind: 'contains', path: ['b'], element: Uint8Array.of(2, 3) },
      write: { kind: 'delete' },
    },
  ],
  // Indexes past the end append in their order, and removals mean the indexes before: the core had neither.
  [
    {
      present: { l: ['a', { x: 1, y: 2 }] },
      condition: always,
      write: {
        kind: 'update',
        update: [
          { kind: 'set', path: ['l', 9], value: 'last' },
          { kind: 'set', path: ['l', 5], value: 'first' },
          { kind: 'remove', path: ['l', 0] },
          { kind: 'remove', path: ['l', 1, 'x'] },
          { kind: 'remove', path: ['l', 2] },
        ],
      },
    },
  ],
  // A sum of more than 38 digits is refused: the core had stored it.
  [
    {
      present: { n: 10n ** 38n },
      condition: always,
      write: { kind: 'update', update: [{ kind: 'increment', path: ['n'], by: 0.1 }] },
    },
  ],
]
