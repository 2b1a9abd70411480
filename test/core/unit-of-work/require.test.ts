/** Conditions of a commit that guard no values: others may change what they ask for, as long as they hold. */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import { all } from '../../../core/expression/condition.ts'
import { defineModel, type RecordOf } from '../../../core/model/model.ts'
import type { Filter } from '../../../core/records/operators.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { meanwhile, watchedStore } from '../../support/watched-store.ts'
import { ann, bob, failsWith, hurried, put, runsWhen, type World, world } from './world.ts'

/** Spends energy that must be there, without caring how much more there is. */
const spend =
  ({ Player }: World, energy = 5) =>
  async (work: UnitOfWork) => {
    const player = await work.get(Player, ann)
    work.require(player, (each, { atLeast }) => atLeast(each.energy, energy))
    work.blind(Player, ann, (blind) => blind.increment('energy', -energy))
  }

for (const kind of storeKinds) {
  test(`others may change what is required while it holds (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ energy: 100 })
    assert.is(await runsWhen(w, () => w.change(put('energy', 50)), spend(w)), 1)
    assert.is((await w.player()).energy, 45)
  })

  test(`where it no longer holds the function runs again, and is told on the fresh record (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ energy: 100 })
    let runs = 0
    w.watched.twist(meanwhile(() => w.change(put('energy', 4))))
    const error = await failsWith(
      w.unitOfWork.run(async (work) => {
        runs++
        await spend(w)(work)
      }),
      'CONDITION_FAILED',
    )
    assert.is(runs, 2)
    assert.equal(error.payload, { model: 'Player', key: { id: 'ann' }, paths: ['energy'] })
    assert.is((await w.player()).energy, 4)
  })

  test(`without another attempt it is a conflict with the path that broke it (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ energy: 100 })
    w.watched.twist(meanwhile(() => w.change(put('level', 0))))
    const error = await failsWith(
      w.unitOfWork.run(
        async (work) => {
          const player = await work.get(w.Player, ann)
          work.require(player, ({ energy, level }, { all, atLeast }) => all(atLeast(energy, 5), atLeast(level, 1)))
          work.blind(w.Player, ann, (blind) => blind.increment('energy', -5))
        },
        { maxAttempts: 1 },
      ),
      'CONFLICT',
    )
    assert.equal(
      error.payload.conflicts.map(({ path, base, theirs }) => [path, base, theirs]),
      [['level', 1, 0]],
    )
  })

  test(`many at once spend no more than there is, and never run again while there is enough (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ energy: 23 })
    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => w.unitOfWork.run(spend(w))))
    assert.is(ends.filter(({ status }) => status === 'fulfilled').length, 4)
    assert.is((await w.player()).energy, 3)
  })

  for (const guard of ['reads', 'writes'] as const) {
    test(`it holds of a record that is only looked at, with guard: ${guard} (${kind})`, async () => {
      const w = await world(kind)
      await w.given()
      await w.given(bob)
      const leave = async (work: UnitOfWork) => {
        const [me, them] = await work.getMany(w.Player, [ann, bob])
        work.require(them!, (each, { atLeast }) => atLeast(each.level, 1))
        work.change(me!, put('level', 0))
      }
      assert.is(await runsWhen(w, () => w.change(put('level', 7), 'bob'), leave, { guard }), 1)
      w.watched.twist(meanwhile(() => w.change(put('level', 0), 'bob')))
      await w.change(put('level', 1))
      await failsWith(w.unitOfWork.run(leave, { guard }), 'CONDITION_FAILED')
      assert.is((await w.player()).level, 1)
    })
  }

  test(`what a nested unit of work required holds for the outermost, also where it was rolled back (${kind})`, async () => {
    for (const isRolledBack of [false, true]) {
      const w = await world(kind)
      await w.given()
      await w.given(bob)
      const outer = async (work: UnitOfWork) => {
        const nested = work.run('nested', async (sub) => {
          sub.require(await sub.get(w.Player, bob), (each, { atLeast }) => atLeast(each.energy, 5))
          if (isRolledBack) throw new Error('changed my mind')
        })
        await nested.catch(() => {})
        work.blind(w.Player, ann, (blind) => blind.increment('energy', 1))
      }
      assert.is(await runsWhen(w, () => w.change(put('energy', 6), 'bob'), outer), 1)
      // It runs again, and then the nested one has failed, which the outer one caught.
      assert.is(await runsWhen(w, () => w.change(put('energy', 4), 'bob'), outer), 2)
    }
  })

  test(`it is about the record as this unit of work has made it (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ energy: 10 })
    const spent = async (work: UnitOfWork) => {
      await work.get(w.Player, ann)
      work.blind(w.Player, ann, (blind) => blind.increment('energy', -8))
      work.require(await work.get(w.Player, ann), (each, { atLeast }) => atLeast(each.energy, 1))
    }
    // 9 would satisfy the condition as it is; less what is spent it does not.
    w.watched.twist(meanwhile(() => w.change(put('energy', 8))))
    await failsWith(w.unitOfWork.run(spent), 'CONDITION_FAILED')
    assert.is((await w.player()).energy, 8)
  })

  test(`a default that is not stored counts, and is guarded as what it is (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const stored = (await w.stored())!
    const { energy: _, ...without } = stored
    await w.foreign(without)
    w.watched.forget()
    assert.is(await runsWhen(w, () => w.change(put('energy', 20)), spend(w)), 2)
    assert.is((await w.player()).energy, 15)
  })

  test(`a default that is made of other fields holds only as long as they do (${kind})`, async () => {
    const table = `${tablePrefix()}-rooms`
    const Room = defineModel({
      name: 'Room',
      table,
      key: { partition: 'id' },
      schema: t.type({ id: t.string, beds: t.number, guests: t.number, size: t.type({ extra: t.unknown }) }),
      defaults: { guests: ({ beds }) => beds * 2, size: ({ beds }) => ({ extra: beds > 1 ? undefined : true }) },
    })
    const store = openStore(kind)
    const watched = watchedStore(store)
    const engineOf = (over: typeof store) => createEngine({ store: over, models: [Room], environment: hurried() })
    const [mine, others] = [engineOf(watched), engineOf(store)]
    await mine.tables.create()
    for (const id of ['a', 'b']) {
      const action = { kind: 'put', table, key: { id }, item: { id, beds: 2 }, condition: all([]) } as const
      await store.commit({ id: `given-${id}`, actions: [action] })
    }
    const setBeds = (beds: number) =>
      others.unitOfWork.run(async (work) => {
        work.change(await work.get(Room, { id: 'a' }), put('beds', beds) as never)
      })
    const bookWhere = (condition: Filter<RecordOf<typeof Room>>) =>
      mine.unitOfWork.run(async (work) => {
        work.require(await work.get(Room, { id: 'a' }), condition)
        work.change(await work.get(Room, { id: 'b' }), (draft) => {
          draft.beds += 1
        })
      })
    const conditions: readonly Filter<RecordOf<typeof Room>>[] = [
      ({ guests }, { atLeast }) => atLeast(guests, 4),
      // What a default leaves out is stored as little as what it gives.
      ({ size }, { absent }) => absent(size.extra),
    ]
    for (const condition of conditions) {
      await setBeds(2)
      watched.twist(meanwhile(() => setBeds(1)))
      await failsWith(bookWhere(condition), 'CONDITION_FAILED')
    }
    await setBeds(2)
    await bookWhere(conditions[0]!)
  })

  test(`created records are only checked (${kind})`, async () => {
    const w = await world(kind)
    await w.unitOfWork.run((work) => {
      const player = work.create(w.Player, { id: 'ann', name: 'Ann' })
      work.require(player, (each, { equal }) => equal(each.name, 'Ann'))
    })
    await failsWith(
      w.unitOfWork.run((work) => {
        const player = work.create(w.Player, { id: 'bob', name: 'Bob' })
        work.require(player, (each, { equal }) => equal(each.name, 'Ann'))
      }),
      'CONDITION_FAILED',
    )
  })
}

test('a sibling that changes what was required is in the way, as with a look', async () => {
  const w = await world('memory')
  await w.given({ energy: 10 })
  const error = await failsWith(
    w.unitOfWork.run(async (work) => {
      const player = await work.get(w.Player, ann)
      let isDone = () => {}
      const done = new Promise<void>((resolve) => {
        isDone = resolve
      })
      await Promise.all([
        work.run('spend', (sub) => {
          sub.blind(w.Player, ann, (blind) => blind.increment('energy', -8))
          isDone()
        }),
        work.run('require', async (sub) => {
          sub.require(player, (each, { atLeast }) => atLeast(each.energy, 5))
          await done
          await new Promise((resolve) => setImmediate(resolve))
          sub.blind(w.Player, ann, (blind) => blind.increment('level', 1))
        }),
      ])
    }),
    'CONFLICT',
  )
  assert.equal(
    error.payload.conflicts.map(({ path }) => path),
    ['energy'],
  )
})

test('several paths in one condition stay one condition beside a look at the first of them', async () => {
  const w = await world('memory')
  await w.given({ energy: 10, level: 0 })
  const either = async (work: UnitOfWork) => {
    const player = await work.get(w.Player, ann)
    if (player.level > 3) return
    work.require(player, ({ level, energy }, { any, atLeast }) => any(atLeast(level, 1), atLeast(energy, 5)))
    work.change(player, put('nick', 'Annie'))
  }
  w.watched.twist(meanwhile(() => w.change(put('energy', 1))))
  await failsWith(w.unitOfWork.run(either), 'CONDITION_FAILED')
})

test('what no record can be asked for is told at once', async () => {
  const w = await world('memory')
  await w.given()
  const requires = (condition: unknown) =>
    w.unitOfWork.run(async (work) => work.require(await work.get(w.Player, ann), condition as never))
  for (const wrong of [undefined, {}, () => true, () => undefined]) await failsWith(requires(wrong), 'INVALID_ARGUMENT')
  await failsWith(
    w.unitOfWork.run(async (work) =>
      // @ts-expect-error players have no age
      work.require(await work.get(w.Player, ann), (each, { equal }) => equal(each.age, 1)),
    ),
    'INVALID_ARGUMENT',
  )
  await failsWith(
    w.unitOfWork.run((work) => work.require({ id: 'ann' }, () => undefined as never)),
    'INVALID_ARGUMENT',
  )
})

test.run()
