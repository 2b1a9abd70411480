/**
 * Making and deleting tables.
 *
 * @module
 */
import { type Cases, expectCommitted, put } from './bench.ts'
import { expectEqual, expectRejection } from './expect.ts'

export const tables: Cases = {
  'creates a table that can be used at once': async ({ commit, look, store, tableName }) => {
    const table = tableName()
    await store.createTable({ table, partition: { name: 'id', type: 'S' }, indexes: [] })
    expectCommitted(await commit(put(table, { id: 'a' })))
    expectEqual(await look(table, 'a'), { id: 'a' }, 'item')
  },
  'leaves a table that exists with the same keys': async ({ look, seed, store, tableName }) => {
    const definition = { table: tableName(), partition: { name: 'id', type: 'S' as const }, indexes: [] }
    await store.createTable(definition)
    await seed(definition.table, [{ id: 'a' }])
    await store.createTable(definition)
    expectEqual(await look(definition.table, 'a'), { id: 'a' }, 'item')
  },
  'refuses to create a table that exists with other keys': async ({ store, tableName }) => {
    const table = tableName()
    await store.createTable({ table, partition: { name: 'id', type: 'S' }, indexes: [] })
    const other = store.createTable({ table, partition: { name: 'id', type: 'N' }, indexes: [] })
    await expectRejection('REJECTED', other)
  },
  'deletes a table with its items': async ({ look, seed, store, tableName }) => {
    const definition = { table: tableName(), partition: { name: 'id', type: 'S' as const }, indexes: [] }
    await store.createTable(definition)
    await seed(definition.table, [{ id: 'a' }])
    await store.deleteTable(definition.table)
    await store.createTable(definition)
    expectEqual(await look(definition.table, 'a'), undefined, 'item')
  },
  'deletes what is not there without complaint': async ({ store, tableName }) => {
    await store.deleteTable(tableName())
  },
  'takes keys of every type': async ({ commit, store, table }) => {
    const keys = { S: 'text', N: 2n ** 70n, B: Uint8Array.of(0, 255) }
    for (const [type, value] of Object.entries(keys)) {
      const name = await table({ partition: { name: 'key', type: type as keyof typeof keys } })
      expectCommitted(await commit(put(name, { key: value, n: 1 }, undefined, ['key'])))
      const [item] = await store.read([{ table: name, key: { key: value } }], { consistent: true })
      expectEqual(item, { key: value, n: 1 }, type)
    }
  },
  'finds a number key by value, whatever type holds it': async ({ commit, store, table }) => {
    const name = await table({ partition: { name: 'key', type: 'N' } })
    expectCommitted(await commit(put(name, { key: 5n }, undefined, ['key'])))
    const [item] = await store.read([{ table: name, key: { key: 5 } }], { consistent: true })
    expectEqual(item, { key: 5 }, 'item')
  },
}
