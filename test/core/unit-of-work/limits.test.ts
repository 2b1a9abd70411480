/** DynamoDB's limits: what is too large for one expression means the same in a coarser form; what cannot be sent is told. */

import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import { defineModel } from '../../../core/model/model.ts'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../../support/stores.ts'
import { conditionsOf, meanwhile, watchedStore } from '../../support/watched-store.ts'
import { ann, failsWith, hurried, put, runsWhen, world } from './world.ts'

const names = (n: number) => Array.from({ length: n }, (_, i) => `f${i}` as const)
const numbers = (n: number) => Object.fromEntries(names(n).map((name, i) => [name, i]))

interface FieldsRecord {
  readonly id: string
  [name: `f${number}`]: number
}

/** A model of many top-level fields. */
const fieldsModel = (table: string, n: number) =>
  defineModel({
    name: 'Fields',
    table,
    key: { partition: 'id' },
    schema: t.type({
      id: t.string,
      ...Object.fromEntries(names(n).map((name) => [name, t.number])),
    }) as unknown as t.Type<FieldsRecord, object>,
  })

async function place(kind: StoreKind, n: number) {
  const Fields = fieldsModel(`${tablePrefix()}-fields`, n)
  const store = openStore(kind)
  const watched = watchedStore(store)
  const engineOf = (over: typeof store, seed: number) =>
    createEngine({ store: over, models: [Fields], environment: hurried(seed) })
  const { unitOfWork, tables } = engineOf(watched, 1001)
  const others = engineOf(store, 2002).unitOfWork
  await tables.create()
  const key = { id: 'a' }
  await others.run((work) => work.create(Fields, { ...key, ...numbers(n) } as never))
  const read = () => others.run((work) => work.get(Fields, key))
  const change = (name: `f${number}`) =>
    others.run(async (work) => {
      work.change(await work.get(Fields, key), (draft) => {
        draft[name] = -1
      })
    })
  return { Fields, watched, unitOfWork, key, read, change }
}

for (const kind of storeKinds) {
  for (const n of [60, 200, 400]) {
    test(`${n} changed fields are one commit, and none of them is lost to others (${kind})`, async () => {
      const w = await place(kind, n)
      let runs = 0
      w.watched.twist(meanwhile(() => w.change('f7')))
      await w.unitOfWork.run(async (work) => {
        runs++
        work.change(await work.get(w.Fields, w.key), (draft) => {
          for (const name of names(n)) draft[name]! += 1
        })
      })
      assert.is(runs, 2)
      const after = await w.read()
      assert.equal([after['f0'], after['f7'], after[`f${n - 1}`]], [1, 0, n])
      assert.is(w.watched.commits.length, 2)
    })
  }

  test(`400 fields that were only read are guarded, beside a change (${kind})`, async () => {
    const w = await place(kind, 400)
    let runs = 0
    w.watched.twist(meanwhile(() => w.change('f7')))
    await w.unitOfWork.run(async (work) => {
      runs++
      const record = await work.get(w.Fields, w.key)
      const sum = names(399).reduce((total, name) => total + record[name]!, 0)
      work.change(record, (draft) => {
        draft['f399'] = sum
      })
    })
    assert.is(runs, 2)
    assert.is((await w.read())['f399'], (399 * 398) / 2 - 7 - 1)
  })

  test(`many paths inside one attribute are guarded as that attribute (${kind})`, async () => {
    const w = await world(kind)
    const scores = numbers(150)
    await w.given({ scores })
    const everyScore = (draft: { scores: Record<string, number> }) => {
      for (const name of names(150)) draft.scores[name]! += 1
    }
    const act = async (work: Parameters<Parameters<typeof runsWhen>[2]>[0]) =>
      work.change(await work.get(w.Player, { id: 'ann' }), everyScore as never)
    assert.is(await runsWhen(w, () => w.change(put('energy', 5)), act), 1)
    assert.is(await runsWhen(w, () => w.change(put('scores.f0', 100)), act), 2)
    const player = await w.player()
    assert.equal([player.scores['f0'], player.scores['f149'], player.energy], [101, 151, 5])
  })

  test(`a hundred records are one transaction; one more is TOO_LARGE, named, and nothing is sent (${kind})`, async () => {
    const w = await world(kind)
    const create = (n: number) =>
      w.unitOfWork.run((work) => {
        for (const name of names(n)) work.create(w.Reward, { player: 'ann', name })
      })
    const { payload, message } = await failsWith(create(101), 'TOO_LARGE')
    assert.equal([payload.model, payload.maximum, payload.actual], ['Reward', 100, 101])
    assert.match(message, /Reward/)
    assert.is(w.watched.commits.length, 0)
    await create(100)
    assert.is(w.watched.onlyCommit().length, 100)
    assert.ok(await w.storedReward('ann', 'f99'))
  })

  test(`guarded reads count for the hundred (${kind})`, async () => {
    const w = await world(kind)
    await w.unitOfWork.run((work) => {
      for (const name of names(100)) work.create(w.Reward, { player: 'ann', name })
    })
    w.watched.forget()
    const act = (guard: 'reads' | 'writes') =>
      w.unitOfWork.run(
        async (work) => {
          const all = await work.getMany(
            w.Reward,
            names(100).map((name) => ({ player: 'ann', name })),
          )
          work.create(w.Reward, {
            player: 'ann',
            name: 'sum',
            points: all.reduce((sum, each) => sum + each!.points, 0),
          })
        },
        { guard },
      )
    const { message } = await failsWith(act('reads'), 'TOO_LARGE')
    assert.match(message, /peek/)
    await act('writes')
    assert.is((await w.storedReward('ann', 'sum'))!['points'], 100)
  })

  test(`an item beyond 400 KB is TOO_LARGE, named, and nothing is sent (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const { payload } = await failsWith(
      w.unitOfWork.run(async (work) =>
        work.change(await work.get(w.Player, { id: 'ann' }), put('nick', 'x'.repeat(410_000))),
      ),
      'TOO_LARGE',
    )
    assert.equal([payload.model, payload.maximum], ['Player', 400 * 1024])
    await failsWith(
      w.unitOfWork.run((work) => void work.create(w.Player, { id: 'bob', name: 'ü'.repeat(205_000) })),
      'TOO_LARGE',
    )
    assert.is(w.watched.commits.length, 0)
    await w.change(put('nick', 'x'.repeat(400_000)))
  })

  test(`more than 4 MB in one commit is TOO_LARGE, and nothing is sent (${kind})`, async () => {
    const w = await world(kind)
    await failsWith(
      w.unitOfWork.run((work) => {
        for (const name of names(12)) work.create(w.Reward, { player: 'ann', name, note: 'x'.repeat(390_000) })
      }),
      'TOO_LARGE',
    )
    assert.is(w.watched.commits.length, 0)
  })

  // They are too many for a condition each, and the history would take what was met for one's own.
  test(`of very many elements added, those that somebody else added meanwhile stay theirs in the history (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const { history } = createEngine({ store: w.store, models: [w.Player] })
    w.watched.twist(meanwhile(() => w.change((draft) => void draft.badges.add('e5'))))
    await w.unitOfWork.run(async (work) => {
      work.change(await work.get(w.Player, ann), (draft) => {
        for (let i = 0; i < 200; i++) draft.badges.add(`e${i}`)
      })
    })
    const [mine] = await history.of(w.Player, ann, { reverse: true, limit: 1 }).toArray()
    assert.equal((await history.at(w.Player, ann, { version: 2 }))!.badges, new Set(['e5']))
    await history.undo(mine!)
    assert.equal((await w.player()).badges, new Set(['e5']))
  })
}

test('a coarser guard says the same of items of other programs, which count no versions', async () => {
  const w = await world('memory')
  const item = { id: 'ann', name: 'Ann', scores: numbers(150) }
  await w.foreign(item)
  const runs = await runsWhen(
    w,
    () => w.foreign({ ...item, scores: { ...item.scores, f3: 100 } }),
    async (work) =>
      work.change(await work.get(w.Player, { id: 'ann' }), ((draft: { scores: Record<string, number> }) => {
        for (const name of names(150)) draft.scores[name]! += 1
      }) as never),
  )
  assert.is(runs, 2)
  assert.is((await w.player()).scores['f3'], 101)
})

test('the version guard names the generation too, since a record created again counts anew', async () => {
  const w = await place('memory', 400)
  await w.unitOfWork.run(async (work) => {
    work.change(await work.get(w.Fields, w.key), (draft) => {
      for (const name of names(400)) draft[name]! += 1
    })
  })
  const [action] = w.watched.onlyCommit()
  assert.equal(
    conditionsOf(action!).map(({ kind }) => kind),
    // The last one says that the tail, which is put back with the item, is as it was.
    ['compare', 'compare', 'compare', 'not', 'compare'],
  )
})

test.run()
