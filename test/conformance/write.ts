/**
 * Bulk writes: one batch without conditions.
 *
 * @module
 */

import type { Item } from '../../core/data/item.ts'
import type { BulkWrite } from '../../core/store/bulk-write.ts'
import { type Cases, put as conditionalPut } from './bench.ts'
import { expect, expectEqual, expectRejection } from './expect.ts'

const put = (table: string, item: Item): BulkWrite => ({
  kind: 'put',
  table,
  key: { id: item['id'] as string },
  item,
})
const remove = (table: string, id: string): BulkWrite => ({ kind: 'delete', table, key: { id } })

export const write: Cases = {
  'puts and deletes whatever is there, on several tables': async ({ look, seed, store, table }) => {
    const [one, two] = [await table(), await table()]
    await seed(one, [{ id: 'a', old: true }, { id: 'b' }])
    const outcome = await store.write([
      put(one, { id: 'a', n: 1 }),
      remove(one, 'b'),
      remove(one, 'absent'),
      put(two, { id: 'a', deep: { list: [new Set(['x'])] } }),
    ])
    expectEqual(outcome.unprocessed.length, 0, 'unprocessed')
    expectEqual(await look(one, 'a'), { id: 'a', n: 1 }, 'put over another')
    expectEqual(await look(one, 'b'), undefined, 'deleted')
    expectEqual(await look(two, 'a'), { id: 'a', deep: { list: [new Set(['x'])] } }, 'put')
  },
  'does nothing for nothing': async ({ store }) => {
    expectEqual((await store.write([])).unprocessed.length, 0, 'unprocessed')
  },
  'takes as many writes as it says, and no more': async ({ look, store, table }) => {
    const name = await table()
    const writes = Array.from({ length: store.limits.batchWrites + 1 }, (_, i) => put(name, { id: `item ${i}` }))
    await expectRejection('REJECTED', store.write(writes))
    expectEqual(await look(name, 'item 0'), undefined, 'item of a batch that is too large')
    await store.write(writes.slice(1))
    expectEqual(await look(name, 'item 1'), { id: 'item 1' }, 'item')
  },
  'refuses two writes of one item': async ({ look, store, table }) => {
    const name = await table()
    await expectRejection('REJECTED', store.write([put(name, { id: 'a' }), remove(name, 'a')]))
    expectEqual(await look(name, 'a'), undefined, 'item')
  },
  'refuses what cannot be stored, and writes nothing of its batch': async ({ look, store, table }) => {
    const name = await table()
    for (const bad of [{ id: '' }, { id: 'b', empty: new Set<string>() }, { id: 'b', number: 10n ** 126n }]) {
      await expectRejection('REJECTED', store.write([put(name, { id: 'a' }), put(name, bad)]))
    }
    expectEqual(await look(name, 'a'), undefined, 'item')
  },
  'keeps indexes right': async ({ seed, store, table }) => {
    const partition = { name: 'badge', type: 'S' } as const
    const name = await table({ indexes: [{ name: 'by-badge', kind: 'global', partition, projection: 'keys' }] })
    await seed(name, [
      { id: 'a', badge: 'gold' },
      { id: 'b', badge: 'gold' },
    ])
    await store.write([put(name, { id: 'a', badge: 'tin' }), remove(name, 'b'), put(name, { id: 'c', badge: 'gold' })])
    const { items } = await store.scan({ table: name, index: 'by-badge', consistent: false })
    const badges = items.map((item) => `${item['id']} ${item['badge']}`).toSorted()
    expectEqual(badges, ['a tin', 'c gold'], 'index')
  },
  'is seen by conditions of commits': async ({ commit, store, table }) => {
    const name = await table()
    await store.write([put(name, { id: 'a' })])
    const outcome = await commit(conditionalPut(name, { id: 'a' }, { kind: 'absent', path: ['id'] }))
    expect(outcome.kind === 'conflict', 'Expected a conflict')
  },
  'refuses what was aborted before': async ({ look, store, table }) => {
    const name = await table()
    await expectRejection('ABORTED', store.write([put(name, { id: 'a' })], { signal: AbortSignal.abort() }))
    expectEqual(await look(name, 'a'), undefined, 'item')
  },
}
