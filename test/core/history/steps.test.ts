/**
 * What one commit tells where domain events, plain and blind changes, nested units of work and other lives of the record come
 * together: each thing once, in its order, such that the history verifies, can be taken back, and folds to what is stored.
 */
import { createEngine, defineModel, isEngineError, type Store, setOf, type UnitOfWork } from 'draftwork'
import * as fc from 'fast-check'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { passingStore } from '../../support/passing-store.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { hurried } from '../unit-of-work/world.ts'

const schema = t.intersection([
  t.type({
    id: t.string,
    a: t.number,
    b: t.number,
    n: t.number,
    list: t.array(t.number),
    tags: setOf(t.string),
  }),
  t.partial({ met: t.number }),
])
const nothing = t.type({})

async function counter(store: Store) {
  const prefix = tablePrefix()
  const Counter = defineModel({
    name: 'Counter',
    table: `${prefix}-counters`,
    key: { partition: 'id' },
    schema,
    defaults: { a: 0, b: 0, n: 0, list: () => [0], tags: () => new Set<string>() },
    events: {
      A: { payload: nothing, reducer: (draft) => void draft.a++ },
      B: { payload: nothing, reducer: (draft) => void draft.b++ },
      N: { payload: nothing, reducer: (draft) => void draft.n++ },
      Read: { payload: nothing, reducer: (draft) => void Object.assign(draft, { a: draft.n * 2 + draft.list.length }) },
      Pushed: { payload: nothing, reducer: (draft) => void draft.list.push(7) },
      Idle: { payload: nothing, reducer() {} },
      Turned: {
        payload: t.type({ tag: t.string }),
        reducer: (draft, { tag }) => void (draft.tags.delete(tag) || draft.tags.add(tag)),
      },
    },
  })
  let meddle: (() => Promise<unknown>) | undefined
  const meddled = passingStore(store, {
    async commit(plan, options) {
      const first = meddle
      meddle = undefined
      await first?.()
      return store.commit(plan, options)
    },
  })
  const options = { models: [Counter], journalTable: `${prefix}-journal`, environment: hurried(1) }
  const engine = createEngine({ ...options, store: meddled })
  const others = createEngine({ ...options, store })
  await engine.tables.create()
  const key = { id: 'c' }
  await engine.unitOfWork.run((work) => void work.create(Counter, key))
  const get = (work: UnitOfWork) => work.get(Counter, key)
  return {
    ...engine,
    Counter,
    key,
    get,
    others: others.unitOfWork,
    /** What others do once the next commit has been planned. */
    meanwhile(act: (work: UnitOfWork) => unknown) {
      meddle = () => others.unitOfWork.run(act)
    },
    clear() {
      meddle = undefined
    },
    apply: async (work: UnitOfWork, name: 'A' | 'B' | 'N' | 'Read' | 'Pushed' | 'Idle') =>
      void work.apply(await get(work), Counter.events[name]({})),
    blind: (work: UnitOfWork) =>
      work.blind(Counter, key, (blind) => {
        blind.increment('n', 5)
        blind.append('list', 9)
        blind.add('tags', 'z')
      }),
    /** What the last commit told: names of events, and what each changed. */
    async last() {
      const told = await engine.history.of(Counter, key).toArray()
      const { commitId } = told.at(-1)!
      return told
        .filter((each) => each.commitId === commitId)
        .map(({ kind, name, changes }) => [name ?? kind, changes.map(({ path }) => path).join(' ')])
    },
    async assertExact() {
      const { ok, problems } = await engine.history.verify(Counter, key)
      assert.ok(ok, JSON.stringify(problems))
      assert.equal((await engine.history.replay(Counter, key)).differences, [])
    },
  }
}

for (const kind of storeKinds) {
  test(`steps that undo each other stay exact under guard: 'writes' (${kind})`, async () => {
    // Only what a commit changes as a whole was guarded, and what the steps had replaced was somebody else's by then.
    const w = await counter(openStore(kind))
    const turn = async (work: UnitOfWork) => work.apply(await w.get(work), w.Counter.events.Turned({ tag: 'x' }))
    await w.unitOfWork.run(turn)
    w.meanwhile(async (work) => work.change(await w.get(work), (draft) => void draft.tags.delete('x')))
    await w.unitOfWork.run(
      async (work) => {
        await turn(work)
        await turn(work)
        work.change(await w.get(work), (draft) => void draft.b++)
      },
      { guard: 'writes' },
    )
    assert.equal((await w.history.verify(w.Counter, w.key)).problems, [])
  })

  test(`so does what an event appended and a plain change took away again (${kind})`, async () => {
    const w = await counter(openStore(kind))
    w.meanwhile(async (work) => work.change(await w.get(work), (draft) => void Object.assign(draft, { list: [5] })))
    await w.unitOfWork.run(
      async (work) => {
        await w.apply(work, 'Pushed')
        work.change(await w.get(work), (draft) => void Object.assign(draft, { list: [0], b: 1 }))
      },
      { guard: 'writes' },
    )
    assert.equal((await w.history.verify(w.Counter, w.key)).problems, [])
  })

  test(`so do plain changes on both sides of an event (${kind})`, async () => {
    const w = await counter(openStore(kind))
    const put = async (work: UnitOfWork, a: number) =>
      work.change(await w.get(work), (draft) => void Object.assign(draft, { a }))
    w.meanwhile((work) => put(work, 9))
    await w.unitOfWork.run(
      async (work) => {
        await put(work, 5)
        await w.apply(work, 'Idle')
        await put(work, 0)
        await w.apply(work, 'B')
      },
      { guard: 'writes' },
    )
    assert.equal((await w.history.verify(w.Counter, w.key)).problems, [])
  })

  // The history told them twice, so that taking back and replaying counted them twice.
  test(`blind changes before and after events are told once, and merge with others' (${kind})`, async () => {
    const w = await counter(openStore(kind))
    let runs = 0
    w.meanwhile((work) => work.blind(w.Counter, w.key, (blind) => blind.increment('n', 100)))
    await w.unitOfWork.run(async (work) => {
      runs++
      w.blind(work)
      await w.apply(work, 'A')
      w.blind(work)
      await w.apply(work, 'B')
    })
    assert.is(runs, 1)
    assert.equal(await w.last(), [
      ['A', 'a'],
      ['B', 'b'],
      ['changed', 'n list tags'],
    ])
    const { n, list } = await w.others.run(w.get)
    assert.equal([n, list], [110, [0, 9, 9]])
    await w.assertExact()
    await w.history.undo((await w.history.of(w.Counter, w.key, { reverse: true, limit: 1 }).toArray())[0]!)
    const back = await w.others.run(w.get)
    assert.equal([back.a, back.n, back.list, back.tags.size], [0, 100, [0], 0])
    await w.tables.delete()
  })

  test(`a blind change that an event rests on comes before it (${kind})`, async () => {
    const w = await counter(openStore(kind))
    await w.unitOfWork.run(async (work) => {
      w.blind(work)
      await w.apply(work, 'Read')
      await w.apply(work, 'N')
    })
    assert.equal(await w.last(), [
      ['changed', 'n list'],
      ['Read', 'a'],
      ['N', 'n'],
      ['changed', 'tags'],
    ])
    assert.is((await w.others.run(w.get)).a, 12)
    await w.assertExact()
    await w.tables.delete()
  })

  // The change of the sibling that ended first was told once more, without a name.
  test(`events of siblings are told once where their parent applies another (${kind})`, async () => {
    const w = await counter(openStore(kind))
    w.meanwhile((work) => w.apply(work, 'Pushed'))
    await w.unitOfWork.run(async (work) => {
      work.change(await w.get(work), (draft) => {
        draft.list.push(1)
      })
      await Promise.all([
        work.run((sub) => w.apply(sub, 'A')),
        work.run(async (sub) => {
          sub.change(await w.get(sub), (draft) => {
            draft.n = 3
          })
          await w.apply(sub, 'B')
        }),
      ])
      await w.apply(work, 'Pushed')
    })
    assert.equal(await w.last(), [
      ['changed', 'list'],
      ['A', 'a'],
      ['changed', 'n'],
      ['B', 'b'],
      ['Pushed', 'list'],
    ])
    assert.equal((await w.others.run(w.get)).list, [0, 7, 1, 7])
    await w.assertExact()
    const reducers = { A: (draft: { a: number }) => void Object.assign(draft, { a: draft.a + 10 }) }
    const other = await w.history.replay(w.Counter, w.key, { reducers })
    assert.equal(
      other.differences.map(({ path, new: now }) => [path, now]),
      [['a', 10]],
    )
    await w.tables.delete()
  })

  // They were told as the new record's.
  test(`events of a life that ends are told as its own, not as the next one's (${kind})`, async () => {
    const w = await counter(openStore(kind))
    await w.unitOfWork.run(async (work) => {
      await w.apply(work, 'A')
      work.delete(await w.get(work))
      work.create(w.Counter, w.key)
      await w.apply(work, 'N')
      work.delete(await w.get(work))
      work.create(w.Counter, w.key)
      await w.apply(work, 'B')
    })
    const told = await w.history.of(w.Counter, w.key).toArray()
    assert.equal(
      told.map(({ kind: what, name, version }) => [version, name ?? what]),
      [
        [1, 'created'],
        [2, 'A'],
        [2, 'deleted'],
        [1, 'created'],
        [1, 'B'],
      ],
    )
    await w.assertExact()
    await w.tables.delete()
  })
}

const tag = fc.constantFrom('x', 'y')
const act = fc.oneof(
  fc.constantFrom('A', 'N', 'Read', 'Pushed', 'Idle', 'count', 'reset', 'push', 'cut', 'blind', 'replace'),
  fc.record({ turn: tag }),
)
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never
type Part = Act | { readonly nested: readonly Part[]; readonly fails: boolean } | { readonly atOnce: readonly Part[][] }
const { parts } = fc.letrec<{ parts: Part[]; part: Part }>((tie) => ({
  parts: fc.array(tie('part'), { maxLength: 4 }),
  part: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    act,
    fc.record({ nested: tie('parts'), fails: fc.boolean() }),
    fc.record({ atOnce: fc.tuple(tie('parts'), tie('parts')) }),
  ),
}))

type World = Awaited<ReturnType<typeof counter>>

async function perform(w: World, work: UnitOfWork, all: readonly Part[]): Promise<void> {
  for (const each of all) {
    if (typeof each === 'string') await performOne(w, work, each)
    else if ('turn' in each) work.apply(await w.get(work), w.Counter.events.Turned({ tag: each.turn }))
    else if ('nested' in each) {
      const failure = new Error('rolled back')
      const nested = work.run(async (sub) => {
        await perform(w, sub, each.nested)
        if (each.fails) throw failure
      })
      await nested.catch((thrown) => {
        if (thrown !== failure) throw thrown
      })
    } else {
      const ended = await Promise.allSettled(each.atOnce.map((some) => work.run((sub) => perform(w, sub, some))))
      for (const one of ended) if (one.status === 'rejected' && !isEngineError(one.reason, 'CONFLICT')) throw one.reason
    }
  }
}

async function performOne(w: World, work: UnitOfWork, each: Act & string): Promise<void> {
  switch (each) {
    case 'blind':
      return w.blind(work)
    case 'replace':
      work.delete(await w.get(work))
      return void work.create(w.Counter, w.key)
    case 'count':
    case 'reset':
    case 'push':
    case 'cut':
      return void work.change(await w.get(work), (draft) => {
        if (each === 'count') draft.n += 3
        else if (each === 'reset') draft.n = 0
        else if (each === 'push') draft.list.push(1)
        else draft.list.length = Math.min(1, draft.list.length)
      })
    default:
      return w.apply(work, each as 'A')
  }
}

test('whatever comes together in a commit, its history is exact', async () => {
  await fc.assert(
    fc.asyncProperty(parts, fc.option(act), async (all, others) => {
      const w = await counter(memoryStore())
      if (others) w.meanwhile((work) => perform(w, work, [others]))
      try {
        await w.unitOfWork.run((work) => perform(w, work, all))
      } catch (thrown) {
        // What ran at once met on a path, and so did others.
        if (!isEngineError(thrown, 'CONFLICT')) throw thrown
      }
      w.clear()
      await w.assertExact()
    }),
    { numRuns: 300 },
  )
})

// It became part of what the event rested on, and nothing was sent for what the set had already.
test('what a blind change asked of a set holds beside an event that changed the same set', async () => {
  const c = await counter(memoryStore())
  const add = (work: UnitOfWork) => work.blind(c.Counter, c.key, (blind) => blind.add('tags', 'z'))
  await c.unitOfWork.run(add)
  c.meanwhile(async (work) => void work.change(await c.get(work), (draft) => void draft.tags.delete('z')))
  await c.unitOfWork.run(async (work) => {
    const record = await c.get(work)
    add(work)
    work.apply(record, c.Counter.events.Turned({ tag: 'x' }))
  })
  assert.equal((await c.unitOfWork.run(c.get)).tags, new Set(['x', 'z']))
})

// It was taken for what a default had given the record, which is stored whole with the first change of it.
test('what another commit took away is not told as if the event had brought it', async () => {
  const w = await counter(memoryStore())
  await w.unitOfWork.run((work) => work.blind(w.Counter, w.key, (blind) => blind.add('tags', 'z')))
  w.meanwhile((work) =>
    work.blind(w.Counter, w.key, (blind) => {
      blind.remove('tags', 'z')
      blind.increment('met', 1)
    }),
  )
  await w.unitOfWork.run(async (work) => {
    work.apply(await w.get(work), w.Counter.events.Turned({ tag: 'x' }))
    work.blind(w.Counter, w.key, (blind) => blind.increment('met', 1))
  })
  assert.equal(await w.last(), [
    ['Turned', 'tags'],
    ['changed', 'met'],
  ])
  const [event] = await w.history
    .of(w.Counter, w.key, { reverse: true, limit: 2 })
    .toArray()
    .then((all) => all.slice(1))
  assert.equal(event?.changes, [{ path: 'tags', old: undefined, new: new Set(['x']) }])
  await w.assertExact()
})

test.run()
