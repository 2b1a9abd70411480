import fc from 'fast-check'
import { test } from 'uvu'
import { dynamodbStore } from '../../adapters/dynamodb/index.ts'
import { memoryStore } from '../../adapters/memory/index.ts'
import { type AttributeMap, type AttributeValue, equal } from '../../core/data/attribute-value.ts'
import type { Item } from '../../core/data/item.ts'
import { apply, InapplicableUpdate } from '../../core/expression/apply.ts'
import type { Condition } from '../../core/expression/condition.ts'
import { evaluate } from '../../core/expression/evaluate.ts'
import type { Update } from '../../core/expression/update.ts'
import type { CommitOutcome } from '../../core/store/commit-outcome.ts'
import type { Store } from '../../core/store/store.ts'
import type { WriteAction } from '../../core/store/write-plan.ts'
import { dynamodbLocal } from '../support/dynamodb-local.ts'
import { attributes, conditionOn, updateOn } from './arbitrary.ts'

/** One item, and what a plan does to it. */
interface Step {
  readonly present: AttributeMap | undefined
  readonly condition: Condition
  readonly write:
    | { readonly kind: 'put'; readonly attributes: AttributeMap }
    | { readonly kind: 'update'; readonly update: Update }
    | { readonly kind: 'delete' }
    | { readonly kind: 'check' }
}

const always: Condition = { kind: 'all', conditions: [] }

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

const steps = fc.array(step, { minLength: 1, maxLength: 3 })

/** Disagreements of the past, each settled as its comment says. */
const settled: [readonly Step[]][] = [
  // An empty set of elements is no action, so its path overlaps with nothing: memory had refused the update.
  [
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
  ],
  // An update that does nothing still makes the item, alone and among others.
  [[{ present: undefined, condition: always, write: { kind: 'update', update: [] } }]],
  [
    [
      { present: undefined, condition: always, write: { kind: 'update', update: [] } },
      { present: { a: 1 }, condition: always, write: { kind: 'check' } },
    ],
  ],
  // What has no size satisfies `<>`: the core had it false.
  [[{ present: {}, condition: { kind: 'size', path: ['a'], operator: '<>', size: 1 }, write: { kind: 'delete' } }]],
  // A part of a binary value is contained in it: the core had it false.
  [
    [
      {
        present: { b: Uint8Array.of(1, 2, 3) },
        condition: { kind: 'contains', path: ['b'], element: Uint8Array.of(2, 3) },
        write: { kind: 'delete' },
      },
    ],
  ],
  // Indexes past the end append in their order, and removals mean the indexes before: the core had neither.
  [
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
  ],
  // A sum of more than 38 digits is refused: the core had stored it.
  [
    [
      {
        present: { n: 10n ** 38n },
        condition: always,
        write: { kind: 'update', update: [{ kind: 'increment', path: ['n'], by: 0.1 }] },
      },
    ],
  ],
]

const table = 'parity'
const { PARITY_RUNS, PARITY_VERBOSE } = process.env
const runs = Number(PARITY_RUNS ?? 300)
let count = 0

async function run(store: Store, cases: readonly Step[], prefix: string) {
  const idOf = (i: number): string => `${prefix}-${i}`
  for (const [i, { present }] of cases.entries()) {
    if (present === undefined) continue
    const item = { id: idOf(i), ...present }
    const seeded = await store.commit(plan([{ kind: 'put', table, key: { id: idOf(i) }, item, condition: always }]))
    if (seeded.kind !== 'committed') throw new Error(`Seeding: ${describe(seeded)}`)
  }
  const actions = cases.map(({ condition, write }, i): WriteAction => {
    const target = { table, key: { id: idOf(i) }, condition }
    return write.kind === 'put'
      ? { ...target, kind: 'put', item: { id: idOf(i), ...write.attributes } }
      : { ...target, ...write }
  })
  const outcome = await store.commit(plan(actions))
  const keys = cases.map((_, i) => ({ table, key: { id: idOf(i) } }))
  return { outcome, items: await store.read(keys, { consistent: true }) }
}

const plan = (actions: readonly WriteAction[]) => ({ id: globalThis.crypto.randomUUID(), actions })

const describe = (outcome: CommitOutcome): string => fc.stringify({ ...outcome, cause: undefined })

/** What of an outcome must be the same: not the words. */
const meaning = (outcome: CommitOutcome): AttributeValue =>
  outcome.kind === 'conflict'
    ? outcome.failures.map(({ position, present }) => [position, present ?? null])
    : outcome.kind

/**
 * DynamoDB Local refuses a plan for an update that does not fit before it looks at the other actions' conditions; the
 * service names both in its cancellation reasons, and the condition wins.
 */
function isLocalGap(cases: readonly Step[], memory: CommitOutcome, dynamodb: CommitOutcome): boolean {
  if (memory.kind !== 'conflict' || dynamodb.kind !== 'invalid') return false
  return cases.some(({ present, condition, write }, i) => {
    const item = present && { id: String(i), ...present }
    if (write.kind !== 'update' || !evaluate(condition, item)) return false
    try {
      apply(write.update, item ?? {})
      return false
    } catch (error) {
      return error instanceof InapplicableUpdate
    }
  })
}

const same = (a: readonly (Item | undefined)[], b: readonly (Item | undefined)[]): boolean =>
  a.length === b.length && a.every((item, i) => equal(item, b[i]))

const local = await dynamodbLocal()
if (local !== undefined) {
  const client = local.client()
  const memory = memoryStore()
  const dynamodb = dynamodbStore({ client })

  test('memory and DynamoDB give the same outcome, images and items', async () => {
    for (const store of [memory, dynamodb]) {
      await store.createTable({ table, partition: { name: 'id', type: 'S' }, indexes: [] })
    }
    const kinds = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(steps, async (cases) => {
        const prefix = `run ${count++}`
        const [mine, theirs] = await Promise.all([run(memory, cases, prefix), run(dynamodb, cases, prefix)])
        kinds.set(theirs.outcome.kind, (kinds.get(theirs.outcome.kind) ?? 0) + 1)
        if (!same(mine.items, theirs.items)) {
          throw new Error(`Items: memory ${fc.stringify(mine.items)}, DynamoDB ${fc.stringify(theirs.items)}`)
        }
        if (equal(meaning(mine.outcome), meaning(theirs.outcome))) return
        if (isLocalGap(cases, mine.outcome, theirs.outcome)) return
        throw new Error(`Outcome: memory ${describe(mine.outcome)}, DynamoDB ${describe(theirs.outcome)}`)
      }),
      { numRuns: runs, examples: settled },
    )
    if (PARITY_VERBOSE) console.log([...kinds])
    // A generator gone astray would compare only refusals.
    for (const kind of ['committed', 'conflict', 'invalid']) {
      if ((kinds.get(kind) ?? 0) < runs / 20)
        throw new Error(`Too few outcomes of kind ${kind}: ${fc.stringify(kinds)}`)
    }
  })

  test.after(async () => {
    await dynamodb.deleteTable(table)
    client.destroy()
  })
}

test.run()
