/** Domain events of records that are stored otherwise than they are read: in an older schema, or without what a default gives. */
import { createEngine, defineModel, migrationsFrom, type Store } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'

const payload = t.type({ amount: t.number })
const first = t.type({ no: t.string, balance: t.number, owner: t.type({ name: t.string }), log: t.array(t.string) })
const second = t.type({ no: t.string, cents: t.number, name: t.string, log: t.array(t.string) })

const key = { no: '1' }

/** The same account in two releases of one program, the second of which counts cents. */
async function releases(store: Store) {
  const prefix = tablePrefix()
  const common = { name: 'Account', table: `${prefix}-accounts`, key: { partition: 'no' } } as const
  const before = migrationsFrom(first)
  const Old = defineModel({
    ...common,
    schema: first,
    migrations: before,
    events: {
      Deposited: {
        payload,
        reducer: (draft, { amount }) => void Object.assign(draft, { balance: draft.balance + amount }),
      },
    },
  })
  const Account = defineModel({
    ...common,
    schema: second,
    migrations: before.to(second, {
      up: ({ no, balance, owner, log }) => ({ no, cents: balance * 100, name: owner.name, log }),
      down: ({ no, cents, name, log }) => ({ no, balance: cents / 100, owner: { name }, log }),
    }),
    events: {
      Deposited: {
        payload,
        reducer: (draft, { amount }) => void Object.assign(draft, { cents: draft.cents + 100 * amount }),
      },
    },
  })
  const journalTable = `${prefix}-journal`
  const old = createEngine({ store, models: [Old], journalTable })
  const engine = createEngine({ store, models: [Account], journalTable })
  await old.tables.create()
  await old.unitOfWork.run((work) => void work.create(Old, { ...key, balance: 1, owner: { name: 'Ann' }, log: [] }))
  return {
    ...engine,
    old: old.unitOfWork,
    Old,
    Account,
    depositOld: (amount: number) =>
      old.unitOfWork.run(async (work) => void work.apply(await work.get(Old, key), Old.events.Deposited({ amount }))),
    deposit: (amount: number) =>
      engine.unitOfWork.run(
        async (work) => void work.apply(await work.get(Account, key), Account.events.Deposited({ amount })),
      ),
    stored: async () => (await store.read([{ table: Account.table, key }], { consistent: true }))[0]!,
  }
}

const doubled = {
  Deposited: (draft: { cents: number }, { amount }: { amount: number }) =>
    void Object.assign(draft, { cents: draft.cents + 200 * amount }),
}

for (const kind of storeKinds) {
  // It was redone by its old path, so that what the reducers had made of the schema of today stayed, and the change was lost.
  test(`what was changed without an event in an older schema is folded as it reads today (${kind})`, async () => {
    const w = await releases(openStore(kind))
    await w.depositOld(4)
    await w.old.run(async (work) => {
      work.change(await work.get(w.Old, key), (draft) => {
        draft.owner.name = 'Bo'
        draft.log.push('moved')
      })
    })
    const replay = await w.history.replay(w.Account, key, { reducers: doubled })
    assert.equal(replay.record, { no: '1', cents: 900, name: 'Bo', log: ['moved'] })
    const same = await w.history.replay(w.Account, key)
    assert.equal([same.record, same.differences], [same.present, []])
    await same.commit()
    const { balance, owner, cents, name } = await w.stored()
    assert.equal([balance, owner, cents, name], [undefined, undefined, 500, 'Bo'])
    assert.ok((await w.history.verify(w.Account, key)).ok)
    await w.tables.delete()
  })

  // What the migration had stored was put over what the fold had made.
  test(`migrations are no change of what is folded, however they came (${kind})`, async () => {
    for (const how of ['alone', 'with a change', 'with an event'] as const) {
      const w = await releases(openStore(kind))
      await w.depositOld(4)
      if (how === 'alone') await w.migrations.run(w.Account)
      if (how === 'with a change') {
        await w.unitOfWork.run(async (work) => {
          work.change(await work.get(w.Account, key), (draft) => {
            draft.name = 'Bo'
          })
        })
      }
      await w.deposit(3)
      const replay = await w.history.replay(w.Account, key, { reducers: doubled })
      assert.equal([replay.record?.cents, replay.present?.cents], [1500, 800], how)
      assert.equal((await w.history.replay(w.Account, key)).differences, [], how)
      assert.ok((await w.history.verify(w.Account, key)).ok)
      await w.tables.delete()
    }
  })

  // The event was told without what it did, and that once more as a change without an event.
  test(`an event that migrates its record tells what it did itself (${kind})`, async () => {
    const w = await releases(openStore(kind))
    await w.deposit(3)
    const events = await w.history.of(w.Account, key, { from: 2 }).toArray()
    assert.equal(
      events.map(({ name, changes }) => [name, changes.map(({ path }) => path).sort()]),
      [
        [undefined, ['_m', 'balance', 'cents', 'name', 'owner']],
        ['Deposited', ['cents']],
      ],
    )
    await w.unitOfWork.run(async (work) => work.delete(await work.get(w.Account, key)))
    assert.ok((await w.history.verify(w.Account, key)).ok)
    await w.tables.delete()
  })

  // As above: in a part that a default gave there was nothing to change.
  test(`an event that changes what a default gave tells what it did itself (${kind})`, async () => {
    const store = openStore(kind)
    const prefix = tablePrefix()
    const Meter = defineModel({
      name: 'Meter',
      table: `${prefix}-meters`,
      key: { partition: 'no' },
      schema: t.type({ no: t.string, limits: t.type({ day: t.number, week: t.number }), log: t.array(t.string) }),
      defaults: { limits: { day: 1, week: 5 }, log: () => ['made'] },
      events: {
        Raised: {
          payload: t.type({ by: t.number }),
          reducer(draft, { by }) {
            draft.limits.day += by
            draft.log.push('raised')
          },
        },
      },
    })
    const { unitOfWork, history, tables } = createEngine({ store, models: [Meter], journalTable: `${prefix}-journal` })
    await tables.create()
    // By another program.
    const item = { no: '1' }
    const outcome = await store.commit({
      id: 'other',
      actions: [{ kind: 'put', table: Meter.table, key, item, condition: { kind: 'absent', path: ['no'] } }],
    })
    assert.is(outcome.kind, 'committed')
    assert.is(await unitOfWork.run(async (work) => (await work.get(Meter, key)).limits.day), 1)
    for (const by of [1, 2]) {
      await unitOfWork.run(async (work) => {
        const meter = work.apply(await work.get(Meter, key), Meter.events.Raised({ by }))
        work.apply(meter, Meter.events.Raised({ by }))
      })
    }
    const events = await history.of(Meter, key).toArray()
    assert.equal(
      events.map(({ name, changes }) => [name, changes.map(({ path }) => path)]),
      [
        ['Raised', ['limits', 'log']],
        ['Raised', ['limits.day', 'log']],
        ['Raised', ['limits.day', 'log']],
        ['Raised', ['limits.day', 'log']],
      ],
    )
    assert.equal((await history.replay(Meter, key)).differences, [])
    const reducers = {
      Raised: (draft: { limits: { day: number } }, { by }: { by: number }) => {
        draft.limits.day += 10 * by
      },
    }
    const { record } = await history.replay(Meter, key, { reducers })
    assert.equal(record, { no: '1', limits: { day: 61, week: 5 }, log: ['made'] })
    assert.ok((await history.verify(Meter, key)).ok)
    await tables.delete()
  })
}

test.run()
