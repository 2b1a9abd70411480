// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates
/** The same commit is taken back once, whoever and how many try. */
import { createEngine, defineModel, migrationsFrom, setOf, type UnitOfWork } from 'draftwork'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../../support/stores.ts'
import { failsWith } from '../unit-of-work/world.ts'

async function shelf(kind: StoreKind) {
  const store = openStore(kind)
  const prefix = tablePrefix()
  const Book = defineModel({
    name: 'Book',
    table: `${prefix}-books`,
    key: { partition: 'id' },
    schema: t.intersection([
      t.type({ id: t.string, copies: t.number, log: t.array(t.string), tags: setOf(t.string) }),
      t.partial({ title: t.string, loans: t.number, notes: t.array(t.string), places: t.record(t.string, t.number) }),
    ]),
    defaults: { copies: 1, log: ['bought'], tags: () => new Set<string>() },
    history: { entries: 3 },
  })
  const engine = () => createEngine({ store, models: [Book], journalTable: `${prefix}-journal` })
  const { unitOfWork, history, tables } = engine()
  await tables.create()
  const ids = ['a', 'b']
  await unitOfWork.run((work) => {
    for (const id of ids) work.create(Book, { id })
  })
  const books = async () => {
    const found = await unitOfWork.run((work) =>
      work.getMany(
        Book,
        ids.map((id) => ({ id })),
      ),
    )
    return found.map((book) => book && [book.copies, book.log, [...book.tags], book.title])
  }
  const commit = async (act: (work: UnitOfWork) => unknown) => {
    await unitOfWork.run(async (work) => void (await act(work)))
    const [event] = await history.of(Book, { id: 'a' }, { reverse: true, limit: 1 }).toArray()
    return event!
  }
  return { Book, engine, history, books, commit, ids, end: () => tables.delete() }
}

type Shelf = Awaited<ReturnType<typeof shelf>>

const commits: readonly (readonly [name: string, act: (work: UnitOfWork, shelf: Shelf) => unknown])[] = [
  ['an assignment', async (work, { Book }) => void work.change(await work.get(Book, { id: 'a' }), rename)],
  // A number does not tell whether it was lowered already, nor a list whether its end is the one that was appended.
  ['a blind increment', (work, { Book }) => work.blind(Book, { id: 'a' }, (book) => book.increment('copies', 5))],
  ['a blind append', (work, { Book }) => work.blind(Book, { id: 'a' }, (book) => book.append('log', 'bought'))],
  ['a blind addition', (work, { Book }) => work.blind(Book, { id: 'a' }, (book) => book.add('tags', 'new'))],
  ['a deletion', async (work, { Book }) => work.delete(await work.get(Book, { id: 'a' }))],
  [
    'several records',
    async (work, { Book, ids }) => {
      for (const id of ids) work.blind(Book, { id }, (book) => book.increment('copies', 2))
    },
  ],
]

const rename = (draft: { title?: string | undefined }) => {
  draft.title = 'Sult'
}

for (const kind of storeKinds) {
  for (const [name, act] of commits) {
    test(`${name}, taken back by several engines at once: once (${kind})`, async () => {
      const s = await shelf(kind)
      const before = await s.books()
      const event = await s.commit((work) => act(work, s))
      const after = await s.books()
      const all = await Promise.allSettled([1, 2, 3, 4].map(() => s.engine().history.undo(event)))
      assert.is(all.filter(({ status }) => status === 'fulfilled').length, 1)
      assert.equal(await s.books(), before)
      await failsWith(s.history.undo(event), 'CONFLICT')
      // The undoing is a commit as well: taken back, the first one stands again and can be taken back again.
      const [undoing] = await s.history.of(s.Book, { id: 'a' }, { reverse: true, limit: 1 }).toArray()
      await s.history.undo(undoing!)
      assert.equal(await s.books(), after)
      await s.history.undo(event)
      assert.equal(await s.books(), before)
      for (const id of s.ids) assert.equal((await s.history.verify(s.Book, { id })).problems, [])
      await s.end()
    })
  }

  test(`a blind increment is taken back by its amount while others go on counting (${kind})`, async () => {
    const s = await shelf(kind)
    const count = (by: number) =>
      s.commit((work) => work.blind(s.Book, { id: 'a' }, (book) => book.increment('copies', by)))
    const event = await count(100)
    await Promise.all([s.engine().history.undo(event), ...[1, 2, 3, 4].map(count)])
    assert.is((await s.books())[0]?.[0], 11)
    await s.end()
  })

  test(`what others have added where there was nothing before stays when the first addition is taken back (${kind})`, async () => {
    // The number and the list were removed, as if they still were as the first commit had left them.
    const s = await shelf(kind)
    const book = () => s.engine().unitOfWork.run((work) => work.get(s.Book, { id: 'a' }))
    const lend = (by: number) =>
      s.commit((work) => work.blind(s.Book, { id: 'a' }, (blind) => blind.increment('loans', by)))
    const [five, three] = [await lend(5), await lend(3)]
    await s.history.undo(five)
    assert.is((await book()).loans, 3)
    await s.history.undo(three)
    assert.is((await book()).loans, 0)

    const noted = await s.commit((work) => work.blind(s.Book, { id: 'a' }, (blind) => blind.append('notes', 'a')))
    await s.commit(async (work) => {
      work.change(await work.get(s.Book, { id: 'a' }), (draft) => void draft.notes?.unshift('z'))
    })
    await s.history.undo(noted)
    assert.equal((await book()).notes, ['z'])
    assert.equal((await s.history.verify(s.Book, { id: 'a' })).problems, [])
    await s.end()
  })
}

// It was a conflict at the attribute of the index, which is made of the other field too.
for (const kind of storeKinds) {
  test(`a field of an index template is taken back though another one has changed since, and the index follows (${kind})`, async () => {
    const prefix = tablePrefix()
    const Task = defineModel({
      name: 'Task',
      table: `${prefix}-tasks`,
      key: { partition: 'id' },
      schema: t.type({ id: t.string, team: t.string, state: t.string }),
      indexes: {
        byTeam: { partition: 'team', sort: { attribute: 'gsk', template: '${team}#${state}' } },
      },
    })
    const models = [Task]
    const engine = createEngine({ store: openStore(kind), models, journalTable: `${prefix}-journal` })
    const { history, records, tables, unitOfWork } = engine
    await tables.create()
    const key = { id: 'a' }
    const change = (fields: { readonly team?: string; readonly state?: string }) =>
      unitOfWork.run(async (work) => {
        work.change(await work.get(Task, key), (draft) => void Object.assign(draft, fields))
      })
    await unitOfWork.run((work) => void work.create(Task, { ...key, team: 'red', state: 'new' }))
    await change({ team: 'blue' })
    const [event] = await history.of(Task, key, { reverse: true, limit: 1 }).toArray()
    assert.equal(event!.changes, [{ path: 'team', old: 'red', new: 'blue' }])
    await change({ state: 'done' })
    assert.equal((await history.diff(Task, key, 1, 3)).map(({ path }) => path).sort(), ['state', 'team'])
    await history.undo(event!)
    const found = await records.query(Task, { index: 'byTeam', key: { team: 'red', state: 'done' } }).toArray()
    assert.equal(found, [{ id: 'a', team: 'red', state: 'done' }])
    assert.ok((await history.verify(Task, key)).ok)
    await tables.delete()
  })
}

for (const kind of storeKinds) {
  test(`a commit from before a migration is taken back as its record reads today (${kind})`, async () => {
    // An increment of 5 was taken back by 5, though since then the field counts in hundredths.
    const store = openStore(kind)
    const prefix = tablePrefix()
    const Article = t.intersection([
      t.type({ id: t.string, price: t.number, sold: t.number }),
      t.partial({ note: t.string }),
    ])
    const InCents = t.intersection([Article, t.type({ currency: t.string })])
    const chain = migrationsFrom(Article)
    const common = { name: 'Article', table: `${prefix}-articles`, key: { partition: 'id' } } as const
    const Older = defineModel({ ...common, schema: Article, migrations: chain })
    const Newer = defineModel({
      ...common,
      schema: InCents,
      migrations: chain.to(InCents, {
        up: ({ price, ...rest }) => ({ ...rest, price: price * 100, currency: 'cent' }),
      }),
    })
    const [older, newer] = [Older, Newer].map((model) =>
      createEngine({ store, models: [model], journalTable: `${prefix}-journal` }),
    ) as [ReturnType<typeof createEngine>, ReturnType<typeof createEngine>]
    await older.tables.create()
    const key = { id: 'a' }
    await older.unitOfWork.run((work) => void work.create(Older, { ...key, price: 10, sold: 1 }))
    const raise = () => older.unitOfWork.run((work) => work.blind(Older, key, (blind) => blind.increment('price', 5)))
    await raise()
    await older.unitOfWork.run((work) => work.blind(Older, key, (blind) => blind.increment('sold', 1)))
    const [, raised, sold] = await newer.history.of(Newer, key).toArray()
    const article = () => newer.unitOfWork.run((work) => work.get(Newer, key))

    await newer.history.undo(raised!)
    assert.equal(await article(), { ...key, price: 1000, currency: 'cent', sold: 2 })
    await failsWith(newer.history.undo(raised!), 'CONFLICT')
    await newer.unitOfWork.run((work) => work.blind(Newer, key, (blind) => blind.increment('sold', 1)))
    const [more] = await newer.history.of(Newer, key, { reverse: true, limit: 1 }).toArray()
    await failsWith(newer.history.undo(sold!), 'CONFLICT')
    await newer.history.undo(more!)
    await newer.history.undo(sold!)
    assert.equal(await article(), { ...key, price: 1000, currency: 'cent', sold: 1 })
    assert.equal((await newer.history.verify(Newer, key)).problems, [])

    // The way to today's schema was taken back with the change that came along with it, or stood in the way of that.
    const other = { id: 'b' }
    await older.unitOfWork.run((work) => void work.create(Older, { ...other, price: 10, sold: 1 }))
    const edit = (fields: { note?: string; price?: number }) =>
      newer.unitOfWork.run(async (work) =>
        work.change(await work.get(Newer, other), (draft) => void Object.assign(draft, fields)),
      )
    await edit({ note: 'on sale' })
    await edit({ price: 800 })
    await newer.history.undo((await newer.history.of(Newer, other).toArray())[1]!)
    const back = await newer.unitOfWork.run((work) => work.get(Newer, other))
    assert.equal(back, { ...other, price: 800, currency: 'cent', sold: 1 })
    await newer.tables.delete()
  })
}

test('what was taken from a place that has gone as a whole since is a conflict', async () => {
  // The undoing failed inside the engine, with an error that nobody could make sense of.
  const s = await shelf('memory')
  const shelve = (places: Record<string, number> | undefined) =>
    s.commit(async (work) => {
      work.change(await work.get(s.Book, { id: 'a' }), (draft) => {
        if (places) draft.places = places
        else delete draft.places
      })
    })
  await shelve({ hall: 1, attic: 2 })
  const cleared = await shelve({ hall: 1 })
  await shelve(undefined)
  const { payload } = await failsWith(s.history.undo(cleared), 'CONFLICT')
  assert.equal(
    payload.conflicts.map(({ path }) => path),
    ['places.attic'],
  )
})

/** Two models of one table, and a commit that put a record of the one in the place of one of the other. */
async function swapped(kind: StoreKind) {
  const prefix = tablePrefix()
  const table = { table: `${prefix}-things`, key: { partition: 'id' } } as const
  const typed = (value: string) => ({ attribute: 'kind', value })
  const schema = t.type({ id: t.string, n: t.number })
  const Egg = defineModel({ name: 'Egg', ...table, schema, type: typed('egg') })
  const Hen = defineModel({ name: 'Hen', ...table, schema, type: typed('hen') })
  const engine = createEngine({ store: openStore(kind), models: [Egg, Hen], journalTable: `${prefix}-journal` })
  await engine.tables.create()
  const key = { id: 'x' }
  await engine.unitOfWork.run((work) => void work.create(Egg, { ...key, n: 1 }))
  await engine.unitOfWork.run('hatch', async (work) => {
    work.delete(await work.get(Egg, key))
    work.create(Hen, { ...key, n: 2 })
  })
  return { ...engine, Egg, Hen, key }
}

for (const kind of storeKinds) {
  test(`a record of another model that took the place is taken back as what it was (${kind})`, async () => {
    for (const of of ['Egg', 'Hen'] as const) {
      const w = await swapped(kind)
      const events = await w.history.of(w[of], w.key).toArray()
      const hatched = events.find(({ path, kind }) => path[0] === 'hatch' && kind === 'created')!
      assert.is(await w.history.undo({ ...hatched, model: of }), 1)
      assert.equal(await w.records.get(w.Egg, w.key), { id: 'x', n: 1 })
    }
  })
}

test('the feed tells the end of a record that gave its place to one of another model as its own', async () => {
  // It was told as the other model's, and not at all to those who follow the first alone.
  const w = await swapped('memory')
  for (const [models, expected] of [
    [[w.Egg], ['Egg created', 'Egg deleted']],
    [[w.Hen], ['Hen created']],
    [
      [w.Egg, w.Hen],
      ['Egg created', 'Egg deleted', 'Hen created'],
    ],
  ] as const) {
    const stop = new AbortController()
    const seen: string[] = []
    for await (const page of w.history.follow({ models, from: 'start', signal: stop.signal }).pages()) {
      seen.push(...page.events.map(({ model, kind }) => `${model} ${kind}`))
      if (page.events.length > 0) break
    }
    assert.equal(seen, expected)
  }
})

test.run()
