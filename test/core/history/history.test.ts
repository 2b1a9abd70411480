/** Stories of histories, on every store: what is told, how a record was, taking back, folding anew, forgetting. */
import { createEngine, defineModel } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { watchedStore } from '../../support/watched-store.ts'
import { failsWith } from '../unit-of-work/world.ts'
import { bank } from './account.ts'

for (const kind of storeKinds) {
  test(`every commit is told, with its names, metadata, old and new values (${kind})`, async () => {
    const w = await bank(openStore(kind), { metadata: () => ({ actor: 'ann', request: 'r0' }) })
    await w.open()
    await w.unitOfWork.run(
      'visit',
      async (work) => {
        await work.run('move', async (sub) => {
          sub.change(await sub.get(w.Account, w.key), (draft) => {
            draft.home.city = 'Oslo'
            draft.tags.add('traveller')
          })
        })
      },
      { metadata: { request: 'r1' } },
    )
    const [opened, moved, ...more] = await w.history.of(w.Account, w.key).toArray()
    assert.is(more.length, 0)
    assert.equal([opened!.version, opened!.kind, opened!.path], [1, 'created', ['open']])
    assert.equal(opened!.by, { actor: 'ann', request: 'r0' })
    assert.equal(opened!.changes.map(({ path }) => path).sort(), ['balance', 'home', 'id'])
    assert.equal([moved!.version, moved!.kind, moved!.path], [2, 'changed', ['visit', 'move']])
    assert.equal(moved!.by, { actor: 'ann', request: 'r1' })
    assert.equal(
      moved!.changes.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      [
        { path: 'home.city', old: 'Bergen', new: 'Oslo' },
        { path: 'tags', old: undefined, new: new Set(['traveller']) },
      ],
    )
    assert.ok(moved!.at.getTime() >= opened!.at.getTime())
    assert.equal(moved!.key, w.key)
  })

  test(`domain events stay several, in their order, also where they undo each other (${kind})`, async () => {
    const w = await bank(openStore(kind))
    const { Deposited, Tagged, Untagged, Noted } = w.Account.events
    await w.open()
    await w.unitOfWork.run('events', async (work) => {
      let account = await work.get(w.Account, w.key)
      account = work.apply(account, Deposited({ amount: 5 }))
      account = work.change(account, (draft) => {
        draft.note = 'between'
      })
      account = work.apply(account, Tagged({ tag: 'x' }))
      account = work.apply(account, Untagged({ tag: 'x' }))
      account = work.apply(account, Noted({}))
      await work.run('inner', (sub) => void sub.apply(account, Deposited({ amount: -5 })))
      await work
        .run((sub) => {
          sub.apply(account, Deposited({ amount: 1000 }))
          throw new Error('rolled back')
        })
        .catch(() => {})
    })
    const events = (await w.history.of(w.Account, w.key).toArray()).slice(1)
    assert.equal(
      events.map(({ name, changes }) => [name, changes.map(({ path }) => path).join()]),
      [
        ['Deposited', 'balance'],
        [undefined, 'note'],
        ['Tagged', 'tags'],
        ['Untagged', 'tags'],
        ['Noted', ''],
        ['Deposited', 'balance'],
      ],
    )
    const last = events.at(-1)!
    if (last.name === 'Deposited') assert.equal(last.data, { amount: -5 })
    assert.equal(last.path, ['events', 'inner'])
    assert.is(new Set(events.map(({ commitId }) => commitId)).size, 1)
    assert.ok((await w.history.verify(w.Account, w.key)).ok)
    const replay = await w.history.replay(w.Account, w.key)
    assert.equal([replay.events, replay.differences], [5, []])
  })

  test(`a record as it was, recent and long ago, and what differs (${kind})`, async () => {
    const watched = watchedStore(openStore(kind))
    const w = await bank(watched, { history: { entries: 4 } })
    await w.open()
    for (let i = 1; i <= 150; i++) await w.add(1)
    watched.forget()
    assert.is((await w.history.at(w.Account, w.key, { version: 150 }))!.balance, 149)
    assert.is(watched.reads.length, 1, 'a recent version costs one read')
    for (const version of [1, 2, 40, 63, 64, 65, 100]) {
      assert.is((await w.history.at(w.Account, w.key, { version }))!.balance, version - 1, `version ${version}`)
    }
    assert.equal(await w.history.diff(w.Account, w.key, 20, 120), [{ path: 'balance', old: 19, new: 119 }])
    await failsWith(w.history.at(w.Account, w.key, { version: 152 }), 'RECORD_NOT_FOUND')
    const some = await w.history.of(w.Account, w.key, { from: 70, to: 80 }).toArray()
    assert.equal(
      some.map(({ version }) => version),
      [70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80],
    )
    assert.equal(some[0]!.changes, [{ path: 'balance', old: 68, new: 69 }])
    const newest = await w.history.of(w.Account, w.key, { reverse: true, limit: 3 }).toArray()
    assert.equal(
      newest.map(({ version }) => version),
      [151, 150, 149],
    )
    await w.close()
  })

  test(`a deletion ends a history, and a new record under the key begins another (${kind})`, async () => {
    const w = await bank(openStore(kind))
    await w.open({ balance: 1 })
    await w.add(1)
    await w.unitOfWork.run('close', async (work) => work.delete(await work.get(w.Account, w.key)))
    const before = await w.history.of(w.Account, w.key).toArray()
    assert.equal(
      before.map(({ kind: what, version }) => [what, version]),
      [
        ['created', 1],
        ['changed', 2],
        ['deleted', 3],
      ],
    )
    assert.is(await w.history.at(w.Account, w.key, { version: 3 }), undefined)
    assert.is((await w.history.at(w.Account, w.key, { version: 2 }))!.balance, 2)
    await w.open({ balance: 7 })
    const all = await w.history.of(w.Account, w.key).toArray()
    assert.equal(
      all.map(({ version }) => version),
      [1, 2, 3, 1],
    )
    assert.is(new Set(all.map(({ generation }) => generation)).size, 2)
    assert.is((await w.history.at(w.Account, w.key, { version: 1 }))!.balance, 7)
    const [first] = all
    assert.is((await w.history.at(w.Account, w.key, { version: 1, generation: first!.generation }))!.balance, 1)
    // Deleted and created again by one unit of work.
    await w.unitOfWork.run('again', async (work) => {
      work.delete(await work.get(w.Account, w.key))
      work.create(w.Account, { ...w.key, balance: 9 })
    })
    assert.equal(
      (await w.history.of(w.Account, w.key).toArray()).map(({ version }) => version),
      [1, 2, 3, 1, 2, 1],
    )
    assert.equal(await w.history.verify(w.Account, w.key), { ok: true, versions: 6, problems: [] })
  })

  test(`a commit is taken back in all its records, unless somebody changed the same since (${kind})`, async () => {
    const w = await bank(openStore(kind))
    await w.open({ balance: 10 })
    await w.open({ id: 'bob' })
    await w.unitOfWork.run('transfer', async (work) => {
      const [ann, bob] = await work.getMany(w.Account, [w.key, { id: 'bob' }])
      work.change(ann!, (draft) => {
        draft.balance -= 4
      })
      work.change(bob!, (draft) => {
        draft.balance += 4
      })
      work.create(w.Account, { id: 'receipt' })
    })
    const balances = async () => [Number((await w.stored())!['balance']), Number((await w.stored('bob'))!['balance'])]
    const [, transfer] = await w.history.of(w.Account, { id: 'bob' }).toArray()
    assert.is(await w.history.undo(transfer!), 3)
    assert.equal(await balances(), [10, 0])
    assert.is(await w.stored('receipt'), undefined)
    // By its id alone, which is searched for; and taking back is a commit that can be taken back.
    const [, , undone] = await w.history.of(w.Account, w.key).toArray()
    assert.is(await w.history.undo(undone!.commitId), 3)
    assert.equal(await balances(), [6, 4])
    await w.add(1, 'bob')
    const { payload } = await failsWith(w.history.undo(transfer!), 'CONFLICT')
    assert.equal(
      payload.conflicts.map(({ path }) => path),
      ['balance'],
    )
    assert.equal(await balances(), [6, 5])
  })

  test(`events are folded anew, compared, and made the present record (${kind})`, async () => {
    const w = await bank(openStore(kind))
    await w.open({ balance: 100 })
    for (const amount of [5, 7]) {
      await w.unitOfWork.run(async (work) => {
        work.apply(await work.get(w.Account, w.key), w.Account.events.Deposited({ amount }))
      })
    }
    const replay = await w.history.replay(w.Account, w.key, {
      reducers: {
        Deposited(draft, { amount }) {
          draft.balance += 2 * amount
        },
      },
    })
    assert.equal(replay.differences, [{ path: 'balance', old: 112, new: 124 }])
    await replay.commit()
    assert.is((await w.stored())!['balance'], 124)
    await failsWith(replay.commit(), 'CONFLICT')
  })

  test(`past values are erased, the shell remains, and the history goes on (${kind})`, async () => {
    const store = openStore(kind)
    const w = await bank(store, { history: { entries: 3 } })
    await w.open()
    for (let i = 0; i < 20; i++) {
      await w.unitOfWork.run('note', async (work) => {
        const text = i === 10 ? 'secret'.repeat(3000) : `secret ${i}`
        work.change(await work.get(w.Account, w.key), (draft) => {
          draft.note = text
        })
      })
    }
    await w.add(1)
    await w.unitOfWork.run(async (work) => {
      work.change(await work.get(w.Account, w.key), (draft) => {
        draft.note = 'open'
      })
    })
    assert.ok((await w.history.erase(w.Account, w.key)) >= 20)
    const events = await w.history.of(w.Account, w.key).toArray()
    assert.equal(
      events.map(({ version }) => version),
      Array.from({ length: 23 }, (_, i) => i + 1),
    )
    assert.ok(events.every(({ erased, changes }) => erased && changes.length === 0))
    const { items } = await store.scan({ table: w.journal, consistent: true })
    const everything = JSON.stringify([items, await w.stored()], (_, value) =>
      value instanceof Set ? [...value] : value,
    )
    assert.not.match(everything, 'secret')
    await failsWith(w.history.at(w.Account, w.key, { version: 5 }), 'RECORD_NOT_FOUND')
    await w.add(1)
    assert.is((await w.history.at(w.Account, w.key, { version: 24 }))!.balance, 2)
    assert.equal((await w.history.of(w.Account, w.key).toArray()).at(-1)!.changes, [
      { path: 'balance', old: 1, new: 2 },
    ])
    assert.ok((await w.history.verify(w.Account, w.key)).ok)
    await w.close()
  })

  test(`history: false leaves no trace and costs nothing (${kind})`, async () => {
    const store = watchedStore(openStore(kind))
    const prefix = tablePrefix()
    const Plain = defineModel({
      name: 'Plain',
      table: `${prefix}-plain`,
      key: { partition: 'id' },
      schema: t.type({ id: t.string, n: t.number }),
      history: false,
    })
    const journalTable = `${prefix}-journal`
    const { unitOfWork, tables, history } = createEngine({ store, models: [Plain], journalTable })
    await tables.create()
    await unitOfWork.run((work) => void work.create(Plain, { id: 'a', n: 0 }))
    for (let i = 0; i < 30; i++) {
      await unitOfWork.run(async (work) => {
        work.change(await work.get(Plain, { id: 'a' }), (draft) => {
          draft.n++
        })
      })
    }
    await unitOfWork.run((work) => work.blind(Plain, { id: 'a' }, (blind) => blind.increment('n', 1)))
    const [item] = await store.read([{ table: Plain.table, key: { id: 'a' } }], { consistent: true })
    assert.equal(item, { id: 'a', n: 31, _v: 32 })
    await unitOfWork.run((work) => work.delete(Plain, { id: 'a' }))
    assert.is(store.commits.length, 33)
    assert.ok(store.commits.every(({ plan }) => plan.actions.length === 1))
    assert.equal((await store.scan({ table: journalTable, consistent: true })).items, [])
    assert.throws(() => history.of(Plain, { id: 'a' }), /keeps no history/)
  })

  test(`a record of another program gets its history with its first commit here (${kind})`, async () => {
    const store = openStore(kind)
    const w = await bank(store)
    const item = { id: 'ann', balance: 3, home: { city: 'Rome' }, other: 'kept' }
    const put = {
      kind: 'put',
      table: w.Account.table,
      key: w.key,
      item,
      condition: { kind: 'all', conditions: [] },
    } as const
    await store.commit({ id: 'foreign', actions: [put] })
    assert.equal(await w.history.of(w.Account, w.key).toArray(), [])
    await w.unitOfWork.run((work) => work.blind(w.Account, w.key, (blind) => blind.increment('balance', 1)))
    await w.add(1)
    const events = await w.history.of(w.Account, w.key).toArray()
    assert.equal(
      events.map(({ version, changes }) => [version, changes]),
      [
        [1, [{ path: 'balance', old: 3, new: 4 }]],
        [2, [{ path: 'balance', old: 4, new: 5 }]],
      ],
    )
    assert.is((await w.stored())!['other'], 'kept')
    // A change that is none of ours is found.
    const foreign = { ...(await w.stored())!, balance: 99 }
    await store.commit({ id: 'foreign2', actions: [{ ...put, item: foreign }] })
    await w.add(1)
    const { ok, problems } = await w.history.verify(w.Account, w.key)
    assert.not(ok)
    assert.match(problems[0]!.problem, /balance/)
  })
}

test('a value larger than a tail could carry is changed, told, and taken back', async () => {
  for (const kind of storeKinds) {
    const w = await bank(openStore(kind))
    await w.open()
    const note = (text: string) =>
      w.unitOfWork.run(async (work) => {
        work.change(await work.get(w.Account, w.key), (draft) => {
          draft.note = text
        })
      })
    await note('a'.repeat(390_000))
    await note('b'.repeat(390_000))
    await note('c')
    const events = await w.history.of(w.Account, w.key, { reverse: true }).toArray()
    assert.equal(events.map(({ changes }) => [String(changes[0]?.old)[0], String(changes[0]?.new)[0]]).slice(0, 3), [
      ['b', 'c'],
      ['a', 'b'],
      ['u', 'a'],
    ])
    await w.history.undo(events[0]!)
    assert.is(String((await w.stored())!['note']).length, 390_000)
    assert.ok((await w.history.verify(w.Account, w.key)).ok)
    await w.close()
  }
})

test.run()
