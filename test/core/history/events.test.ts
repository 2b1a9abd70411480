/** Domain events over the years: payloads that changed, models that only events change, and what goes around a history. */
import { createEngine, defineModel, type Store, setOf } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { failsWith } from '../unit-of-work/world.ts'

const schema = t.type({ no: t.string, balance: t.number })
const defaults = { balance: 0 }

/** The same account as three releases of one program have it. */
async function releases(store: Store) {
  const table = `${tablePrefix()}-accounts`
  const journalTable = `${table}-journal`
  const common = { name: 'Account', table, key: { partition: 'no' }, schema, defaults } as const
  const first = defineModel({
    ...common,
    events: {
      Withdrawn: {
        payload: t.type({ amount: t.number }),
        reducer(draft, { amount }) {
          draft.balance -= amount
        },
      },
    },
  })
  const second = defineModel({
    ...common,
    events: {
      Withdrawn: {
        payload: t.type({ cents: t.number }),
        reducer(draft, { cents }) {
          draft.balance -= cents / 100
        },
        upcast: [({ amount }: { amount: number }) => ({ cents: amount * 100 })],
      },
    },
  })
  const third = defineModel({
    ...common,
    eventSourced: true,
    events: {
      Withdrawn: {
        payload: t.type({ cents: t.number, place: t.string }),
        reducer(draft, { cents }) {
          draft.balance -= cents / 100
        },
        upcast: [
          ({ amount }: { amount: number }) => ({ cents: amount * 100 }),
          (older: { cents: number }) => ({ ...older, place: 'unknown' }),
        ],
      },
    },
  })
  const { tables } = createEngine({ store, models: [first], journalTable })
  await tables.create()
  return { first, second, third, journalTable, end: () => tables.delete() }
}

const key = { no: '1' }

for (const kind of storeKinds) {
  test(`events of every release are told and folded with the payload of today (${kind})`, async () => {
    const store = openStore(kind)
    const { first, second, third, journalTable, end } = await releases(store)
    const engines = [first, second, third].map((model) => createEngine({ store, models: [model], journalTable }))
    const [one, two, three] = engines as [(typeof engines)[0], (typeof engines)[0], (typeof engines)[0]]
    await one.unitOfWork.run((work) => void work.create(first, { ...key, balance: 10 }))
    await one.unitOfWork.run(async (work) => {
      work.apply(await work.get(first, key), first.events.Withdrawn({ amount: 1 }))
    })
    await two.unitOfWork.run(async (work) => {
      work.apply(await work.get(second, key), second.events.Withdrawn({ cents: 200 }))
    })
    await three.unitOfWork.run(async (work) => {
      work.apply(await work.get(third, key), third.events.Withdrawn({ cents: 300, place: 'Oslo' }))
    })
    const events = await three.history.of(third, key).toArray()
    assert.equal(
      events.flatMap(({ name, data }) => (name === 'Withdrawn' ? [data] : [])),
      [
        { cents: 100, place: 'unknown' },
        { cents: 200, place: 'unknown' },
        { cents: 300, place: 'Oslo' },
      ],
    )
    const { events: folded, record, differences } = await three.history.replay(third, key)
    assert.equal([folded, record?.balance, differences], [3, 4, []])
    await end()
  })

  test(`only events change records of an event-sourced model, and what is taken back (${kind})`, async () => {
    const store = openStore(kind)
    const { third, journalTable, end } = await releases(store)
    const { unitOfWork, history } = createEngine({ store, models: [third], journalTable })
    await unitOfWork.run((work) => void work.create(third, { ...key, balance: 10 }))
    const change = unitOfWork.run(async (work) => {
      work.change(await work.get(third, key), (draft) => {
        draft.balance = 5
      })
    })
    assert.match((await failsWith(change, 'INVALID_ARGUMENT')).message, 'event-sourced')
    const blind = unitOfWork.run((work) => work.blind(third, key, (changes) => changes.increment('balance', 5)))
    await failsWith(blind, 'INVALID_ARGUMENT')
    await unitOfWork.run(async (work) => {
      work.apply(await work.get(third, key), third.events.Withdrawn({ cents: 300, place: 'Oslo' }))
    })
    const [last] = await history.of(third, key, { reverse: true, limit: 1 }).toArray()
    await history.undo(last!)
    assert.is((await unitOfWork.run((work) => work.get(third, key))).balance, 10)
    await unitOfWork.run(async (work) => work.delete(await work.get(third, key)))
    assert.is((await history.of(third, key).toArray()).at(-1)!.kind, 'deleted')
    await end()
  })

  test(`integers of any size in a payload come back as they were (${kind})`, async () => {
    const store = openStore(kind)
    const Counter = defineModel({
      name: 'Counter',
      table: `${tablePrefix()}-counters`,
      key: { partition: 'id' },
      schema: t.type({ id: t.string, n: t.bigint }),
      events: {
        Counted: {
          payload: t.type({ by: t.bigint }),
          reducer(draft, { by }) {
            draft.n += by
          },
        },
      },
    })
    const { unitOfWork, tables, history } = createEngine({ store, models: [Counter] })
    await tables.create()
    await unitOfWork.run((work) => void work.create(Counter, { id: 'a', n: 0n }))
    for (const by of [5n, 2n ** 70n]) {
      await unitOfWork.run(async (work) => {
        work.apply(await work.get(Counter, { id: 'a' }), Counter.events.Counted({ by }))
      })
    }
    const told = await history.of(Counter, { id: 'a' }).toArray()
    assert.equal(
      told.flatMap(({ data }) => (data === undefined ? [] : [data])),
      [{ by: 5n }, { by: 2n ** 70n }],
    )
    await tables.delete()
  })

  // It was kept as null, which its codec did not take back.
  test(`a payload may be absent as a whole (${kind})`, async () => {
    const store = openStore(kind)
    for (const [payload, value] of [
      [t.void, undefined],
      [t.union([t.string, t.undefined]), undefined],
      [setOf(t.string), new Set<string>()],
      [t.null, null],
    ] as readonly (readonly [t.Type<unknown, unknown, unknown>, unknown])[]) {
      const table = `${tablePrefix()}-bells`
      const common = { name: 'Bell', table, key: { partition: 'no' }, schema: t.type({ no: t.string }) } as const
      const Bell = defineModel({ ...common, events: { Rung: { payload, reducer() {} } } })
      const upcast = [(older: unknown) => older]
      const Later = defineModel({ ...common, events: { Rung: { payload, reducer() {}, upcast } } })
      const journalTable = `${table}-journal`
      const { unitOfWork, tables } = createEngine({ store, models: [Bell], journalTable })
      const later = createEngine({ store, models: [Later], journalTable })
      await tables.create()
      await unitOfWork.run((work) => void work.apply(work.create(Bell, key), Bell.events.Rung(value)))
      await later.unitOfWork.run(async (work) => void work.apply(await work.get(Later, key), Later.events.Rung(value)))
      const told = await later.history.of(Later, key).toArray()
      assert.equal(
        told.flatMap(({ name, data }) => (name === 'Rung' ? [data] : [])),
        [value, value],
        payload.name,
      )
      assert.is((await later.history.replay(Later, key)).events, 2)
      await tables.delete()
    }
  })

  test(`a field that an event does not have is refused, and told by name (${kind})`, async () => {
    const store = openStore(kind)
    const { first, journalTable, end } = await releases(store)
    const { unitOfWork } = createEngine({ store, models: [first], journalTable })
    await unitOfWork.run((work) => void work.create(first, { ...key, balance: 10 }))
    const applying = (event: unknown) =>
      unitOfWork.run(async (work) => void work.apply(await work.get(first, key), event as never))
    const misspelt = first.events.Withdrawn({ amount: 1, amuont: 2 } as never)
    const { message } = await failsWith(applying(misspelt), 'INVALID_ARGUMENT')
    assert.match(message, /amuont: expected no field of this name, got 2/)
    const uncalled = await failsWith(applying(first.events.Withdrawn), 'INVALID_ARGUMENT')
    assert.match(uncalled.message, /expected an event of Account, got a? ?function/i)
    await end()
  })

  test(`bulk writes go around a history: a new life, and no deletion (${kind})`, async () => {
    const store = openStore(kind)
    const { first, journalTable, end } = await releases(store)
    const { unitOfWork, history, records } = createEngine({ store, models: [first], journalTable })
    await unitOfWork.run((work) => void work.create(first, { ...key, balance: 10 }))
    await records.putMany(first, [{ ...key, balance: 20 }])
    const put = await history.of(first, key).toArray()
    assert.equal(
      put.map(({ kind: what, version, path }) => [what, version, path]),
      [['created', 1, ['putMany']]],
    )
    await records.deleteMany(first, [key])
    assert.equal(await history.of(first, key).toArray(), [])
    await unitOfWork.run((work) => void work.create(first, key))
    assert.ok((await history.verify(first, key)).ok)
    await end()
  })
}

test.run()
