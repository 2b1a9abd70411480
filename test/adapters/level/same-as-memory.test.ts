import fc from 'fast-check'
import { test } from 'uvu'
import { levelStore } from '../../../adapters/level/index.ts'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { type AttributeMap, type AttributeValue, equal, type ScalarValue } from '../../../core/data/attribute-value.ts'
import type { Item, ItemKey } from '../../../core/data/item.ts'
import { all } from '../../../core/expression/condition.ts'
import type { CommitOutcome } from '../../../core/store/commit-outcome.ts'
import type { QueryRequest, SortCondition, Store } from '../../../core/store/store.ts'
import type { IndexDefinition, KeyAttribute, TableDefinition } from '../../../core/store/table-definition.ts'
import type { WriteAction } from '../../../core/store/write-plan.ts'
import { attributes, bytes, conditionOn, number, text, updateOn } from '../../parity/arbitrary.ts'
import { newDirectory, removeDirectories } from './directory.ts'

/** Rounds of several steps each, on the same two stores; after some the level store is closed and opened again. */
const rounds = Number(process.env['PARITY_RUNS'] ?? 150)

const sortValues = { S: text, N: number, B: bytes } as Readonly<Record<KeyAttribute['type'], fc.Arbitrary<ScalarValue>>>
const types = ['S', 'N', 'B'] as const

/** One table for each type of sort key, with indexes of the others: whatever is a key has its values in order. */
const definitionOf = (type: KeyAttribute['type']): TableDefinition => {
  const partition = { name: 'p', type: 'S' } as const
  const index = (name: string, more: Partial<IndexDefinition>): IndexDefinition => ({
    name,
    kind: 'global',
    partition: { name: 'badge', type: 'S' },
    projection: 'all',
    ...more,
  })
  return {
    table: `of ${type}`,
    partition,
    sort: { name: 's', type },
    indexes: [
      index('by badge', {}),
      index('by badge and level', { sort: { name: 'level', type: 'N' }, projection: ['a', 'size'] }),
      index('by data', { partition: { name: 'data', type: 'B' }, projection: 'keys' }),
      index('by level', { kind: 'local', partition, sort: { name: 'level', type: 'N' } }),
    ],
  }
}

const few = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value> => fc.option(values, { nil: undefined as never })
const badge = fc.constantFrom('gold', 'tin', 'gold\0', '')
const keyed = fc
  .record({ badge: few(badge), level: few(number), data: few(bytes), rest: attributes })
  .map(({ rest, ...keys }) => ({
    ...rest,
    ...Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined)),
  }))

const place = fc.constantFrom(...types).chain((type) =>
  fc.record({
    table: fc.constant(`of ${type}`),
    key: fc.record({ p: fc.constantFrom('x', 'x\0', 'y'), s: sortValues[type] }, { noNullPrototype: true }),
  }),
)

const action: fc.Arbitrary<WriteAction> = fc.tuple(place, keyed).chain(([{ table, key }, rest]) => {
  const condition = fc.oneof({ weight: 2, arbitrary: fc.constant(all([])) }, conditionOn(rest))
  const target = { table: fc.constant(table), key: fc.constant(key), condition }
  return fc.oneof<fc.Arbitrary<WriteAction>[]>(
    {
      weight: 3,
      arbitrary: fc.record({ ...target, kind: fc.constant('put'), item: fc.constant({ ...rest, ...key }) }),
    } as never,
    fc.record({ ...target, kind: fc.constant('update'), update: updateOn(rest) }),
    fc.record({ ...target, kind: fc.constant('delete') }),
    fc.record({ ...target, kind: fc.constant('check') }),
  )
})

function sortOf(attribute: string, values: fc.Arbitrary<ScalarValue>): fc.Arbitrary<QueryRequest['sort']> {
  const conditions = fc.oneof<fc.Arbitrary<SortCondition>[]>(
    fc.record({ operator: fc.constantFrom('=', '<', '<=', '>', '>='), value: values }),
    fc.record({ operator: fc.constant('between'), low: values, high: values }),
    fc.record({ operator: fc.constant('begins-with'), prefix: values as fc.Arbitrary<string> }),
  )
  return fc.option(
    conditions.map((condition) => ({ attribute, ...condition })),
    { nil: undefined },
  )
}

const query: fc.Arbitrary<QueryRequest> = fc.constantFrom(...types).chain((type) => {
  const p = fc.record({ attribute: fc.constant('p'), value: fc.constantFrom('x', 'x\0', 'y', 'z') })
  const byBadge = fc.record({ attribute: fc.constant('badge'), value: badge })
  const byData = fc.record({ attribute: fc.constant('data'), value: bytes })
  const none = fc.constant(undefined)
  const way = (
    index: string | undefined,
    partition: fc.Arbitrary<QueryRequest['partition']>,
    sort: fc.Arbitrary<QueryRequest['sort']>,
  ) =>
    fc.record({
      table: fc.constant(`of ${type}`),
      index: fc.constant(index),
      partition,
      sort,
      consistent: fc.constant(false),
      reverse: fc.boolean(),
      limit: fc.constantFrom(undefined, 1, 2, 100),
      filter: fc.option(conditionOn({ a: 1 }), { nil: undefined, freq: 3 }),
      projection: fc.constantFrom(undefined, ['a', 's']),
    })
  return fc.oneof(
    way(undefined, p, sortOf('s', sortValues[type])),
    way('by badge', byBadge, none),
    way('by badge and level', byBadge, sortOf('level', number)),
    way('by data', byData, none),
    way('by level', p, sortOf('level', number)),
  )
})

const round = fc.record({
  plans: fc.array(fc.array(action, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
  queries: fc.array(query, { minLength: 2, maxLength: 6 }),
})

/** An error counts by its words. */
const answered = <Answer>(promise: Promise<Answer>): Promise<Answer | string> =>
  promise.catch((error: Error) => error.message)

async function pages(page: (from: ItemKey | undefined) => ReturnType<Store['scan']>): Promise<readonly Item[]> {
  const items: Item[] = []
  let from: ItemKey | undefined
  do {
    const { items: more, next } = await page(from)
    items.push(...more)
    from = next
  } while (from !== undefined)
  return items
}

const everything = async (store: Store): Promise<AttributeValue> => {
  const tables = types.map((type) => pages((from) => store.scan({ table: `of ${type}`, consistent: true, from })))
  // Each store has its own order of partitions.
  return (await Promise.all(tables)).map(unordered)
}

const unordered = (items: readonly Item[]): AttributeMap =>
  Object.fromEntries(items.map((item) => [fc.stringify([item['p'], item['s'], item['a']]), item]))

const meaning = (outcome: CommitOutcome): AttributeValue =>
  JSON.parse(JSON.stringify(outcome, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)))

async function expectSame(what: string, ask: (store: Store) => Promise<unknown>, stores: readonly [Store, Store]) {
  const [mine, theirs] = await Promise.all(stores.map(ask))
  if (equal(mine as AttributeValue, theirs as AttributeValue)) return
  throw new Error(`${what}: memory ${fc.stringify(mine)}, level ${fc.stringify(theirs)}`)
}

test('memory and LevelDB give the same outcomes, words, items and pages', async () => {
  const path = newDirectory()
  const memory = memoryStore()
  let level = levelStore({ path })
  for (const store of [memory, level]) for (const type of types) await store.createTable(definitionOf(type))
  let count = 0
  await fc.assert(
    fc.asyncProperty(round, async ({ plans, queries }) => {
      const base = count
      count += plans.length
      // At once, so that some go in one group: they must be as if one came after the other.
      const commits = (store: Store) =>
        Promise.all(plans.map((actions, i) => store.commit({ id: `${base + i}`, actions }).then(meaning)))
      await expectSame('Outcomes', commits, [memory, level])
      if (count % 7 === 0) {
        await level.close()
        level = levelStore({ path })
      }
      await expectSame('Items', everything, [memory, level])
      for (const request of queries) {
        const ask = (store: Store) => answered(pages((from) => store.query({ ...request, from })))
        const inOrder = async (store: Store) => {
          const found = await ask(store)
          // Items of equal keys in an index have no order.
          return request.index === undefined || typeof found === 'string' ? found : unordered(found)
        }
        await expectSame(`Query ${fc.stringify(request)}`, inOrder, [memory, level])
      }
    }),
    { numRuns: rounds },
  )
  await level.close()
})

test.after(removeDirectories)

test.run()
