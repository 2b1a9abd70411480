import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dynamodbStore } from '../../../adapters/dynamodb/index.ts'
import { levelStore } from '../../../adapters/level/index.ts'
import { all } from '../../../core/expression/condition.ts'
import type { Store } from '../../../core/store/store.ts'
import type { IndexDefinition, TableDefinition } from '../../../core/store/table-definition.ts'
import { engineTables } from '../../../core/tables/tables.ts'
import { newDirectory, removeDirectories } from '../../adapters/level/directory.ts'
import { freshDynamodbLocal } from '../../support/dynamodb-local.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { watchedStore } from '../../support/watched-store.ts'

const index = (name: string, partition: string, more: Partial<IndexDefinition> = {}): IndexDefinition => ({
  name,
  kind: 'global',
  partition: { name: partition, type: 'S' },
  projection: 'all',
  ...more,
})

const plain = (table: string, more: Partial<TableDefinition> = {}): TableDefinition => ({
  table,
  partition: { name: 'id', type: 'S' },
  indexes: [],
  ...more,
})

const fresh = storeKinds.includes('dynamodb') ? await freshDynamodbLocal() : undefined
const kinds = [...storeKinds, 'level'] as const

function open(kind: (typeof kinds)[number]): Store {
  if (kind === 'level') return levelStore({ path: newDirectory() })
  return kind === 'dynamodb' ? dynamodbStore({ client: fresh!.client() }) : openStore(kind)
}

/** A story on every store, with a table of its own that is deleted afterwards. */
function story(name: string, tell: (store: Store, table: string) => Promise<void>): void {
  for (const kind of kinds) {
    test(`${name} (${kind})`, async () => {
      const store = open(kind)
      const table = `${tablePrefix()}-tables`
      try {
        await tell(store, table)
      } finally {
        await store.deleteTable(table)
        await store.close()
      }
    })
  }
}

const kindsOf = (differences: readonly { readonly kind: string }[]) => differences.map(({ kind }) => kind)

story('a table with other keys is refused, naming the difference', async (store, table) => {
  await engineTables(store, [plain(table)]).create()
  const wanted = plain(table, { partition: { name: 'id', type: 'N' }, sort: { name: 'at', type: 'S' } })
  const message = await engineTables(store, [wanted])
    .create()
    .catch((error: Error) => error.message)
  assert.is(
    message,
    `Table ${table} exists with other keys: it has id (S), wanted is id (N), at (S). ` +
      "Change the model's key, or delete or rename the table.",
  )
})

story('what is missing is made, and then nothing differs', async (store, table) => {
  const tables = engineTables(store, [plain(table, { indexes: [index('byCity', 'city')], expiry: 'until' })])
  const plan = await tables.plan()
  assert.equal(kindsOf(plan.differences), ['missing-table'])
  const { applied, left } = await tables.apply(plan)
  assert.equal(kindsOf(applied), ['missing-table'])
  assert.equal(left, [])
  assert.equal((await tables.plan()).differences, [])
  assert.is(String(await tables.plan()), 'All tables are as their models want them.')
})

story('indexes, expiry, stream and capacity are changed in place, items stay', async (store, table) => {
  await engineTables(store, [plain(table)]).create()
  const item = { id: 'a', city: 'Oslo', team: 'red' }
  await store.commit({ id: 'p1', actions: [{ kind: 'put', table, key: { id: 'a' }, item, condition: all([]) }] })
  const wanted = plain(table, {
    indexes: [index('byCity', 'city'), index('byTeam', 'team', { projection: 'keys', capacity: units(2, 3) })],
    expiry: 'until',
    stream: true,
    capacity: units(5, 6),
  })
  const tables = engineTables(store, [wanted])
  const { applied } = await tables.apply()
  assert.equal(kindsOf(applied), ['capacity', 'stream', 'expiry', 'missing-index', 'missing-index'])
  assert.equal((await tables.plan()).differences, [])
  const { items } = await store.scan({ table, index: 'byTeam', consistent: false })
  assert.equal(items, [{ id: 'a', team: 'red' }])
  const again = await tables.apply()
  assert.equal(again, { applied: [], left: [] })
})

// DynamoDB tells of each index what it has, which was taken for a capacity that it was given of its own: it stayed behind when
// its table got more, and no plan told.
story('global indexes get as much as their table, unless they are given their own', async (store, table) => {
  const indexes = [index('byCity', 'city'), index('byTeam', 'team', { capacity: units(3, 3) })]
  const before = plain(table, { indexes: [...indexes, index('another', 'other')], capacity: units(5, 5) })
  await engineTables(store, [before]).create()
  const capacities = async () => {
    const found = (await store.describeTable(table))!
    return new Map(found.indexes.map(({ name, capacity }) => [name, capacity ?? found.capacity]))
  }
  const tables = engineTables(store, [plain(table, { indexes, capacity: units(20, 10) })])
  assert.equal(kindsOf((await tables.apply()).applied), ['capacity'])
  const after = await capacities()
  assert.equal([after.get('byCity'), after.get('byTeam')], [units(20, 10), units(3, 3)])
  assert.equal(kindsOf((await tables.plan()).differences), ['extra-index'])

  // As an earlier version left it.
  const change = { table, kind: 'capacity', capacity: units(20, 10), indexes: { byCity: units(5, 5) } } as const
  await store.updateTable(change)
  const plan = await tables.plan()
  assert.match(String(plan), 'capacity 20 read and 10 write units, byTeam 3 read and 3 write units; found 20 read')
  assert.match(String(plan), 'byCity 5 read and 5 write units')
  await tables.apply(JSON.parse(JSON.stringify(plan)))
  assert.equal((await capacities()).get('byCity'), units(20, 10))
  const cheap = engineTables(store, [
    plain(table, { indexes: [index('byCity', 'city')], capacity: { mode: 'on-demand' } }),
  ])
  await cheap.apply()
  assert.equal(
    (await cheap.plan()).differences.filter(({ kind }) => kind === 'capacity'),
    [],
  )
})

const units = (read: number, write: number) => ({ mode: 'provisioned', read, write }) as const

story('nothing is removed unless asked for', async (store, table) => {
  const before = plain(table, { indexes: [index('old', 'city'), index('kept', 'team', { projection: 'keys' })] })
  await engineTables(store, [before]).create()
  const tables = engineTables(store, [plain(table, { indexes: [index('kept', 'team')] })])
  const { applied, left } = await tables.apply()
  assert.equal(applied, [])
  assert.equal(
    left.map(({ kind, doable, removes }) => ({ kind, doable, removes })),
    [
      { kind: 'extra-index', doable: true, removes: true },
      { kind: 'other-index', doable: true, removes: true },
    ],
  )
  assert.equal(new Set((await store.describeTable(table))!.indexes.map(({ name }) => name)), new Set(['old', 'kept']))
  assert.equal((await tables.apply({ prune: true })).left, [])
  const { indexes } = (await store.describeTable(table))!
  assert.equal(
    indexes.map(({ name, projection }) => ({ name, projection })),
    [{ name: 'kept', projection: 'all' }],
  )
})

story('what cannot be done in place is told, and nothing else is done to that table', async (store, table) => {
  const other = plain(table, { partition: { name: 'key', type: 'N' } })
  await engineTables(store, [other]).create()
  const tables = engineTables(store, [plain(table, { expiry: 'until' })])
  const { applied, left } = await tables.apply({ prune: true })
  assert.equal(applied, [])
  assert.equal(kindsOf(left), ['other-keys'])
  assert.is(left[0]?.doable, false)
  assert.match(String(await tables.plan()), 'keys: id (S); found key (N)')
  assert.is((await store.describeTable(table))?.expiry, undefined)
})

story('a local index, another expiry and a key of another type are told as not doable', async (store, table) => {
  await engineTables(store, [plain(table, { expiry: 'until', indexes: [index('byCity', 'city')] })]).create()
  const local = index('recent', 'id', { kind: 'local', sort: { name: 'at', type: 'N' } })
  const numbered = index('byNumber', 'city', { partition: { name: 'city', type: 'N' } })
  const tables = engineTables(store, [
    plain(table, { expiry: 'end', indexes: [index('byCity', 'city'), local, numbered] }),
  ])
  const { differences } = await tables.plan()
  assert.equal(kindsOf(differences), ['expiry', 'missing-index', 'missing-index'])
  for (const { doable } of differences) assert.not(doable)
  assert.match(differences[0]?.reason ?? '', 'expire by until already')
  assert.match(differences[1]?.reason ?? '', 'can only be made with its table')
  assert.match(differences[2]?.reason ?? '', 'cannot be of type S and N')
})

story('a plan bounds what is applied, and what is no longer so is left alone', async (store, table) => {
  await engineTables(store, [plain(table)]).create()
  const early = await engineTables(store, [plain(table, { expiry: 'until' })]).plan()
  const tables = engineTables(store, [plain(table, { expiry: 'until', indexes: [index('byCity', 'city')] })])
  const stored = JSON.parse(JSON.stringify(early))
  assert.equal(kindsOf((await tables.apply(stored)).applied), ['expiry'])
  assert.equal((await store.describeTable(table))?.indexes, [])
  assert.equal(await tables.apply(stored), { applied: [], left: [] })
})

story('many who apply at once get what one would', async (store, table) => {
  await engineTables(store, [plain(table)]).create()
  const wanted = plain(table, { expiry: 'until', indexes: [index('byCity', 'city'), index('byTeam', 'team')] })
  const several = [1, 2, 3].map(() => engineTables(store, [wanted]))
  await Promise.all(several.map((tables) => tables.apply()))
  assert.equal((await several[0]!.plan()).differences, [])
})

test('a description is asked for once, until the table changes or it is refreshed', async () => {
  const watched = watchedStore(openStore('memory'))
  let asked = 0
  const store: Store = {
    ...watched,
    describeTable: (...args) => {
      asked++
      return watched.describeTable(...args)
    },
  }
  const tables = engineTables(store, [plain('t')])
  assert.is(await tables.describe('t'), undefined)
  await tables.create()
  assert.is((await tables.describe('t'))?.status, 'active')
  assert.is(await tables.describe('t'), await tables.describe('t'))
  assert.is(asked, 2)
  await tables.describe('t', { refresh: true })
  assert.is(asked, 3)
  await tables.delete()
  assert.is(await tables.describe('t'), undefined)
})

test.after(removeDirectories)

test.run()
