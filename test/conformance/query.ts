/**
 * Queries: one partition in the order of its sort key, in pages, over the table or an index.
 *
 * @module
 */
import type { ScalarValue } from '../../core/data/attribute-value.ts'
import type { Item, ItemKey } from '../../core/data/item.ts'
import { Decimal } from '../../core/data/number.ts'
import { compareTo, equals } from '../../core/expression/condition.ts'
import { removeFromSet, set } from '../../core/expression/update.ts'
import type { QueryRequest, SortCondition, Store } from '../../core/store/store.ts'
import type { IndexDefinition, KeyAttribute } from '../../core/store/table-definition.ts'
import { type Bench, type Cases, expectCommitted, put, remove, update } from './bench.ts'
import { expect, expectEqual, expectRejection } from './expect.ts'

const keys = ['p', 's']

async function seeded({ seed, table }: Bench, sorts: readonly ScalarValue[], type: KeyAttribute['type'] = 'S') {
  const name = await table({ partition: { name: 'p', type: 'S' }, sort: { name: 's', type } })
  const items = sorts.map((s, i) => ({ p: 'mine', s, i }))
  await seed(name, [...items.toReversed(), { p: 'other', s: sorts[0]!, i: -1 }], keys)
  return name
}

const request = (table: string, more: Partial<QueryRequest> = {}): QueryRequest => ({
  table,
  consistent: true,
  partition: { attribute: 'p', value: 'mine' },
  reverse: false,
  ...more,
})

/** All pages, as a caller follows them. */
async function everything(store: Store, query: QueryRequest): Promise<readonly Item[]> {
  const items: Item[] = []
  let from: ItemKey | undefined
  for (let pages = 0; pages < 1000; pages++) {
    const page = await store.query({ ...query, from })
    items.push(...page.items)
    if (page.next === undefined) return items
    from = page.next
  }
  throw new Error('Expected the pages to end')
}

const positions = (items: readonly Item[]): readonly number[] => items.map((item) => item['i'] as number)

async function expectOrder(bench: Bench, sorts: readonly ScalarValue[], type: KeyAttribute['type']): Promise<void> {
  const name = await seeded(bench, sorts, type)
  const ascending = sorts.map((_, i) => i)
  expectEqual(positions(await everything(bench.store, request(name))), ascending, 'ascending')
  const descending = await everything(bench.store, request(name, { reverse: true }))
  expectEqual(positions(descending), ascending.toReversed(), 'descending')
}

const byBadge: IndexDefinition = {
  name: 'by-badge',
  kind: 'global',
  partition: { name: 'badge', type: 'S' },
  sort: { name: 'level', type: 'N' },
  projection: 'all',
}
const badgeQuery = (table: string, more: Partial<QueryRequest> = {}): QueryRequest =>
  request(table, {
    index: 'by-badge',
    consistent: false,
    partition: { attribute: 'badge', value: 'gold' },
    ...more,
  })

/** Global indexes follow the table after a while: looks until the answer is as expected or time is up. */
async function expectEventually(look: () => Promise<readonly Item[]>, expected: readonly Item[], what: string) {
  for (const patience of [0, 20, 100, 500, 2000]) {
    await new Promise((resolve) => setTimeout(resolve, patience))
    const items = await look()
    if (items.length === expected.length || patience === 2000) return expectEqual(items, expected, what)
  }
}

export const query: Cases = {
  'orders texts by their UTF-8 bytes': (bench) =>
    expectOrder(bench, ['A', 'B', 'a', 'ab', 'b', 'é', 'ﬀ', '￿', '\u{10000}', '\u{1F600}'], 'S'),
  'orders numbers by value': (bench) =>
    expectOrder(
      bench,
      [
        -(10n ** 30n),
        -5,
        new Decimal('-1.00000000000000000000000000001'),
        -1,
        0,
        0.5,
        2,
        10,
        2 ** 53 - 1,
        2n ** 53n + 1n,
        10n ** 30n,
      ],
      'N',
    ),
  'orders bytes unsigned, shorter first': (bench) =>
    expectOrder(
      bench,
      [[0], [0, 0], [1, 255], [2], [127], [128], [255], [255, 0]].map((each) => Uint8Array.from(each)),
      'B',
    ),
  'keeps to its partition': async (bench) => {
    const name = await seeded(bench, ['a', 'b'])
    const items = await everything(bench.store, request(name, { partition: { attribute: 'p', value: 'other' } }))
    expectEqual(positions(items), [-1], 'other partition')
    const none = await everything(bench.store, request(name, { partition: { attribute: 'p', value: 'nobody' } }))
    expectEqual(none.length, 0, 'empty partition')
  },
  'keeps within bounds of the sort key': async (bench) => {
    const name = await seeded(bench, ['a', 'b', 'ba', 'bb', 'c'])
    const bounds: readonly (readonly [SortCondition, readonly number[]])[] = [
      [{ operator: '=', value: 'b' }, [1]],
      [{ operator: '=', value: 'x' }, []],
      [{ operator: '<', value: 'b' }, [0]],
      [{ operator: '<=', value: 'b' }, [0, 1]],
      [{ operator: '>', value: 'b' }, [2, 3, 4]],
      [{ operator: '>=', value: 'b' }, [1, 2, 3, 4]],
      [{ operator: 'between', low: 'b', high: 'bb' }, [1, 2, 3]],
      [{ operator: 'begins-with', prefix: 'b' }, [1, 2, 3]],
      [{ operator: 'begins-with', prefix: 'x' }, []],
    ]
    for (const [bound, expected] of bounds) {
      const sort = { attribute: 's', ...bound }
      expectEqual(positions(await everything(bench.store, request(name, { sort }))), expected, bound.operator)
      const backwards = await everything(bench.store, request(name, { sort, reverse: true }))
      expectEqual(positions(backwards), expected.toReversed(), `${bound.operator} backwards`)
    }
  },
  'refuses bounds that no sort key could be': async (bench) => {
    const name = await seeded(bench, ['a'])
    const long = 'x'.repeat(1025)
    const bounds: readonly SortCondition[] = [
      { operator: '>', value: '' },
      { operator: '=', value: long },
      { operator: '<', value: long },
      { operator: 'between', low: 'a', high: long },
      { operator: 'begins-with', prefix: long },
    ]
    for (const bound of bounds) {
      await expectRejection('REJECTED', bench.store.query(request(name, { sort: { attribute: 's', ...bound } })))
    }
  },
  'begins with bytes': async (bench) => {
    const name = await seeded(
      bench,
      [[1], [1, 0], [1, 255], [1, 255, 255], [2]].map((each) => Uint8Array.from(each)),
      'B',
    )
    const sort = { attribute: 's', operator: 'begins-with' as const, prefix: Uint8Array.of(1, 255) }
    expectEqual(positions(await everything(bench.store, request(name, { sort }))), [2, 3], 'items')
  },
  'pages by items looked at': async (bench) => {
    const name = await seeded(bench, ['a', 'b', 'c', 'd', 'e'])
    for (const reverse of [false, true]) {
      const first = await bench.store.query(request(name, { limit: 2, reverse }))
      expectEqual(positions(first.items), reverse ? [4, 3] : [0, 1], 'first page')
      expect(first.next !== undefined, 'Expected a next page')
      const second = await bench.store.query(request(name, { limit: 2, reverse, from: first.next }))
      expectEqual(positions(second.items), reverse ? [2, 1] : [2, 3], 'second page')
      const all = await everything(bench.store, request(name, { limit: 2, reverse }))
      expectEqual(positions(all), reverse ? [4, 3, 2, 1, 0] : [0, 1, 2, 3, 4], 'all pages')
    }
  },
  'goes on after empty pages when a filter drops all': async (bench) => {
    const name = await seeded(bench, ['a', 'b', 'c', 'd', 'e'])
    const filter = compareTo(['i'], '>=', 4)
    const first = await bench.store.query(request(name, { limit: 2, filter }))
    expectEqual(first.items.length, 0, 'items of the first page')
    expect(first.next !== undefined, 'Expected a next page')
    expectEqual(positions(await everything(bench.store, request(name, { limit: 2, filter }))), [4], 'all pages')
  },
  'goes on from a key whose item is gone': async (bench) => {
    const name = await seeded(bench, ['a', 'b', 'c'])
    const first = await bench.store.query(request(name, { limit: 2 }))
    const gone = {
      kind: 'delete',
      table: name,
      key: { p: 'mine', s: 'b' },
      condition: compareTo(['i'], '=', 1),
    } as const
    expectCommitted(await bench.commit(gone))
    const second = await bench.store.query(request(name, { from: first.next }))
    expectEqual(positions(second.items), [2], 'second page')
  },
  'goes on within bounds': async (bench) => {
    const name = await seeded(bench, ['a', 'b', 'c', 'd', 'e'])
    const sort = { attribute: 's', operator: 'between' as const, low: 'b', high: 'd' }
    expectEqual(positions(await everything(bench.store, request(name, { sort, limit: 1 }))), [1, 2, 3], 'forwards')
    const backwards = await everything(bench.store, request(name, { sort, limit: 1, reverse: true }))
    expectEqual(positions(backwards), [3, 2, 1], 'backwards')
  },
  'ends a page before it grows too large, whatever the limit': async (bench) => {
    const { seed, store, table } = bench
    const name = await table({ partition: { name: 'p', type: 'S' }, sort: { name: 's', type: 'N' } })
    const text = 'x'.repeat(300 * 1024)
    for (let s = 0; s < 5; s++) await seed(name, [{ p: 'mine', s, i: s, text }], keys)
    const first = await store.query(request(name))
    expect(first.next !== undefined && first.items.length < 5, 'Expected several pages')
    expectEqual(positions(await everything(store, request(name))), [0, 1, 2, 3, 4], 'all pages')
  },
  'returns only projected attributes': async (bench) => {
    const name = await seeded(bench, ['a'])
    const { items } = await bench.store.query(request(name, { projection: ['s', 'none'] }))
    expectEqual(items, [{ s: 'a' }], 'items')
  },
  'filters by attributes it does not return': async (bench) => {
    const name = await seeded(bench, ['a', 'b'])
    const { items } = await bench.store.query(request(name, { projection: ['s'], filter: equals(['i'], 1) }))
    expectEqual(items, [{ s: 'b' }], 'items')
  },
  'queries a table without sort key': async ({ seed, store, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a' }, { id: 'b' }])
    const { items } = await store.query(request(name, { partition: { attribute: 'id', value: 'a' } }))
    expectEqual(items, [{ id: 'a' }], 'items')
  },
  'finds by a global index only what has its keys': async ({ seed, store, table }) => {
    const name = await table({ indexes: [byBadge] })
    await seed(name, [
      { id: 'a', badge: 'gold', level: 2 },
      { id: 'b', badge: 'gold', level: 1 },
      { id: 'c', badge: 'gold' },
      { id: 'd', level: 1 },
      { id: 'e', badge: 'tin', level: 1 },
    ])
    const expected = [
      { id: 'b', badge: 'gold', level: 1 },
      { id: 'a', badge: 'gold', level: 2 },
    ]
    await expectEventually(() => everything(store, badgeQuery(name)), expected, 'items')
    const sort = { attribute: 'level', operator: '>' as const, value: 1 }
    expectEqual(positionsOf(await everything(store, badgeQuery(name, { sort }))), ['a'], 'bounded')
  },
  'keeps an index in step with changes and deletions': async ({ commit, seed, store, table }) => {
    const name = await table({ indexes: [byBadge] })
    await seed(name, [
      { id: 'a', badge: 'gold', level: 1 },
      { id: 'b', badge: 'gold', level: 2 },
      { id: 'c', badge: 'gold', level: 3 },
      { id: 'd', badge: 'gold', level: 4, tags: new Set(['x', 'y']) },
    ])
    await commit(
      update(name, 'a', [set(['badge'], 'tin')]),
      remove(name, 'b'),
      put(name, { id: 'c', badge: 'gold', level: 9 }),
      update(name, 'd', [removeFromSet(['tags'], new Set(['x']))]),
    )
    const expected = [
      { id: 'd', badge: 'gold', level: 4, tags: new Set(['y']) },
      { id: 'c', badge: 'gold', level: 9 },
    ]
    await expectEventually(() => everything(store, badgeQuery(name)), expected, 'items')
  },
  'pages over equal keys of an index, each item once': async ({ seed, store, table }) => {
    const name = await table({ indexes: [byBadge] })
    const ids = [...Array(7).keys()].map((i) => `item ${i}`)
    await seed(
      name,
      ids.map((id) => ({ id, badge: 'gold', level: 1 })),
    )
    for (const reverse of [false, true]) {
      const items = await everything(store, badgeQuery(name, { limit: 2, reverse }))
      expectEqual(positionsOf(items).toSorted(), ids, reverse ? 'backwards' : 'forwards')
    }
  },
  'holds in an index what its projection says': async ({ seed, store, table }) => {
    const narrow = { ...byBadge, name: 'narrow', projection: 'keys' as const }
    const some = { ...byBadge, name: 'some', projection: ['nick'] }
    const name = await table({ indexes: [narrow, some] })
    await seed(name, [{ id: 'a', badge: 'gold', level: 1, nick: 'ann', text: 'long' }])
    const inKeys = [{ id: 'a', badge: 'gold', level: 1 }]
    await expectEventually(() => everything(store, badgeQuery(name, { index: 'narrow' })), inKeys, 'keys')
    const inSome = [{ id: 'a', badge: 'gold', level: 1, nick: 'ann' }]
    await expectEventually(() => everything(store, badgeQuery(name, { index: 'some' })), inSome, 'some')
  },
  'queries a local index by another sort key': async ({ seed, store, table }) => {
    const name = await table({
      partition: { name: 'p', type: 'S' },
      sort: { name: 's', type: 'S' },
      indexes: [
        {
          name: 'by-rank',
          kind: 'local',
          partition: { name: 'p', type: 'S' },
          sort: { name: 'rank', type: 'N' },
          projection: 'all',
        },
      ],
    })
    await seed(
      name,
      [
        { p: 'mine', s: 'a', rank: 2, i: 1 },
        { p: 'mine', s: 'b', rank: 1, i: 0 },
        { p: 'mine', s: 'c', i: 9 },
      ],
      keys,
    )
    expectEqual(positions(await everything(store, request(name, { index: 'by-rank' }))), [0, 1], 'items')
    const paged = await everything(store, request(name, { index: 'by-rank', limit: 1 }))
    expectEqual(positions(paged), [0, 1], 'pages')
  },
}

const positionsOf = (items: readonly Item[]): readonly string[] => items.map((item) => item['id'] as string)
