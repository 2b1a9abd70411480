/** Stories of histories at the edges: deep and large records, a history turned off and on, late sealers, undoing what is rare. */
import { setTimeout as pause } from 'node:timers/promises'
import { createEngine, defineModel, type Store } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { tailOf } from '../../../core/journal/tail.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { meanwhile, type Twist, watchedStore } from '../../support/watched-store.ts'
import { failsWith } from '../unit-of-work/world.ts'
import { bank } from './account.ts'

const note = t.intersection([
  t.type({ id: t.string }),
  t.partial({ n: t.number, small: t.string, text: t.string, any: t.any }),
])

async function notes(store: Store, prefix = tablePrefix(), history = true) {
  const Note = defineModel({ name: 'Note', table: `${prefix}-notes`, key: { partition: 'id' }, schema: note, history })
  const engine = createEngine({ store, models: [Note], journalTable: `${prefix}-journal` })
  await engine.tables.create()
  const key = { id: 'a' }
  type Fields = Partial<t.TypeOf<typeof note>>
  return {
    ...engine,
    Note,
    key,
    prefix,
    create: (fields: Fields) => engine.unitOfWork.run((work) => void work.create(Note, { ...key, ...fields })),
    change: (fields: Fields) =>
      engine.unitOfWork.run(async (work) => {
        work.change(await work.get(Note, key), (draft) => void Object.assign(draft, fields))
      }),
    remove: () => engine.unitOfWork.run(async (work) => work.delete(await work.get(Note, key))),
  }
}

const nested = (levels: number, leaf: unknown): unknown => (levels === 0 ? leaf : { in: nested(levels - 1, leaf) })

for (const kind of storeKinds) {
  // An entry has a value some levels deeper than the record had it, and DynamoDB takes 32 levels.
  for (const levels of [27, 28, 31]) {
    test(`values of ${levels} levels are changed, deleted and told (${kind})`, async () => {
      const w = await notes(openStore(kind))
      await w.create({ any: nested(levels, 'first') })
      await w.change({ any: 'flat' })
      await w.change({ any: nested(levels, new Set(['second'])) })
      await w.remove()
      assert.equal(await w.history.verify(w.Note, w.key), { ok: true, versions: 4, problems: [] })
      assert.equal((await w.history.at(w.Note, w.key, { version: 1 }))?.any, nested(levels, 'first'))
      const [last] = await w.history.of(w.Note, w.key, { reverse: true, limit: 1 }).toArray()
      await w.history.undo(last!)
      assert.is(await w.history.erase(w.Note, w.key), 5)
    })
  }

  test(`metadata of 30 levels go along (${kind})`, async () => {
    const w = await notes(openStore(kind))
    const metadata = { in: nested(30, 'deep') }
    await w.unitOfWork.run((work) => void work.create(w.Note, w.key), { metadata })
    const [created] = await w.history.of(w.Note, w.key).toArray()
    assert.equal(created!.by, metadata)
  })

  // Entries in the tail, and what the last block has besides the record, made what fits into a record not fit any more.
  test(`a record of nearly 400 KB is changed, deleted, brought back and forgotten (${kind})`, async () => {
    const store = openStore(kind)
    const w = await notes(store)
    const text = 'x'.repeat(400 * 1024 - 5000)
    await w.create({ text, small: 'a'.repeat(3000) })
    for (const letter of 'bcde') await w.change({ small: letter.repeat(3000) })
    await w.change({ small: 'f'.repeat(4400) })
    await w.remove()
    const events = await w.history.of(w.Note, w.key).toArray()
    await w.history.undo(events.at(-1)!)
    const back = await w.unitOfWork.run((work) => work.get(w.Note, w.key))
    assert.is(back.text, text)
    assert.is(back.small, 'f'.repeat(4400))
    assert.equal(await w.history.verify(w.Note, w.key), { ok: true, versions: 8, problems: [] })
    await w.history.erase(w.Note, w.key)
    const { items } = await store.scan({ table: `${w.prefix}-journal`, consistent: true })
    assert.not.match(JSON.stringify(items), /x{100}/)
  })

  // Versions that no entry was written for were taken for those of the entries that were there.
  test(`a history that was turned off begins anew when it is turned on again (${kind})`, async () => {
    const store = openStore(kind)
    const on = await notes(store)
    const off = await notes(store, on.prefix, false)
    await on.create({ n: 0 })
    await on.change({ n: 1 })
    await off.change({ n: 2 })
    await off.unitOfWork.run((work) => work.blind(off.Note, off.key, (blind) => blind.increment('n', 1)))
    await on.change({ n: 4 })
    await on.unitOfWork.run((work) => work.blind(on.Note, on.key, (blind) => blind.increment('n', 1)))
    await off.unitOfWork.run((work) => work.blind(off.Note, off.key, (blind) => blind.increment('n', 1)))
    await on.change({ n: 7 })
    await on.change({ n: 8 })
    const events = await on.history.of(on.Note, on.key).toArray()
    assert.equal(
      events.map(({ version, changes: [change] }) => [version, change?.old, change?.new]),
      [
        [8, 6, 7],
        [9, 7, 8],
      ],
    )
    assert.ok((await on.history.verify(on.Note, on.key)).ok)
    assert.is((await on.history.at(on.Note, on.key, { version: 8 }))?.n, 7)
  })

  // The record that the commit had created was deleted, and the one that it had deleted did not come back.
  test(`undoing a commit that replaced a record brings back the one before (${kind})`, async () => {
    const w = await notes(openStore(kind))
    await w.create({ n: 1 })
    await w.unitOfWork.run(
      'replace',
      async (work) => {
        work.delete(await work.get(w.Note, w.key))
        work.create(w.Note, { ...w.key, n: 2 })
      },
      { metadata: { actor: 'ann' } },
    )
    const events = await w.history.of(w.Note, w.key).toArray()
    assert.equal(
      events.map(({ kind, by }) => [kind, by]),
      [
        ['created', undefined],
        ['deleted', { actor: 'ann' }],
        ['created', { actor: 'ann' }],
      ],
    )
    await w.history.undo(events[2]!.commitId)
    assert.is((await w.unitOfWork.run((work) => work.get(w.Note, w.key))).n, 1)
    assert.ok((await w.history.verify(w.Note, w.key)).ok)
  })

  // It had a generation that sorts behind the new record's: its deletion was told last, and passed for the latest life.
  test(`what replaced a record that another program wrote is its later life (${kind})`, async () => {
    const store = openStore(kind)
    const w = await notes(store)
    await store.write([{ kind: 'put', table: w.Note.table, key: w.key, item: { ...w.key, n: 1 } }])
    await w.unitOfWork.run(async (work) => {
      work.delete(await work.get(w.Note, w.key))
      work.create(w.Note, { ...w.key, n: 2 })
    })
    await pause(2)
    const alive = new Date()
    await pause(2)
    await w.change({ n: 3 })
    await w.remove()
    const events = await w.history.of(w.Note, w.key).toArray()
    assert.equal(
      events.map(({ kind, version }) => `${kind} ${version}`),
      ['deleted 1', 'created 1', 'changed 2', 'deleted 3'],
    )
    assert.equal(await w.history.of(w.Note, w.key, { reverse: true }).toArray(), events.toReversed())
    assert.is((await w.history.at(w.Note, w.key, { version: 1 }))?.n, 2)
    assert.is((await w.history.at(w.Note, w.key, { version: 2 }))?.n, 3)
    assert.is((await w.history.at(w.Note, w.key, { time: alive }))?.n, 2)
    assert.ok((await w.history.verify(w.Note, w.key)).ok)
  })

  // Its history has its last block already, so each deletion was a conflict at no path.
  for (const again of ['deleted', 'replaced'] as const) {
    test(`a record that was put back after its deletion is ${again} (${kind})`, async () => {
      const store = openStore(kind)
      const w = await notes(store)
      await w.create({ n: 1 })
      const [item] = await store.read([{ table: w.Note.table, key: w.key }], { consistent: true })
      await w.remove()
      // As a duplicate of the creation does that arrives late.
      await store.write([{ kind: 'put', table: w.Note.table, key: w.key, item: item! }])
      let runs = 0
      await w.unitOfWork.run(async (work) => {
        runs++
        work.delete(await work.get(w.Note, w.key))
        if (again === 'replaced') work.create(w.Note, { ...w.key, n: 2 })
      })
      assert.is(runs, 1)
      assert.is((await w.unitOfWork.run((work) => work.find(w.Note, w.key)))?.n, again === 'replaced' ? 2 : undefined)
      const { ok, versions } = await w.history.verify(w.Note, w.key)
      assert.equal([ok, versions], [true, again === 'replaced' ? 3 : 2])
    })
  }

  // The last block that is there already is that of the life before.
  test(`a deletion unseen of a record that was deleted and created meanwhile is in its history (${kind})`, async () => {
    const store = watchedStore(openStore(kind))
    const w = await notes(store)
    await w.create({ n: 1 })
    store.twist(
      meanwhile(async () => {
        await w.remove()
        await w.create({ n: 2 })
      }),
    )
    await w.unitOfWork.run((work) => work.delete(w.Note, w.key))
    const events = await w.history.of(w.Note, w.key).toArray()
    assert.equal(
      events.map(({ kind, version }) => `${kind} ${version}`),
      ['created 1', 'deleted 2', 'created 1', 'deleted 2'],
    )
  })

  // Its only entry is the deletion, before which going forwards knew of nothing.
  test(`the deletion of a record that another program wrote tells the same in both directions (${kind})`, async () => {
    const store = openStore(kind)
    const w = await notes(store)
    await store.write([{ kind: 'put', table: w.Note.table, key: w.key, item: { ...w.key, n: 1 } }])
    await w.remove()
    const events = await w.history.of(w.Note, w.key).toArray()
    assert.equal(
      events.map(({ kind, changes }) => [kind, changes]),
      [
        [
          'deleted',
          [
            { path: 'id', old: 'a', new: undefined },
            { path: 'n', old: 1, new: undefined },
          ],
        ],
      ],
    )
    assert.equal(await w.history.of(w.Note, w.key, { reverse: true }).toArray(), events)
  })

  // A block does not tell the model, and the first one of the table was taken for it.
  test(`an old commit is undone by its id alone where models share a table (${kind})`, async () => {
    const prefix = tablePrefix()
    const shared = { table: `${prefix}-all`, history: { entries: 1 } }
    const Cat = defineModel({
      name: 'Cat',
      ...shared,
      key: { partition: 'id' },
      type: { attribute: 'kind', value: 'Cat' },
      schema: t.type({ id: t.string, lives: t.number }),
    })
    const Dog = defineModel({
      name: 'Dog',
      ...shared,
      key: { partition: 'id' },
      type: { attribute: 'kind', value: 'Dog' },
      schema: note,
    })
    const { unitOfWork, history, tables } = createEngine({
      store: openStore(kind),
      models: [Cat, Dog],
      journalTable: `${prefix}-journal`,
    })
    await tables.create()
    const dog = { id: 'rex' }
    await unitOfWork.run((work) => void work.create(Dog, { ...dog, n: 0, small: 'a' }))
    const set = (fields: object) =>
      unitOfWork.run(async (work) => {
        work.change(await work.get(Dog, dog), (draft) => void Object.assign(draft, fields))
      })
    await set({ small: 'b' })
    for (let n = 1; n < 6; n++) await set({ n })
    const [, second] = await history.of(Dog, dog).toArray()
    await history.undo(second!.commitId)
    assert.is((await unitOfWork.run((work) => work.get(Dog, dog))).small, 'a')
  })
}

// A map that DynamoDB stores comes back with its names in another order, and a block's key was taken as it came.
for (const kind of storeKinds) {
  for (const [partition, sort] of [
    ['zone', 'id'],
    ['id', 'zone'],
  ] as const) {
    test(`a sealed commit is found by its id, key ${partition} and ${sort} (${kind})`, async () => {
      const prefix = tablePrefix()
      const Spot = defineModel({
        name: 'Spot',
        table: `${prefix}-spots`,
        key: { partition, sort },
        schema: t.intersection([t.type({ zone: t.string, id: t.string }), t.partial({ n: t.number, m: t.number })]),
        history: { entries: 1 },
      })
      const { unitOfWork, history, tables } = createEngine({
        store: openStore(kind),
        models: [Spot],
        journalTable: `${prefix}-journal`,
      })
      await tables.create()
      const key = { zone: 'a', id: '1' }
      await unitOfWork.run((work) => void work.create(Spot, key))
      for (const field of ['n', 'm', 'm', 'm', 'm'] as const) {
        await unitOfWork.run(async (work) => {
          work.change(await work.get(Spot, key), (draft) => {
            draft[field] = (draft[field] ?? 0) + 1
          })
        })
        await pause(10)
      }
      const [, changed] = await history.of(Spot, key).toArray()
      assert.is(await history.undo(changed!.commitId), 1)
      assert.equal({ ...(await unitOfWork.run((work) => work.get(Spot, key))) }, { ...key, m: 4 })
    })
  }
}

// Whatever it was last known as was told for any time since.
test('what a record was behind its last known version cannot be told where something else has removed it', async () => {
  const store = memoryStore()
  let now = 1_000_000
  const environment = { now: () => now, random: Math.random, sleep: async () => {} }
  const w = await bank(store, { history: { entries: 2 }, environment })
  await w.open()
  for (let i = 1; i <= 6; i++) {
    now += 1000
    await w.add(1)
  }
  await new Promise((resolve) => setTimeout(resolve, 10))
  const sealed = tailOf((await w.stored())!)[0]!.version - 1
  const timeOf = (version: number) => new Date(1_000_000 + (version - 1) * 1000)
  await w.records.deleteMany(w.Account, [w.key])
  assert.is((await w.history.at(w.Account, w.key, { version: sealed }))?.balance, sealed - 1)
  assert.is((await w.history.at(w.Account, w.key, { time: timeOf(sealed) }))?.balance, sealed - 1)
  await failsWith(w.history.at(w.Account, w.key, { time: timeOf(sealed + 1) }), 'RECORD_NOT_FOUND')
  // A life that the engine ended is told as before, and so is the next one.
  now += 1000
  await w.open({ balance: 50 })
  assert.is((await w.history.at(w.Account, w.key, { time: new Date(now) }))?.balance, 50)
})

// The values that were erased came back with the block of a sealer that had read the record before it was deleted.
test('a late sealer brings nothing back that was erased', async () => {
  const store = memoryStore()
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let seals = 0
  const slow: Store = {
    ...store,
    async commit(plan, options) {
      const [action] = plan.actions
      const isBlock = plan.actions.length === 1 && action?.kind === 'put' && String(action.key['p']).startsWith('H#')
      if (isBlock && ++seals === 1) await held
      return store.commit(plan, options)
    },
  }
  const w = await bank(slow, { history: { entries: 2 } })
  await w.open()
  const write = (text: string) =>
    w.unitOfWork.run(async (work) => {
      work.change(await work.get(w.Account, w.key), (draft) => {
        draft.note = text
      })
    })
  for (const text of ['secret one', 'secret two', 'secret three']) await write(text)
  assert.is(seals, 1)
  await w.unitOfWork.run(async (work) => work.delete(await work.get(w.Account, w.key)))
  await w.history.erase(w.Account, w.key)
  release()
  await new Promise((resolve) => setTimeout(resolve, 20))
  const { items } = await store.scan({ table: w.journal, consistent: true })
  assert.not.match(JSON.stringify(items), /secret/)
  assert.ok((await w.history.verify(w.Account, w.key)).versions >= 5)
})

// A commit too large for an expression puts the item as a whole, and with it put back the tail that it had read.
// The whole tail was replaced by the erased entry, and the entry of a commit that came in between was gone.
test('a commit that comes while the last entry is erased keeps its own', async () => {
  const store = watchedStore(memoryStore())
  const w = await notes(store)
  await w.create({ small: 'secret' })
  await w.change({ small: 'a' })
  store.forget()
  const others = await notes(store, w.prefix)
  let before: unknown
  const asItWas: Twist = (_, apply) => apply()
  // The block, the cut, and then the last entry itself.
  store.twist(
    asItWas,
    asItWas,
    meanwhile(async () => {
      before = store.commits.length
      await others.change({ small: 'b' })
    }),
  )
  await w.history.erase(w.Note, w.key)
  assert.is(before, 2)
  const { versions, ok } = await w.history.verify(w.Note, w.key)
  assert.equal([versions, ok], [3, true])
  const events = await w.history.of(w.Note, w.key).toArray()
  assert.is(new Set(events.map(({ commitId }) => commitId)).size, 3)
  assert.equal(events.at(-1)!.changes, [{ path: 'small', old: 'a', new: 'b' }])
})

test('a commit of hundreds of fields brings nothing back that was erased since it read', async () => {
  const store = memoryStore()
  const prefix = tablePrefix()
  const names = Array.from({ length: 400 }, (_, i) => `f${i}`)
  const Wide = defineModel({
    name: 'Wide',
    table: `${prefix}-wide`,
    key: { partition: 'id' },
    schema: t.intersection([
      t.type({ id: t.string, note: t.string }),
      t.partial(Object.fromEntries(names.map((name) => [name, t.number]))),
    ]),
  })
  const watched = watchedStore(store)
  const engine = (over: Store) => createEngine({ store: over, models: [Wide], journalTable: `${prefix}-journal` })
  const { unitOfWork, history } = engine(watched)
  const key = { id: 'a' }
  const change = (fields: object) =>
    unitOfWork.run(async (work) => {
      work.change(await work.get(Wide, key), (draft) => void Object.assign(draft, fields))
    })
  await unitOfWork.run((work) => void work.create(Wide, { ...key, note: 'a' } as never))
  await change({ note: 'secret' })
  await change({ note: 'b' })
  watched.twist(meanwhile(() => engine(store).history.erase(Wide, key)))
  await change(Object.fromEntries(names.map((name, i) => [name, i])))
  const rows = await Promise.all(
    [Wide.table, `${prefix}-journal`].map((table) => store.scan({ table, consistent: true })),
  )
  assert.not.match(JSON.stringify(rows), /secret/)
  assert.is((await history.of(Wide, key).toArray()).length, 4)
})

// While a tail was cut, 64 writers of one record added more entries than a tail has room for: all of them met it full, and
// each wrote the same block and was refused. Of 7.7 requests a commit, 2 were needed.
test('of many commits that meet a full tail, few cut it', async () => {
  const store = memoryStore()
  const prefix = tablePrefix()
  const names = Array.from({ length: 64 }, (_, i) => `f${i}`)
  const Hot = defineModel({
    name: 'Hot',
    table: `${prefix}-hot`,
    key: { partition: 'id' },
    schema: t.intersection([t.type({ id: t.string }), t.partial(Object.fromEntries(names.map((n) => [n, t.number])))]),
  })
  const journalTable = `${prefix}-journal`
  let refused = 0
  const distant: Store = {
    ...store,
    async read(...args) {
      await pause(2)
      return store.read(...args)
    },
    async commit(plan, options) {
      await pause(2)
      const outcome = await store.commit(plan, options)
      if (outcome.kind === 'conflict' && plan.actions.some(({ table }) => table === journalTable)) refused++
      return outcome
    },
  }
  const { unitOfWork, history } = createEngine({ store: distant, models: [Hot], journalTable })
  const key = { id: 'a' }
  await unitOfWork.run((work) => void work.create(Hot, key as never))
  const write = async (name: string) => {
    for (let i = 0; i < 10; i++) {
      await unitOfWork.run(async (work) => {
        work.change(await work.get(Hot, key), (draft) => void Object.assign(draft, { [name]: i }))
      })
    }
  }
  await Promise.all(names.map(write))
  assert.equal(await history.verify(Hot, key), { ok: true, versions: 641, problems: [] })
  assert.ok(refused < 64, `${refused} blocks were refused`)
})

if (storeKinds.includes('dynamodb')) {
  test('a journal table that is missing is named when the history needs it', async () => {
    const store = openStore('dynamodb')
    const prefix = tablePrefix()
    const Note = defineModel({ name: 'Note', table: `${prefix}-notes`, key: { partition: 'id' }, schema: note })
    const { unitOfWork } = createEngine({ store, models: [Note], journalTable: `${prefix}-journal` })
    await store.createTable({ table: Note.table, partition: { name: 'id', type: 'S' }, indexes: [] })
    await unitOfWork.run((work) => void work.create(Note, { id: 'a', n: 0 }))
    const count = () => unitOfWork.run((work) => work.blind(Note, { id: 'a' }, (blind) => blind.increment('n', 1)))
    const countOn = async () => {
      for (let i = 0; i < 240; i++) await count()
    }
    const { message } = await failsWith(countOn(), 'REJECTED')
    assert.match(message, `${prefix}-journal`)
    await store.deleteTable(Note.table)
  })
}

test.run()
