/**
 * Parts of records: what is selected, or held by an index, is what the whole record has there.
 *
 * @module
 */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Item, ItemKey } from '../../../core/data/item.ts'
import { createEngine } from '../../../core/engine.ts'
import { all } from '../../../core/expression/condition.ts'
import { date, setOf } from '../../../core/model/codecs.ts'
import { migrationsFrom } from '../../../core/model/migrations.ts'
import { type AnyModel, defineModel } from '../../../core/model/model.ts'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../../support/stores.ts'
import { watchedStore } from '../../support/watched-store.ts'
import { failsWith } from '../unit-of-work/world.ts'

const base = () => ({ name: 'Person', table: `${tablePrefix()}-people`, key: { partition: 'id' } }) as const

/** The model's table with these items, as other programs may have put them there. */
async function holding(kind: StoreKind, model: AnyModel, items: readonly Item[]) {
  const { table } = model
  const watched = watchedStore(openStore(kind))
  const { records, tables } = createEngine({ store: watched, models: [model], journalTable: `${table}-journal` })
  await tables.create()
  for (const item of items) {
    const key = { id: item['id'] } as ItemKey
    await watched.commit({
      id: `given-${item['id']}`,
      actions: [{ kind: 'put', table, key, item, condition: all([]) }],
    })
  }
  const leave = () => Promise.all([table, `${table}-journal`].map((each) => watched.deleteTable(each)))
  return { records, watched, leave }
}

const First = t.type({ id: t.string, name: t.string, town: t.string })
const Second = t.type({ id: t.string, name: t.type({ first: t.string }), town: t.string })
const grown = () =>
  defineModel({
    ...base(),
    schema: Second,
    migrations: migrationsFrom(First).to(Second, { up: ({ name, ...rest }) => ({ ...rest, name: { first: name } }) }),
    indexes: {
      byTown: { partition: 'town', sort: 'id' },
      namesByTown: { partition: 'town', projection: ['name'] },
    },
  })
const old = { id: 'ann', name: 'Ann', town: 'Oslo' }
const today = { id: 'bob', name: { first: 'Bob' }, town: 'Oslo', _m: 2 }
const byId = (records: readonly object[]) =>
  [...(records as readonly { id: string }[])].sort((a, b) => (a.id < b.id ? -1 : 1))

for (const kind of storeKinds) {
  test(`a selection of an old item is of the migrated record (${kind})`, async () => {
    const Person = grown()
    const { records, watched, leave } = await holding(kind, Person, [old, today])
    const names = [
      { id: 'ann', name: { first: 'Ann' } },
      { id: 'bob', name: { first: 'Bob' } },
    ]
    assert.equal(byId(await records.scan(Person, { select: ['id', 'name'] }).toArray()), names)
    const options = { index: 'byTown', key: { town: 'Oslo' }, select: ['id', 'name'] } as const
    assert.equal(await records.query(Person, options).toArray(), names)
    assert.is(watched.reads.length, 0)
    await leave()
  })

  test(`what an index holds of old items is read from the table, a page at once (${kind})`, async () => {
    const Person = grown()
    const older = { id: 'eve', name: 'Eve', town: 'Oslo' }
    const { records, watched, leave } = await holding(kind, Person, [old, today, older])
    const query = records.query(Person, { index: 'namesByTown', key: { town: 'Oslo' } })
    assert.equal(byId(await query.toArray()), [
      { id: 'ann', name: { first: 'Ann' }, town: 'Oslo' },
      { id: 'bob', name: { first: 'Bob' }, town: 'Oslo' },
      { id: 'eve', name: { first: 'Eve' }, town: 'Oslo' },
    ])
    assert.equal(
      watched.reads.map((read) => read.map(({ key }) => key['id']).sort()),
      [['ann', 'eve']],
    )
    assert.is(await query.count(), 3)
    // The cursor is about the index, wherever the records came from.
    const page = await records.query(Person, { index: 'namesByTown', key: { town: 'Oslo' }, limit: 2 }).page()
    const rest = records.query(Person, { index: 'namesByTown', key: { town: 'Oslo' }, from: page.cursor })
    assert.equal(byId([...page.records, ...(await rest.toArray())]), byId(await query.toArray()))
    await leave()
  })

  test(`a selection does not pass over a version that the model does not know (${kind})`, async () => {
    const Person = defineModel({ ...base(), schema: First })
    const { records, leave } = await holding(kind, Person, [{ ...old, _m: 2 }])
    await failsWith(records.scan(Person, { select: ['name'] }).toArray(), 'UNKNOWN_SCHEMA_VERSION')
    await leave()
  })

  test(`a field that members of a union store differently is read as the record's own member has it (${kind})`, async () => {
    const Note = defineModel({
      ...base(),
      schema: t.union([
        t.type({ id: t.string, town: t.string, kind: t.literal('day'), on: date }),
        t.type({ id: t.string, town: t.string, kind: t.literal('text'), on: t.string }),
      ]),
      indexes: {
        kinds: { partition: 'town', sort: 'id', projection: ['kind', 'on'] },
        days: { partition: 'town', projection: ['on'] },
      },
    })
    const time = '2024-05-01T12:00:00.000Z'
    const text = { id: 'a', town: 'Oslo', kind: 'text', on: time }
    const { records, watched, leave } = await holding(kind, Note, [text, { ...text, id: 'b', kind: 'day' }])
    const expected = [
      { id: 'a', on: time },
      { id: 'b', on: new Date(time) },
    ]
    const key = { town: 'Oslo' }
    const select = ['id', 'on'] as const
    assert.equal(byId(await records.scan(Note, { select }).toArray()), expected)
    assert.equal(await records.query(Note, { index: 'kinds', key, select }).toArray(), expected)
    assert.is(watched.reads.length, 0)
    assert.equal(byId(await records.query(Note, { index: 'days', key, select }).toArray()), expected)
    await leave()
  })

  test(`a selected field is absent where the record's own member has none, whatever others read there (${kind})`, async () => {
    const Shape = defineModel({
      ...base(),
      schema: t.union([
        t.type({ id: t.string, town: t.string, kind: t.literal('a'), tags: setOf(t.string) }),
        t.type({ id: t.string, town: t.string, kind: t.literal('b'), size: t.number }),
        t.type({ id: t.string, town: t.string, kind: t.literal('c') }),
      ]),
      defaults: { size: 1 },
      indexes: {
        kinds: { partition: 'town', sort: 'id', projection: ['kind', 'tags', 'size'] },
        parts: { partition: 'town', projection: ['tags', 'size'] },
      },
    })
    const items = ['a', 'b', 'c'].map((kind) => ({ id: kind, town: 'Oslo', kind }))
    const { records, watched, leave } = await holding(kind, Shape, items)
    const expected = [{ id: 'a', tags: new Set() }, { id: 'b', size: 1 }, { id: 'c' }]
    const key = { town: 'Oslo' }
    const select = ['id', 'tags', 'size'] as const
    assert.equal(byId(await records.scan(Shape, { select }).toArray()), expected)
    assert.equal(await records.query(Shape, { index: 'kinds', key, select }).toArray(), expected)
    assert.is(watched.reads.length, 0)
    assert.equal(byId(await records.query(Shape, { index: 'parts', key, select }).toArray()), expected)
    await leave()
  })

  test(`a selected default may be made of fields that are not selected (${kind})`, async () => {
    const Account = defineModel({
      ...base(),
      schema: t.type({ id: t.string, owner: t.string, title: t.string, limit: t.number }),
      defaults: { title: ({ owner }) => `Account of ${owner}`, limit: 10 },
      indexes: { titles: { partition: 'id', sort: 'limit', projection: ['title'] } },
    })
    const { records, leave } = await holding(kind, Account, [
      { id: 'a', owner: 'Ann' },
      { id: 'b', owner: 'Bob', limit: 5 },
    ])
    assert.equal(byId(await records.scan(Account, { select: ['id', 'title', 'limit'] }).toArray()), [
      { id: 'a', title: 'Account of Ann', limit: 10 },
      { id: 'b', title: 'Account of Bob', limit: 5 },
    ])
    assert.equal(await records.query(Account, { index: 'titles', key: { id: 'b' } }).toArray(), [
      { id: 'b', limit: 5, title: 'Account of Bob' },
    ])
    await leave()
  })
}

test.run()
