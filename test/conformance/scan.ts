/**
 * Scans: every item once, in pages and segments.
 *
 * @module
 */
import type { Item, ItemKey } from '../../core/data/item.ts'
import { compareTo } from '../../core/expression/condition.ts'
import type { ScanRequest, Store } from '../../core/store/store.ts'
import { type Bench, type Cases, expectCommitted, remove } from './bench.ts'
import { expect, expectEqual } from './expect.ts'

const ids = [...Array(30).keys()].map((i) => `item ${String(i).padStart(2, '0')}`)

async function seeded({ seed, table }: Bench): Promise<string> {
  const name = await table()
  await seed(
    name,
    ids.map((id, i) => ({ id, i })),
  )
  return name
}

async function everything(store: Store, request: Omit<ScanRequest, 'consistent'>): Promise<readonly Item[]> {
  const items: Item[] = []
  let from: ItemKey | undefined
  for (let pages = 0; pages < 1000; pages++) {
    const page = await store.scan({ consistent: true, ...request, from })
    items.push(...page.items)
    if (page.next === undefined) return items
    from = page.next
  }
  throw new Error('Expected the pages to end')
}

const sortedIds = (items: readonly Item[]): readonly string[] => items.map((item) => item['id'] as string).toSorted()

export const scan: Cases = {
  'finds nothing in an empty table': async ({ store, table }) => {
    const page = await store.scan({ table: await table(), consistent: true })
    expectEqual(page.items.length, 0, 'items')
    expect(page.next === undefined, 'Expected no next page')
  },
  'returns every item once': async (bench) => {
    const table = await seeded(bench)
    expectEqual(sortedIds(await everything(bench.store, { table })), ids, 'ids')
  },
  'returns every item once over pages': async (bench) => {
    const table = await seeded(bench)
    expectEqual(sortedIds(await everything(bench.store, { table, limit: 7 })), ids, 'ids')
    const first = await bench.store.scan({ table, consistent: true, limit: 7 })
    expectEqual(first.items.length, 7, 'items of a page')
  },
  'returns every item once over segments': async (bench) => {
    const table = await seeded(bench)
    const parts: Item[] = []
    for (let index = 0; index < 4; index++) {
      parts.push(...(await everything(bench.store, { table, limit: 3, segment: { index, of: 4 } })))
    }
    expectEqual(sortedIds(parts), ids, 'ids')
  },
  'returns what stays once, though others go between pages': async (bench) => {
    const table = await seeded(bench)
    const first = await bench.store.scan({ table, consistent: true, limit: 10 })
    const gone = sortedIds(first.items).slice(0, 5)
    for (const id of gone) expectCommitted(await bench.commit(remove(table, id)))
    const seen = [...first.items]
    for (let from = first.next; from !== undefined; ) {
      const page = await bench.store.scan({ table, consistent: true, limit: 10, from })
      seen.push(...page.items)
      from = page.next
    }
    expectEqual(sortedIds(seen), ids, 'ids')
  },
  'filters after counting': async (bench) => {
    const table = await seeded(bench)
    const filter = compareTo(['i'], '>=', 25)
    expectEqual(sortedIds(await everything(bench.store, { table, filter })), ids.slice(25), 'ids')
    const paged = await everything(bench.store, { table, filter, limit: 4 })
    expectEqual(sortedIds(paged), ids.slice(25), 'ids over pages')
  },
  'returns only projected attributes': async (bench) => {
    const table = await seeded(bench)
    const items = await everything(bench.store, { table, projection: ['id'] })
    expect(
      items.every((item) => Object.keys(item).length === 1),
      'Expected one attribute',
    )
    expectEqual(sortedIds(items), ids, 'ids')
  },
  'only counts when asked to, over pages too': async (bench) => {
    const table = await seeded(bench)
    const filter = compareTo(['i'], '>=', 25)
    const { items, count } = await bench.store.scan({
      table,
      consistent: true,
      countOnly: true,
      filter,
      projection: ['id'],
    })
    expectEqual([items.length, count], [0, 5], 'items and count')
    let total = 0
    let from: ItemKey | undefined
    do {
      const page = await bench.store.scan({ table, consistent: true, countOnly: true, limit: 7, from })
      total += page.count
      from = page.next
    } while (from !== undefined)
    expectEqual(total, ids.length, 'count over pages')
    expectEqual((await bench.store.scan({ table, consistent: true })).count, ids.length, 'count beside items')
  },
  'scans an index': async ({ seed, store, table }) => {
    const name = await table({
      indexes: [{ name: 'by-badge', kind: 'global', partition: { name: 'badge', type: 'S' }, projection: 'keys' }],
    })
    await seed(name, [{ id: 'a', badge: 'gold', more: 1 }, { id: 'b' }])
    const { items } = await store.scan({ table: name, index: 'by-badge', consistent: false })
    expectEqual(items, [{ id: 'a', badge: 'gold' }], 'items')
  },
}
