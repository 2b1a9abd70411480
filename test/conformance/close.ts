/**
 * The end of a store.
 *
 * @module
 */
import { type Cases, newId, put } from './bench.ts'
import { expectEqual, expectRejection } from './expect.ts'

export const close: Cases = {
  'may be called more than once': async ({ another }) => {
    const store = await another()
    await store.close()
    await store.close()
  },
  'refuses every request afterwards': async ({ another, tableName }) => {
    const store = await another()
    await store.close()
    const table = tableName()
    await expectRejection('CLOSED', store.read([{ table, key: { id: 'a' } }], { consistent: true }))
    await expectRejection('CLOSED', store.scan({ table, consistent: true }))
    const partition = { attribute: 'id', value: 'a' }
    await expectRejection('CLOSED', store.query({ table, partition, consistent: true, reverse: false }))
    await expectRejection('CLOSED', store.commit({ id: newId(), actions: [put(table, { id: 'a' })] }))
    await expectRejection('CLOSED', store.createTable({ table, partition: { name: 'id', type: 'S' }, indexes: [] }))
    await expectRejection('CLOSED', store.deleteTable(table))
    await expectRejection('CLOSED', store.describeTable(table))
    await expectRejection('CLOSED', store.updateTable({ table, kind: 'stream', on: true }))
  },
  'of one store leaves the others open': async ({ another, look, seed, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a' }])
    const other = await another()
    await other.close()
    expectEqual(await look(name, 'a'), { id: 'a' }, 'item')
  },
}
