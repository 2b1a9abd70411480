/**
 * What no store may take: too many actions, too large items, values that cannot be stored. Nothing of such a plan is
 * applied.
 *
 * @module
 */
import type { AttributeValue } from '../../core/data/attribute-value.ts'
import type { Item } from '../../core/data/item.ts'
import { Decimal } from '../../core/data/number.ts'
import { set } from '../../core/expression/update.ts'
import type { IndexDefinition } from '../../core/store/table-definition.ts'
import { type Cases, expectCommitted, expectInvalid, put, update } from './bench.ts'
import { expectEqual } from './expect.ts'

const nested = (levels: number): AttributeValue => (levels === 0 ? 'x' : { m: nested(levels - 1) })

export const limits: Cases = {
  'takes as many actions as it says, and no more': async ({ commit, look, store, table }) => {
    const name = await table()
    const actions = Array.from({ length: store.limits.actions + 1 }, (_, i) => put(name, { id: `item ${i}` }))
    expectInvalid(await commit(...actions))
    expectEqual(await look(name, 'item 0'), undefined, 'item')
    expectCommitted(await commit(...actions.slice(1)))
    expectEqual(await look(name, 'item 1'), { id: 'item 1' }, 'item')
  },
  'refuses a put that is too large': async ({ commit, store, table }) => {
    const name = await table()
    const overhead = 'id'.length + 'a'.length + 'text'.length
    const fits = 'x'.repeat(store.limits.itemBytes - overhead)
    expectCommitted(await commit(put(name, { id: 'a', text: fits })))
    expectInvalid(await commit(put(name, { id: 'a', text: `${fits}x` })))
  },
  'refuses an update that makes an item too large': async ({ commit, look, store, table }) => {
    const name = await table()
    const half = 'x'.repeat(store.limits.itemBytes / 2)
    expectCommitted(await commit(put(name, { id: 'a', half })))
    expectInvalid(await commit(update(name, 'a', [set(['more'], half)])), undefined, 'alone')
    const plan = await commit(put(name, { id: 'b' }), update(name, 'a', [set(['more'], half)]))
    expectInvalid(plan, 1, 'among others')
    expectEqual(await look(name, 'a'), { id: 'a', half }, 'item')
    expectEqual(await look(name, 'b'), undefined, 'other item')
  },
  'counts the entries of local indexes, and of no others, as part of an item': async ({ commit, store, table }) => {
    const keys = { partition: { name: 'id', type: 'S' }, sort: { name: 's', type: 'N' } } as const
    const by = (
      name: string,
      kind: 'local' | 'global',
      projection: IndexDefinition['projection'],
    ): IndexDefinition => ({
      ...{ name: `by-${name}`, kind, partition: keys.partition, sort: { name, type: 'N' }, projection },
    })
    const indexes = [
      by('a', 'local', 'all'),
      by('b', 'local', ['text']),
      by('c', 'local', 'keys'),
      by('d', 'global', 'all'),
    ]
    const name = await table({ ...keys, indexes })
    const write = (entries: Item, share: number) => {
      const text = 'x'.repeat(Math.floor(store.limits.itemBytes / share) - 100)
      return commit(put(name, { id: 'mine', s: 1, text, ...entries }, undefined, ['id', 's']))
    }
    expectCommitted(await write({ c: 1, d: 1 }, 1), 'no entries, or small ones')
    expectInvalid(await write({ a: 1 }, 1), undefined, 'an entry of all')
    expectCommitted(await write({ a: 1 }, 2), 'half as large')
    expectInvalid(await write({ a: 1, b: 1 }, 2), undefined, 'two entries')
    expectCommitted(await write({ a: 1, b: 1 }, 3), 'a third')
  },
  'counts the entries of local indexes of an item that is updated': async ({ commit, seed, store, table }) => {
    const partition = { name: 'id', type: 'S' } as const
    const index = { name: 'by-a', kind: 'local', partition, sort: { name: 'a', type: 'N' }, projection: 'all' } as const
    const name = await table({ partition, sort: { name: 's', type: 'N' }, indexes: [index] })
    await seed(name, [{ id: 'mine', s: 1, a: 1 }], ['id', 's'])
    const grows = update(name, 'mine', [set(['more'], 'x'.repeat(store.limits.itemBytes / 2))])
    expectInvalid(await commit({ ...grows, key: { id: 'mine', s: 1 } }))
  },
  'refuses a plan that is too large': async ({ commit, look, store, table }) => {
    const name = await table()
    const text = 'x'.repeat(store.limits.itemBytes - 100)
    const count = Math.floor(store.limits.planBytes / text.length) + 1
    const actions = Array.from({ length: count }, (_, i) => put(name, { id: `item ${i}`, text }))
    expectInvalid(await commit(...actions))
    expectEqual(await look(name, 'item 0'), undefined, 'item')
  },
  'refuses numbers that cannot be stored': async ({ commit, look, table }) => {
    const name = await table()
    const unstorable: readonly AttributeValue[] = [10n ** 126n, 10n ** 40n + 1n, new Decimal('1e-131')]
    for (const [i, value] of unstorable.entries()) {
      expectInvalid(await commit(put(name, { id: 'a', value })), undefined, `put of value ${i}`)
      expectInvalid(await commit(update(name, 'a', [set(['value'], value)])), undefined, `update with value ${i}`)
    }
    expectEqual(await look(name, 'a'), undefined, 'item')
  },
  'refuses empty sets': async ({ commit, look, table }) => {
    const name = await table()
    for (const value of [new Set<string>(), { deep: [new Set<string>()] }]) {
      expectInvalid(await commit(put(name, { id: 'a', value })), undefined, 'put')
      expectInvalid(await commit(update(name, 'a', [set(['value'], value)])), undefined, 'update')
    }
    expectEqual(await look(name, 'a'), undefined, 'item')
  },
  'takes 32 levels of an item, and no more': async ({ commit, seed, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a', value: nested(31) }])
    expectInvalid(await commit(put(name, { id: 'a', value: nested(32) })), undefined, 'put')
    const path = ['value', ...Array<string>(20).fill('m')]
    expectCommitted(await commit(update(name, 'a', [set(path, nested(11))])), 'update within')
    expectInvalid(await commit(update(name, 'a', [set(path, nested(12))])), undefined, 'update beyond')
  },
  'refuses keys of the wrong shape': async ({ commit, table }) => {
    const name = await table()
    expectInvalid(await commit(put(name, { id: '' })), undefined, 'empty text')
    expectInvalid(await commit(put(name, { id: 1 })), undefined, 'another type')
    expectInvalid(await commit(put(name, { name: 'a' }, undefined, ['name'])), undefined, 'another name')
    const stray = { ...put(name, { id: 'a' }), key: { id: 'b' } }
    expectInvalid(await commit(stray), undefined, 'an item with another key')
    const missing = { ...put(name, { n: 1 }), key: { id: 'b' } }
    expectInvalid(await commit(missing), undefined, 'an item without its key')
  },
}
