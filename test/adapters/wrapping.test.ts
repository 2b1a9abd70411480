/**
 * Wrapping a store is spreading it. Stores that are instances of a class lost their methods so, and an engine over the
 * rest said that it expected a store.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { all } from '../../core/expression/condition.ts'
import { pacedStore } from '../../core/scheduler/paced-store.ts'
import { openStore, storeKinds, tablePrefix } from '../support/stores.ts'

for (const kind of storeKinds) {
  for (const [name, open] of [
    [kind, () => openStore(kind)],
    [`${kind}, paced`, () => pacedStore(openStore(kind))],
  ] as const) {
    test(`a store that is spread is a store (${name})`, async () => {
      const table = tablePrefix()
      const wrapped = { ...open() }
      const { commit, read } = wrapped
      await wrapped.createTable({ table, partition: { name: 'id', type: 'S' }, indexes: [] })
      const put = { kind: 'put', table, key: { id: 'a' }, item: { id: 'a' }, condition: all([]) } as const
      assert.equal(await commit({ id: 'one', actions: [put] }), { kind: 'committed' })
      assert.equal(await read([{ table, key: { id: 'a' } }], { consistent: true }), [{ id: 'a' }])
      await wrapped.deleteTable(table)
      await wrapped.close()
    })
  }
}

test.run()
