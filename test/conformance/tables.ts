/**
 * Making, describing, changing and deleting tables.
 *
 * @module
 */
import type { AttributeValue } from '../../core/data/attribute-value.ts'
import type { Store } from '../../core/store/store.ts'
import type { IndexDefinition, TableDefinition } from '../../core/store/table-definition.ts'
import { type Cases, expectCommitted, put } from './bench.ts'
import { expect, expectEqual, expectRejection } from './expect.ts'

const byTeam: IndexDefinition = {
  name: 'byTeam',
  kind: 'global',
  partition: { name: 'team', type: 'S' },
  sort: { name: 'score', type: 'N' },
  projection: ['nick'],
}

const byScore: IndexDefinition = {
  name: 'byScore',
  kind: 'local',
  partition: { name: 'id', type: 'S' },
  sort: { name: 'score', type: 'N' },
  projection: 'keys',
}

const provisioned = { mode: 'provisioned', read: 3, write: 2 } as const

/** What is known of every store's tables, in the order of the definition. */
async function description(store: Store, table: string) {
  const found = await store.describeTable(table)
  if (!found) throw new Error(`Expected a description of ${table}`)
  const { partition, sort = null, indexes, expiry = null, stream = false, capacity, status } = found
  const own = [...indexes].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ capacity: _, ...index }) => index)
  const mode = capacity ?? { mode: 'on-demand' as const }
  return { partition, sort, indexes: own, expiry, stream, capacity: mode, status } as unknown as AttributeValue
}

const team = async (store: Store, table: string) =>
  (
    await store.query({
      table,
      index: 'byTeam',
      partition: { attribute: 'team', value: 'red' },
      consistent: false,
      reverse: false,
    })
  ).items as unknown as AttributeValue

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
    const before = await description(store, definition.table)
    await store.createTable(definition)
    // Nor does anything happen to items that were never meant to expire.
    await store.createTable({ ...definition, indexes: [byTeam], expiry: 'until', capacity: provisioned })
    expectEqual(await look(definition.table, 'a'), { id: 'a' }, 'item')
    expectEqual(await description(store, definition.table), before, 'description')
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
  'describes a table as it was created': async ({ store, tableName }) => {
    const definition: TableDefinition = {
      table: tableName(),
      partition: { name: 'id', type: 'S' },
      sort: { name: 'at', type: 'B' },
      indexes: [byScore, byTeam],
      expiry: 'until',
      stream: true,
      capacity: provisioned,
    }
    await store.createTable(definition)
    const { table, ...rest } = definition
    expectEqual(
      await description(store, table),
      { ...rest, status: 'active' } as unknown as AttributeValue,
      'description',
    )
  },
  'describes a plain table, and none where there is none': async ({ store, table, tableName }) => {
    const plain = {
      sort: null,
      indexes: [],
      expiry: null,
      stream: false,
      capacity: { mode: 'on-demand' },
      status: 'active',
    }
    expectEqual(
      await description(store, await table()),
      { partition: { name: 'id', type: 'S' }, ...plain },
      'description',
    )
    expect((await store.describeTable(tableName())) === undefined, 'Expected no description')
  },
  'adds an index over the items that are there, and keeps it up': async ({ seed, store, table }) => {
    const name = await table()
    await seed(name, [
      { id: 'a', team: 'red', score: 2, nick: 'A', age: 30 },
      { id: 'b', team: 'red', score: 1 },
      { id: 'c', team: 'blue', score: 1 },
      { id: 'd', team: 'red' },
    ])
    await store.updateTable({ table: name, kind: 'add-index', index: byTeam })
    const b = { id: 'b', team: 'red', score: 1 }
    expectEqual(await team(store, name), [b, { id: 'a', team: 'red', score: 2, nick: 'A' }], 'items that were there')
    await seed(name, [{ id: 'a', team: 'blue', score: 2 }])
    expectEqual(await team(store, name), [b], 'items since')
  },
  'leaves out of an added index what is no key of it': async ({ seed, store, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a', team: 'red', score: 'no number' }])
    await store.updateTable({ table: name, kind: 'add-index', index: byTeam })
    expectEqual(await team(store, name), [], 'items')
    await seed(name, [{ id: 'a', team: 'red', score: 1 }])
    expectEqual(await team(store, name), [{ id: 'a', team: 'red', score: 1 }], 'items since')
  },
  'removes an index and leaves the others': async ({ seed, store, table }) => {
    const other = { ...byTeam, name: 'another', projection: 'all' as const }
    const name = await table({ indexes: [other, byTeam] })
    await seed(name, [{ id: 'a', team: 'red', score: 1 }])
    await store.updateTable({ table: name, kind: 'remove-index', index: 'another' })
    expectEqual(await team(store, name), [{ id: 'a', team: 'red', score: 1 }], 'items')
    await expectRejection('REJECTED', store.scan({ table: name, index: 'another', consistent: false }))
    const { indexes } = (await store.describeTable(name))!
    expectEqual(
      indexes.map((index) => index.name),
      ['byTeam'],
      'indexes',
    )
    // Nothing of the removed one may show up in its place.
    await store.updateTable({ table: name, kind: 'add-index', index: { ...byTeam, name: 'another' } })
    const { items } = await store.scan({ table: name, index: 'another', consistent: false })
    expectEqual(items as unknown as AttributeValue, [{ id: 'a', team: 'red', score: 1 }], 'items of the new one')
  },
  'turns expiry and stream on': async ({ store, table }) => {
    const name = await table()
    await store.updateTable({ table: name, kind: 'expiry', attribute: 'until' })
    await store.updateTable({ table: name, kind: 'stream', on: true })
    const { expiry, stream } = (await store.describeTable(name))!
    expectEqual([expiry ?? null, stream ?? null], ['until', true], 'expiry and stream')
  },
  'changes what is paid for': async ({ store, table }) => {
    const name = await table({ indexes: [byTeam] })
    await store.updateTable({
      table: name,
      kind: 'capacity',
      capacity: provisioned,
      indexes: { byTeam: { mode: 'provisioned', read: 9, write: 8 } },
    })
    const { capacity, indexes } = (await store.describeTable(name))!
    expectEqual(capacity, provisioned, 'of the table')
    expectEqual(indexes[0]?.capacity, { mode: 'provisioned', read: 9, write: 8 }, 'of the index')
  },
  'leaves a table as it is by a change that is made already': async ({ store, table }) => {
    const name = await table({ indexes: [byTeam], expiry: 'until', stream: true, capacity: provisioned })
    const before = await description(store, name)
    await store.updateTable({ table: name, kind: 'add-index', index: byTeam })
    await store.updateTable({ table: name, kind: 'remove-index', index: 'none' })
    await store.updateTable({ table: name, kind: 'expiry', attribute: 'until' })
    await store.updateTable({ table: name, kind: 'stream', on: true })
    await store.updateTable({ table: name, kind: 'capacity', capacity: provisioned })
    expectEqual(await description(store, name), before, 'description')
  },
  'refuses changes that no store makes in place': async ({ store, table, tableName }) => {
    const name = await table({ indexes: [byTeam], expiry: 'until' })
    const refused = (change: Parameters<Store['updateTable']>[0]) =>
      expectRejection('REJECTED', store.updateTable(change))
    await refused({ table: name, kind: 'add-index', index: byScore })
    await refused({ table: name, kind: 'add-index', index: { ...byTeam, projection: 'all' } })
    const otherType: IndexDefinition = { ...byTeam, name: 'other', partition: { name: 'id', type: 'N' } }
    await refused({ table: name, kind: 'add-index', index: otherType })
    await refused({ table: name, kind: 'expiry', attribute: 'another' })
    await refused({ table: tableName(), kind: 'stream', on: true })
  },
}
