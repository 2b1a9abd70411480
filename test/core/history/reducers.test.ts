/** Reducers and upcasts as people write them: they change what they are given, return, wait, throw, and are replaced. */
import { createEngine, defineModel, type Store } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { failsWith } from '../unit-of-work/world.ts'

const schema = t.intersection([
  t.type({ id: t.string, total: t.number }),
  t.partial({ items: t.array(t.type({ count: t.number })), places: t.record(t.string, t.number) }),
])

async function basket(store: Store) {
  const prefix = tablePrefix()
  const Basket = defineModel({
    name: 'Basket',
    table: `${prefix}-baskets`,
    key: { partition: 'id' },
    schema,
    defaults: { total: 0 },
    events: {
      Added: {
        payload: t.type({ item: t.type({ count: t.number }) }),
        reducer(draft, { item }) {
          draft.items ??= []
          draft.items.push(item)
          // The item is the payload's own.
          item.count += 1
          draft.total += item.count
        },
      },
      Moved: {
        payload: t.type({}),
        reducer(draft) {
          draft.places = {}
        },
      },
    },
  })
  const engine = createEngine({ store, models: [Basket], journalTable: `${prefix}-journal` })
  await engine.tables.create()
  const key = { id: 'a' }
  await engine.unitOfWork.run((work) => void work.create(Basket, key))
  return {
    ...engine,
    Basket,
    key,
    prefix,
    add: (count: number) =>
      engine.unitOfWork.run(async (work) => {
        work.apply(await work.get(Basket, key), Basket.events.Added({ item: { count } }))
      }),
    stored: () => engine.unitOfWork.run((work) => work.get(Basket, key)),
  }
}

for (const kind of storeKinds) {
  // What it did to the payload came back to the caller, was there at the next attempt, and failed when it was replayed.
  test(`a reducer may change the payload that it is given, to itself (${kind})`, async () => {
    const b = await basket(openStore(kind))
    const item = { count: 1 }
    const event = b.Basket.events.Added({ item })
    for (let i = 0; i < 2; i++) {
      await b.unitOfWork.run(async (work) => {
        work.apply(await work.get(b.Basket, b.key), event)
      })
    }
    assert.is(item.count, 1)
    assert.equal(await b.stored(), { id: 'a', total: 4, items: [{ count: 2 }, { count: 2 }] })
    const [, added] = await b.history.of(b.Basket, b.key).toArray()
    assert.equal(added!.data, { item: { count: 1 } })
    assert.equal((await b.history.replay(b.Basket, b.key)).differences, [])
    await b.tables.delete()
  })

  // Once a replay had been committed, all later ones led to what it had made.
  test(`a record can be made anew from its events more than once (${kind})`, async () => {
    const b = await basket(openStore(kind))
    for (const count of [1, 2]) await b.add(count)
    const timesTotal = async (factor: number) => {
      const replay = await b.history.replay(b.Basket, b.key, {
        reducers: {
          Added(draft, { item }) {
            draft.total += factor * item.count
          },
        },
      })
      await replay.commit()
      return replay.record?.total
    }
    assert.is(await timesTotal(10), 30)
    await b.add(3)
    assert.is(await timesTotal(100), 600)
    assert.equal((await b.stored()).total, 600)
    // What takes a committed replay back is no change of its own either.
    const [last] = await b.history.of(b.Basket, b.key, { reverse: true, limit: 1 }).toArray()
    await b.history.undo(last!)
    assert.is(await timesTotal(1), 6)
    assert.ok((await b.history.verify(b.Basket, b.key)).ok)
    await b.tables.delete()
  })

  // The record as it was met was taken for the one after the events.
  test(`events of the commit that deletes the record are told and folded (${kind})`, async () => {
    const b = await basket(openStore(kind))
    await b.add(1)
    await b.unitOfWork.run(async (work) => {
      work.delete(work.apply(await work.get(b.Basket, b.key), b.Basket.events.Added({ item: { count: 6 } })))
    })
    const events = await b.history.of(b.Basket, b.key).toArray()
    assert.equal(
      events.map(({ kind: what, name }) => [what, name]),
      [
        ['created', undefined],
        ['changed', 'Added'],
        ['changed', 'Added'],
        ['deleted', undefined],
      ],
    )
    assert.equal(await b.history.verify(b.Basket, b.key), { ok: true, versions: 3, problems: [] })
    await b.history.undo(events.at(-1)!)
    assert.is((await b.stored()).total, 2)
    await b.tables.delete()
  })
}

test('reducers of a replay are refused what those of a model are refused, and nothing is sent', async () => {
  const b = await basket(memoryStore())
  await b.add(1)
  const replay = (reducer: unknown) => b.history.replay(b.Basket, b.key, { reducers: { Added: reducer as never } })
  const broken = new Error('broken')
  for (const [reducer, code] of [
    [async (draft: { total: number }) => void draft.total++, 'INVALID_ARGUMENT'],
    [(draft: object) => ({ ...draft, total: 5 }), 'INVALID_ARGUMENT'],
    [(draft: { id: string }) => void Object.assign(draft, { id: 'b' }), 'INVALID_RECORD'],
    [(draft: object) => void Object.assign(draft, { total: 'much' }), 'INVALID_RECORD'],
    [(draft: object) => void Object.assign(draft, { total: Number.NaN }), 'INVALID_RECORD'],
  ] as const) {
    await failsWith(replay(reducer), code)
  }
  const thrown = replay(() => {
    throw broken
  })
  assert.is(await thrown.catch((error: unknown) => error), broken)
})

test('a reducer that leaves out what was changed later without an event is named', async () => {
  const b = await basket(memoryStore())
  await b.unitOfWork.run(async (work) => {
    work.apply(await work.get(b.Basket, b.key), b.Basket.events.Moved({}))
  })
  await b.unitOfWork.run(async (work) => {
    work.change(await work.get(b.Basket, b.key), (draft) => {
      draft.places!['shop'] = 1
    })
  })
  const replay = b.history.replay(b.Basket, b.key, { reducers: { Moved() {} } })
  assert.match((await failsWith(replay, 'INVALID_ARGUMENT')).message, 'version 3')
})

test('an upcast may change what it is given, and one that throws is named', async () => {
  const store = memoryStore()
  const b = await basket(store)
  await b.add(1)
  const later = (upcast: (older: { item: { count: number }; by?: string }) => unknown) => {
    const Basket = defineModel({
      name: 'Basket',
      table: b.Basket.table,
      key: { partition: 'id' },
      schema,
      events: {
        Added: { payload: t.type({ item: t.type({ count: t.number }), by: t.string }), reducer() {}, upcast: [upcast] },
      },
    })
    const { history } = createEngine({ store, models: [Basket], journalTable: `${b.prefix}-journal` })
    return history.of(Basket, b.key).toArray()
  }
  const [, added] = await later((older) => {
    older.item.count *= 100
    older.by = 'nobody'
    return older
  })
  assert.equal(added!.data, { item: { count: 100 }, by: 'nobody' })
  const failing = later(() => {
    throw new TypeError('no such thing')
  })
  assert.match((await failsWith(failing, 'INVALID_RECORD')).message, /Added \(version 1\)/)
})

test.run()
