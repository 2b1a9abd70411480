/** Records that come and go: nothing is overwritten, nothing is resurrected, and a new record is never taken for the old. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { storeKinds } from '../../support/stores.ts'
import { conditionsOf } from '../../support/watched-store.ts'
import { ann, failsWith, put, runsWhen, type World, world } from './world.ts'

/** Deletes the player and creates another one, of the same version, under the same key. */
const recreate = async ({ others, Player }: World) => {
  await others.run((work) => work.delete(Player, ann))
  await others.run((work) => void work.create(Player, { ...ann, name: 'Another' }))
}

for (const kind of storeKinds) {
  test(`a creation reads nothing and says that the key is free (${kind})`, async () => {
    const w = await world(kind)
    const made = await w.unitOfWork.run((work) => work.create(w.Player, { ...ann, name: 'Ann' }))
    assert.is(made.energy, 10)
    assert.is(w.watched.reads.length, 0)
    const [action] = w.watched.onlyCommit()
    assert.is(action!.kind, 'put')
    assert.ok(conditionsOf(action!).some(({ kind }) => kind === 'absent'))
    assert.equal(await w.player(), made)
  })

  test(`a creation never overwrites (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const before = await w.stored()
    const { payload } = await failsWith(
      w.unitOfWork.run((work) => void work.create(w.Player, { ...ann, name: 'Other' })),
      'RECORD_EXISTS',
    )
    assert.equal(payload, { model: 'Player', key: { id: 'ann' } })
    assert.equal(await w.stored(), before)
  })

  test(`of two creations at once one succeeds (${kind})`, async () => {
    const w = await world(kind)
    const create = (name: string) => w.unitOfWork.run((work) => void work.create(w.Player, { ...ann, name }))
    const ends = await Promise.allSettled([create('A'), create('B'), create('C')])
    assert.is(ends.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const end of ends) if (end.status === 'rejected') assert.is(end.reason.code, 'RECORD_EXISTS')
  })

  test(`find, else create: the second one finds (${kind})`, async () => {
    const w = await world(kind)
    const visit = () =>
      w.unitOfWork.run(async (work) => {
        const player = (await work.find(w.Player, ann)) ?? work.create(w.Player, { ...ann, name: 'Ann', energy: 0 })
        work.change(player, (draft) => {
          draft.energy++
        })
      })
    await Promise.all(Array.from({ length: 5 }, visit))
    assert.is((await w.player()).energy, 5)
  })

  test(`created and changed, it is one put; created and deleted, nothing (${kind})`, async () => {
    const w = await world(kind)
    await w.unitOfWork.run((work) => {
      const player = work.create(w.Player, { ...ann, name: 'Ann' })
      work.change(player, put('energy', 3))
      work.delete(work.create(w.Player, { id: 'bob', name: 'Bob' }))
    })
    assert.is(w.watched.onlyCommit().length, 1)
    assert.is((await w.player()).energy, 3)
    assert.is(await w.stored('bob'), undefined)
  })

  test(`a deleted record is gone for the rest of the unit of work, and for all after it (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.unitOfWork.run(async (work) => {
      work.delete(await work.get(w.Player, ann))
      assert.is(await work.find(w.Player, ann), undefined)
      assert.is(await work.peek(w.Player, ann), undefined)
    })
    assert.is(w.watched.onlyCommit()[0]!.kind, 'delete')
    assert.is(await w.stored(), undefined)
  })

  test(`a record that was read is deleted only as it was read (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const runs = await runsWhen(
      w,
      () => w.change(put('energy', 5)),
      async (work) => {
        work.delete(await work.get(w.Player, ann))
      },
    )
    assert.is(runs, 2)
    assert.is(await w.stored(), undefined)
  })

  test(`so is an item of another program, which counts no versions (${kind})`, async () => {
    // The version, absent before and after, was all that was compared.
    const w = await world(kind)
    await w.foreign({ id: 'ann', name: 'Ann' })
    const runs = await runsWhen(
      w,
      () => w.foreign({ id: 'ann', name: 'Another' }),
      async (work) => {
        work.delete(await work.get(w.Player, ann))
      },
    )
    assert.is(runs, 2)
  })

  for (const [fate, go] of [
    ['deleted', () => {}],
    ['replaced', (work: UnitOfWork, { Player }: World) => work.create(Player, { ...ann, name: 'New' })],
  ] as const) {
    test(`so is a record of ours that another program changed where it was looked at: ${fate} (${kind})`, async () => {
      // Other programs do not count versions, and the version was all that was asked for.
      const w = await world(kind)
      await w.given({ energy: 1 })
      const item = await w.stored()
      const runs = await runsWhen(
        w,
        () => w.foreign({ ...item!, energy: 5 }),
        async (work) => {
          const player = await work.get(w.Player, ann)
          if (player.energy > 1) return
          work.delete(player)
          go(work, w)
        },
      )
      assert.is(runs, 2)
      assert.is((await w.player()).energy, 5)
    })
  }

  test(`a record deleted and created again by others is another one, though of the same version (${kind})`, async () => {
    // Its version was 1 as well, so the deletion hit a record that nobody had read.
    const w = await world(kind)
    await w.given()
    const names: string[] = []
    const runs = await runsWhen(
      w,
      () => recreate(w),
      async (work) => {
        const player = await work.get(w.Player, ann)
        names.push(player.name)
        work.delete(player)
      },
    )
    assert.is(runs, 2)
    assert.equal(names, ['Ann', 'Another'])
  })

  test(`deleted and created again in one unit of work, it is replaced as it was read (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ nick: 'A' })
    const runs = await runsWhen(
      w,
      () => recreate(w),
      async (work) => {
        const { name } = await work.get(w.Player, ann)
        work.delete(w.Player, ann)
        work.create(w.Player, { ...ann, name: `${name} again` })
      },
    )
    assert.is(runs, 2)
    const player = await w.player()
    assert.equal([player.name, player.nick], ['Another again', undefined])
  })

  test(`a deletion without a look reads what its history will end with, and an absent record is an error (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.change(put('energy', 5))
    await w.unitOfWork.run((work) => work.delete(w.Player, ann))
    assert.is(w.watched.reads.length, 1)
    assert.is(w.watched.commits.length, 1)
    await failsWith(
      w.unitOfWork.run((work) => work.delete(w.Player, ann)),
      'RECORD_NOT_FOUND',
    )
  })

  test(`several records come, change and go at one instant, or not at all (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.given({ id: 'bob' })
    const act = () =>
      w.unitOfWork.run(async (work) => {
        work.change(await work.get(w.Player, ann), put('energy', 1))
        work.delete(w.Player, { id: 'bob' })
        work.create(w.Player, { id: 'carl', name: 'Carl' })
        work.create(w.Reward, { player: 'ann', name: 'r' })
      })
    await w.given({ id: 'carl' })
    const before = await w.stored()
    await failsWith(act(), 'RECORD_EXISTS')
    assert.equal(await w.stored(), before)
    assert.ok(await w.stored('bob'))
    assert.is(await w.storedReward('ann', 'r'), undefined)
    await w.others.run((work) => work.delete(w.Player, { id: 'carl' }))
    await act()
    assert.is((await w.player()).energy, 1)
    assert.is(await w.stored('bob'), undefined)
    assert.ok((await w.stored('carl')) && (await w.storedReward('ann', 'r')))
  })
}

for (const kind of storeKinds) {
  // With a single attempt the function could not run again to be told, and got a CONFLICT about a record it never read.
  test(`what was not read is told also at the last attempt (${kind})`, async () => {
    const w = await world(kind)
    const once = { maxAttempts: 1 }
    await failsWith(
      w.unitOfWork.run((work) => work.delete(w.Player, ann), once),
      'RECORD_NOT_FOUND',
    )
    await failsWith(
      w.unitOfWork.run((work) => work.blind(w.Player, ann, (blind) => blind.increment('energy', 1)), once),
      'RECORD_NOT_FOUND',
    )
    await w.given()
    await failsWith(
      w.unitOfWork.run((work) => void work.create(w.Player, { ...ann, name: 'Other' }), once),
      'RECORD_EXISTS',
    )
  })

  // It used to become a mere creation, which forgot that the deletion had asked for a record.
  test(`deleted without being read, a record is not created again (${kind})`, async () => {
    const w = await world(kind)
    const work = w.unitOfWork.run((work) => {
      work.delete(w.Player, ann)
      work.create(w.Player, { ...ann, name: 'Other' })
    })
    await failsWith(work, 'INVALID_ARGUMENT')
    assert.is(w.watched.commits.length, 0)
  })
}

// The deletion came to nothing, and nothing said that the key had to be free as the function had been told.
test('that a record deleted unseen is absent is looked at by who is told so', async () => {
  const w = await world('memory')
  const runs = await runsWhen(
    w,
    () => w.given(),
    async (work) => {
      work.delete(w.Player, ann)
      const told = await work.run((sub) => sub.find(w.Player, ann)).catch((error) => error.code)
      if (told === 'RECORD_NOT_FOUND') work.create(w.Reward, { player: 'ann', name: 'for nobody' })
    },
  )
  assert.is(runs, 2)
  assert.equal([await w.stored(), await w.storedReward('ann', 'for nobody')], [undefined, undefined])
})

test.run()
