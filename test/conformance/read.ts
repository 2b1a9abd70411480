/**
 * Reading by key.
 *
 * @module
 */
import { exists } from '../../core/expression/condition.ts'
import { set } from '../../core/expression/update.ts'
import { type Cases, check, put, update } from './bench.ts'
import { expect, expectEqual, expectRejection } from './expect.ts'

const consistent = { consistent: true }

export const read: Cases = {
  'answers in the order of the addresses': async ({ store, table, seed }) => {
    const name = await table()
    await seed(
      name,
      ['a', 'b', 'c'].map((id) => ({ id, text: `of ${id}` })),
    )
    const items = await store.read(
      ['c', 'a', 'b'].map((id) => ({ table: name, key: { id } })),
      consistent,
    )
    expectEqual(
      items as string[] & typeof items,
      ['c', 'a', 'b'].map((id) => ({ id, text: `of ${id}` })),
      'items',
    )
  },
  'answers undefined for what is not there': async ({ store, table, seed }) => {
    const name = await table()
    await seed(name, [{ id: 'a' }])
    const items = await store.read(
      ['x', 'a', 'y'].map((id) => ({ table: name, key: { id } })),
      consistent,
    )
    expect(
      items.length === 3 && items[0] === undefined && items[2] === undefined,
      'Expected the absent to be undefined',
    )
    expectEqual(items[1], { id: 'a' }, 'item')
  },
  'answers the same address twice': async ({ store, table, seed }) => {
    const name = await table()
    await seed(name, [{ id: 'a', n: 1 }])
    const address = { table: name, key: { id: 'a' } }
    const items = await store.read([address, address], consistent)
    expectEqual(
      [...items] as NonNullable<(typeof items)[number]>[],
      [
        { id: 'a', n: 1 },
        { id: 'a', n: 1 },
      ],
      'items',
    )
  },
  'gives an item that is asked for twice to each as its own': async ({ store, table, seed }) => {
    const name = await table()
    await seed(name, [{ id: 'a', tags: new Set(['x']), bytes: Uint8Array.of(1) }, { id: 'b' }])
    const ask = (...ids: readonly string[]) =>
      store.read(
        ids.map((id) => ({ table: name, key: { id } })),
        consistent,
      )
    for (const ids of [['a'], ['a', 'b']]) {
      const [first, ...others] = await ask('a', ...ids)
      const { tags, bytes } = first as unknown as { tags: Set<string>; bytes: Uint8Array }
      tags.add('y')
      bytes[0] = 9
      expectEqual(others[0], { id: 'a', tags: new Set(['x']), bytes: Uint8Array.of(1) }, 'the other one')
    }
  },
  'answers nothing for no addresses': async ({ store }) => {
    expectEqual((await store.read([], consistent)).length, 0, 'count')
  },
  'takes more keys than one request holds': async ({ store, table, seed }) => {
    const name = await table()
    const ids = Array.from({ length: store.limits.readKeys * 2 + 50 }, (_, i) => `item ${i}`)
    await seed(
      name,
      ids.map((id) => ({ id })),
    )
    const items = await store.read(
      ids.map((id) => ({ table: name, key: { id } })),
      consistent,
    )
    for (const [i, id] of ids.entries()) expectEqual(items[i], { id }, `item ${i}`)
  },
  'takes several tables at once': async ({ store, table, seed }) => {
    const [one, two] = [await table(), await table()]
    await seed(one, [{ id: 'a', of: 'one' }])
    await seed(two, [{ id: 'a', of: 'two' }])
    const items = await store.read(
      [two, one].map((name) => ({ table: name, key: { id: 'a' } })),
      consistent,
    )
    expectEqual(items[0], { id: 'a', of: 'two' }, 'first')
    expectEqual(items[1], { id: 'a', of: 'one' }, 'second')
  },
  'finds items by partition and sort key': async ({ store, table, seed }) => {
    const name = await table({ partition: { name: 'p', type: 'S' }, sort: { name: 's', type: 'N' } })
    const items = [1, 2, 2n ** 70n].map((s) => ({ p: 'a', s, text: `at ${s}` }))
    await seed(name, items, ['p', 's'])
    const found = await store.read(
      items.map(({ p, s }) => ({ table: name, key: { p, s } })),
      consistent,
    )
    for (const [i, item] of items.entries()) expectEqual(found[i], item, `item ${i}`)
  },
  'sees every commit that was answered before': async ({ commit, look, table }) => {
    const name = await table()
    await commit(put(name, { id: 'a', n: 0 }))
    for (let n = 1; n <= 10; n++) {
      await commit(update(name, 'a', [set(['n'], n)]))
      expectEqual(await look(name, 'a'), { id: 'a', n }, `after commit ${n}`)
    }
  },
  'gives frozen items that nobody else holds': async ({ commit, look, table }) => {
    const name = await table()
    const bytes = Uint8Array.of(1, 2)
    await commit(put(name, { id: 'a', deep: { list: [new Set(['x'])] }, bytes }))
    bytes[0] = 9
    const item = (await look(name, 'a')) as { bytes: Uint8Array; deep: { list: [Set<string>] } } | undefined
    if (item === undefined) throw new Error('Expected the item')
    expect(Object.isFrozen(item) && Object.isFrozen(item.deep), 'Expected a deeply frozen item')
    item.bytes[1] = 9
    item.deep.list[0].add('y')
    const again = { id: 'a', deep: { list: [new Set(['x'])] }, bytes: Uint8Array.of(1, 2) }
    expectEqual(await look(name, 'a'), again, 'item read again')
  },
  'refuses what was aborted before': async ({ commit, store, table }) => {
    const name = await table()
    const signal = AbortSignal.abort()
    await expectRejection('ABORTED', store.read([{ table: name, key: { id: 'a' } }], { consistent: true, signal }))
    await expectRejection('ABORTED', store.scan({ table: name, consistent: true }, { signal }))
    const aborted = store.commit({ id: 'aborted', actions: [put(name, { id: 'a' })] }, { signal })
    await expectRejection('ABORTED', aborted)
    const outcome = await commit(check(name, 'a', exists(['id'])))
    expect(outcome.kind === 'conflict', 'Expected an aborted commit to write nothing')
  },
}
