// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates
import * as fc from 'fast-check'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import type { Item, ItemKey } from '../../../core/data/item.ts'
import { createEngine } from '../../../core/engine.ts'
import { isEngineError } from '../../../core/errors.ts'
import { all } from '../../../core/expression/condition.ts'
import { migrationsFrom } from '../../../core/model/migrations.ts'
import { type AnyModel, defineModel } from '../../../core/model/model.ts'
import { decodeItem } from '../../../core/model/record.ts'
import type { Store } from '../../../core/store/store.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { annV1, town } from './town.ts'

async function put(store: Store, table: string, key: ItemKey, item: Item): Promise<void> {
  const id = `put-${Math.random()}`
  const outcome = await store.commit({ id, actions: [{ kind: 'put', table, key, item, condition: all([]) }] })
  assert.is(outcome.kind, 'committed')
}

test('whatever is changed of an old record, what is stored is that record and no other', async () => {
  const { Three, unitOfWork, others, given, stored } = await town(memoryStore())
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 5 })
  const old = fc.record(
    {
      name: fc.tuple(text, text).map((names) => names.join(' ')),
      born: fc.constantFrom('1990-05-01', '2001-12-31'),
      coins: fc.integer(),
      stray: fc.oneof(text, fc.constant(null), fc.array(text)),
    },
    { requiredKeys: ['name', 'born'], noNullPrototype: true },
  )
  const changes = fc.record(
    {
      first: text,
      coins: fc.integer({ max: 1e9, min: -1e9 }),
      more: fc.integer({ max: 100 }),
      tags: fc.array(text),
      born: fc.integer({ min: 0, max: 1e12 }),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  let n = 0
  await fc.assert(
    fc.asyncProperty(old, changes, async (item, { first, coins, more, tags, born }) => {
      const id = `p${n++}`
      await given({ id, ...item })
      const changed = await unitOfWork.run(async (work) => {
        if (more !== undefined) work.blind(Three, { id }, (blind) => blind.increment('coins', more))
        const person = await work.get(Three, { id })
        const next = work.change(person, (draft) => {
          if (first !== undefined) draft.name.first = first
          if (coins !== undefined) draft.coins = coins
          if (tags !== undefined) draft.tags = new Set(tags)
          if (born !== undefined) draft.born = new Date(born)
        })
        return { record: next, isChanged: next !== person || more !== undefined }
      })
      assert.equal(await others.unitOfWork.run((work) => work.get(Three, { id })), changed.record)
      const after = (await stored(id))!
      assert.equal([after['_m'], after['stray']], [changed.isChanged ? 3 : undefined, item.stray])
    }),
    { numRuns: 300 },
  )
})

for (const kind of storeKinds) {
  test(`more changes than one expression can name are one put, guarded all the same (${kind})`, async () => {
    const store = openStore(kind)
    const numbers = (letter: string): Record<string, t.NumberC> =>
      Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${letter}${i}`, t.number]))
    const Old = t.type({ id: t.string, ...numbers('a') })
    const New = t.type({ id: t.string, ...numbers('b') })
    const renamed = (record: object, to: string) =>
      Object.fromEntries(
        Object.entries(record).map(([name, value]) => [name === 'id' ? name : `${to}${name.slice(1)}`, value]),
      )
    const Wide = defineModel({
      name: 'Wide',
      table: `${tablePrefix()}-wide`,
      key: { partition: 'id' },
      schema: New,
      migrations: migrationsFrom(Old).to(New, { up: (old) => renamed(old, 'b') as never }),
    }) as AnyModel
    const { unitOfWork, tables } = createEngine({ store, models: [Wide] })
    await tables.create()
    const old = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`a${i}`, i]))
    await put(store, Wide.table, { id: 'a' }, { id: 'a', ...old })
    await unitOfWork.run(async (work) => {
      work.change(await work.get(Wide, { id: 'a' }), (draft) => {
        Object.assign(draft, { b7: 700 })
      })
    })
    const [item] = await store.read([{ table: Wide.table, key: { id: 'a' } }], { consistent: true })
    const { _h, _g, ...rest } = item!
    assert.equal(rest, { ...renamed({ id: 'a', ...old }, 'b'), b7: 700, _m: 2, _v: 1 })
    await store.deleteTable(Wide.table)
  })
}

test('an item that a detector takes for one of today says so itself from its next change on', async () => {
  const New = t.type({ id: t.string, n: t.number, m: t.number })
  const Told = defineModel({
    name: 'Told',
    table: 'told',
    key: { partition: 'id' },
    schema: New,
    migrations: migrationsFrom(t.type({ id: t.string }), { detect: (item) => ('n' in item ? 2 : 1) }).to(New, {
      up: ({ id }) => ({ id, n: 0, m: 0 }),
    }),
  })
  const store = memoryStore()
  const { unitOfWork, tables } = createEngine({ store, models: [Told] })
  await tables.create()
  await put(store, 'told', { id: 'a' }, { id: 'a', n: 1, m: 1 })
  let runs = 0
  await unitOfWork.run(async (work) => {
    runs++
    work.change(await work.get(Told, { id: 'a' }), (draft) => {
      draft.n = 2
    })
    // Another path, in the middle of this one: no conflict.
    if (runs === 1) await put(store, 'told', { id: 'a' }, { id: 'a', n: 1, m: 5 })
  })
  assert.is(runs, 1)
  const [item] = await store.read([{ table: 'told', key: { id: 'a' } }], { consistent: true })
  assert.equal([item!['n'], item!['m'], item!['_m']], [2, 5, 2])
})

// They kept what the old form had made of its fields, or nothing, so that no query found the record.
for (const kind of storeKinds) {
  test(`attributes of indexes are those of the form that is stored (${kind})`, async () => {
    const First = t.type({ id: t.string, status: t.string, n: t.number })
    const Second = t.type({ id: t.string, state: t.string, n: t.number })
    const Third = t.type({ id: t.string, state: t.string, n: t.number })
    const model = defineModel({
      name: 'Task',
      table: `${tablePrefix()}-tasks`,
      key: { partition: 'id' },
      schema: Third,
      indexes: {
        byState: {
          partition: { attribute: 'gpk', template: 'STATE#${state}' },
          sort: { attribute: 'gsk', template: '${state}#${n}' },
        },
      },
      migrations: migrationsFrom(First)
        .to(Second, { up: ({ status, ...rest }) => ({ ...rest, state: status }) })
        .to(Third, {
          up: ({ state, ...rest }) => ({ ...rest, state: state.toUpperCase() }),
          down: ({ state, ...rest }) => ({ ...rest, state: state.toLowerCase() }),
        }),
    })
    const store = openStore(kind)
    const { migrations, records, tables, unitOfWork } = createEngine({ store, models: [model] })
    await tables.create()
    // As older code wrote them: with the attributes of another template, and before there was an index.
    const old = { status: 'open', n: 1 }
    await put(store, model.table, { id: 'a' }, { id: 'a', ...old, gpk: 'STATE#open', gsk: 'open#1' })
    await put(store, model.table, { id: 'b' }, { id: 'b', ...old })
    await put(store, model.table, { id: 'c' }, { id: 'c', ...old, status: '' })
    const found = async (state: string) =>
      (await records.query(model, { index: 'byState', key: { state } }).toArray()).map(({ id, n }) => [id, n]).sort()
    await unitOfWork.run(async (work) => {
      work.change(await work.get(model, { id: 'a' }), (draft) => {
        draft.n = 2
      })
    })
    assert.equal([await found('OPEN'), await found('open')], [[['a', 2]], []])
    assert.is((await migrations.run(model)).failed, 0)
    assert.equal(await found('OPEN'), [
      ['a', 2],
      ['b', 1],
    ])
    // What can be no key of an index is in none, and readable all the same.
    assert.is((await records.get(model, { id: 'c' })).state, '')

    await migrations.run(model, { to: 2 })
    const [a] = await store.read([{ table: model.table, key: { id: 'a' } }], { consistent: true })
    assert.equal([a!['state'], a!['gpk'], a!['gsk'], a!['_m']], ['open', 'STATE#open', 'open#2', 2])
  })
}

test('an old form without a schema is plain attribute values', () => {
  const New = t.type({ id: t.string, n: t.number })
  const Plain = defineModel({
    name: 'Plain',
    table: 'plain',
    key: { partition: 'id' },
    schema: New,
    migrations: migrationsFrom(t.UnknownRecord).to(New, {
      up: ({ id, a, b }) => ({ id: String(id), n: Number(a) + Number(b) }),
    }),
  })
  assert.equal(decodeItem(Plain, { id: 'x', a: 1, b: '2', _v: 5, _h: ['c'] }), { id: 'x', n: 3 })
})

test('fields of a key made of text may get another name, but not another value', () => {
  const New = t.type({ owner: t.string, n: t.number })
  const model = (up: (old: { user: string; n: number }) => { owner: string; n: number }) =>
    defineModel({
      name: 'Owned',
      table: 'owned',
      key: { partition: { attribute: 'pk', template: 'OWNER#${owner}' } },
      schema: New,
      migrations: migrationsFrom(t.type({ user: t.string, n: t.number })).to(New, { up }),
    })
  const item = { pk: 'OWNER#ann', _t: 'Owned', user: 'ann', n: 1 }
  assert.equal(
    decodeItem(
      model(({ user, ...rest }) => ({ owner: user, ...rest })),
      item,
    ),
    { owner: 'ann', n: 1 },
  )
  assert.throws(
    () =>
      decodeItem(
        model(({ n }) => ({ owner: 'bob', n })),
        item,
      ),
    (error: unknown) => isEngineError(error, 'INVALID_RECORD') && /pk: expected "OWNER#ann"/.test(error.message),
  )
})

test('a migrated record is read, peeked at and got many at a time like any other, and not found where it is none', async () => {
  const { Three, unitOfWork, given, watched } = await town(memoryStore())
  await given(annV1)
  await unitOfWork.run(async (work) => {
    const [ann, none] = await work.getMany(Three, [{ id: 'ann' }, { id: 'none' }])
    assert.is(ann!.name.first, 'Ann')
    assert.is(none, undefined)
    assert.equal(await work.peek(Three, { id: 'ann' }), await work.find(Three, { id: 'ann' }))
    // Nothing is changed by this, so nothing is stored.
    work.change(ann!, (draft) => {
      draft.coins = Number(draft.coins)
    })
  })
  assert.is(watched.commits.length, 0)
})

test.run()
