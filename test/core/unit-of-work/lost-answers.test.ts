/**
 * Lost answers: whatever became of the request, the commit happens once and is reported as what it was.
 *
 * Each unit of work here is sent through a store that loses the answer before or after applying, alone and with somebody
 * else's commit before the next sending.
 */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { storeKinds } from '../../support/stores.ts'
import {
  answers,
  contention,
  lostAfter,
  lostBefore,
  meanwhile,
  type Twist,
  throttled,
  times,
} from '../../support/watched-store.ts'
import { ann, failsWith, put, runsUnder, type World, world } from './world.ts'

interface Story {
  readonly name: string
  readonly act: (work: UnitOfWork, w: World) => unknown
  /** How often it took effect. */
  readonly effects: (w: World) => Promise<number>
}

const energyLeft = async (w: World) => 10 - Number((await w.stored())!['energy'])

const tire = (w: World) => async (work: UnitOfWork) =>
  work.change(await work.get(w.Player, ann), (draft) => {
    draft.energy--
  })

const stories: readonly Story[] = [
  {
    name: 'an update',
    act: (work, w) => tire(w)(work),
    effects: energyLeft,
  },
  {
    name: 'a blind increment',
    act: (work, w) => work.blind(w.Player, ann, (blind) => blind.increment('energy', -1, { min: 0 })),
    effects: energyLeft,
  },
  {
    name: 'a blind push',
    act: (work, w) => work.blind(w.Player, ann, (blind) => blind.append('log', 'x')),
    effects: async (w) => ((await w.stored())!['log'] as readonly unknown[]).length,
  },
  {
    name: 'a creation',
    act: (work, w) => work.create(w.Reward, { player: 'ann', name: 'r' }),
    effects: async (w) => Number((await w.storedReward('ann', 'r'))?.['_v'] ?? 0),
  },
  {
    name: 'several records',
    act: (work, w) => {
      work.blind(w.Player, ann, (blind) => blind.increment('energy', -1))
      work.blind(w.Player, { id: 'bob' }, (blind) => blind.increment('energy', 1))
      work.create(w.Reward, { player: 'ann', name: 'r' })
    },
    effects: async (w) => {
      const [bob, reward, given] = [await w.stored('bob'), await w.storedReward('ann', 'r'), await energyLeft(w)]
      assert.is(Number(bob!['energy']) - 10, given)
      assert.is(reward?.['_v'], given)
      return given
    },
  },
  {
    name: 'a change and a deletion',
    act: async (work, w) => {
      work.delete(await work.get(w.Player, { id: 'bob' }))
      work.blind(w.Player, ann, (blind) => blind.increment('energy', -1))
    },
    effects: async (w) => {
      assert.is(await w.stored('bob'), undefined)
      return energyLeft(w)
    },
  },
  {
    name: 'a change that relies on another record',
    act: async (work, w) => {
      if ((await work.get(w.Player, { id: 'bob' })).level === 1)
        work.blind(w.Player, ann, (blind) => blind.increment('energy', -1))
    },
    effects: energyLeft,
  },
]

const losses = [
  ['after applying', [lostAfter], 1],
  ['before applying', [lostBefore], 1],
  ['twice, then after applying', [lostBefore, lostBefore, lostAfter], 1],
  ['after applying, and again', [lostAfter, lostBefore, lostAfter], 1],
] as const

for (const kind of storeKinds) {
  for (const { name, act, effects } of stories) {
    for (const [loss, twists] of losses) {
      test(`${name}, answer lost ${loss}: once, and the function runs once (${kind})`, async () => {
        const w = await world(kind)
        await w.given()
        await w.given({ id: 'bob' })
        let called = 0
        const runs = await runsUnder(w, twists, (work) => {
          work.afterCommit(() => called++)
          return act(work, w)
        })
        assert.is(await effects(w), 1)
        assert.is(runs, 1)
        assert.is(called, 1)
      })
    }

    test(`${name}, answer lost after applying and somebody else commits in between: once (${kind})`, async () => {
      const w = await world(kind)
      await w.given()
      await w.given({ id: 'bob' })
      const others = meanwhile(async () => {
        await w.change(put('rank', 1))
        await w.change(put('level', 7))
        if (!(await w.storedReward('ann', 'r'))) return
        await w.others.run(async (work) => {
          work.change(await work.get(w.Reward, { player: 'ann', name: 'r' }), (draft) => {
            draft.points = 9
          })
        })
      })
      assert.is(await runsUnder(w, [lostAfter, others], (work) => act(work, w)), 1)
      if (name !== 'several records' && name !== 'a creation') assert.is(await effects(w), 1)
      else assert.is((await w.storedReward('ann', 'r'))!['_v'], 2)
    })
  }

  test(`lost before applying, and somebody else takes the value: the function runs again (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const twists = [lostBefore, meanwhile(() => w.change(put('energy', 50)))]
    assert.is(await runsUnder(w, twists, tire(w)), 2)
    assert.is((await w.player()).energy, 49)
  })

  test(`lost before applying, and somebody else creates the record: RECORD_EXISTS (${kind})`, async () => {
    const w = await world(kind)
    w.watched.twist(
      lostBefore,
      meanwhile(() => w.given({ name: 'Theirs' })),
    )
    await failsWith(
      w.unitOfWork.run((work) => void work.create(w.Player, { ...ann, name: 'Mine' })),
      'RECORD_EXISTS',
    )
    assert.is((await w.player()).name, 'Theirs')
  })

  test(`a lone deletion lost before applying happens (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    w.watched.twist(lostBefore)
    await w.unitOfWork.run((work) => work.delete(w.Player, ann))
    assert.is(await w.stored(), undefined)
  })

  test(`a lone deletion lost before applying, and the record changes: the function runs again (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const twists = [lostBefore, meanwhile(() => w.change(put('energy', 50)))]
    assert.is(await runsUnder(w, twists, async (work) => work.delete(await work.get(w.Player, ann))), 2)
    assert.is(await w.stored(), undefined)
  })

  test(`a lone deletion lost after applying has happened (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    assert.is(await runsUnder(w, [lostAfter], async (work) => work.delete(await work.get(w.Player, ann))), 1)
    assert.is(await w.stored(), undefined)
  })

  test(`a lone deletion lost after applying does not hit the next record under the key (${kind})`, async () => {
    // A present record was taken for proof that nothing had been deleted: the function ran again and deleted another one.
    const w = await world(kind)
    for (const act of [
      async (work: UnitOfWork) => work.delete(await work.get(w.Player, ann)),
      (work: UnitOfWork) => work.delete(w.Player, ann),
    ]) {
      await w.given()
      w.watched.twist(
        lostAfter,
        meanwhile(() => w.given({ name: 'Another' })),
      )
      await w.unitOfWork.run(act)
      assert.is((await w.player()).name, 'Another')
      await w.others.run((work) => work.delete(w.Player, ann))
    }
  })

  test(`an update lost after applying, and another record under the key: it has happened (${kind})`, async () => {
    // The new record, which does not bear the commit, was taken for proof: the function ran again, on another record.
    const w = await world(kind)
    await w.given()
    const another = meanwhile(async () => {
      await w.others.run((work) => work.delete(w.Player, ann))
      await w.given({ name: 'Another', energy: 50 })
    })
    assert.is(await runsUnder(w, [lostAfter, another], tire(w)), 1)
    assert.is((await w.player()).energy, 50)
  })

  test(`an update lost before applying, and another record under the key: the function runs again (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    w.watched.twist(
      lostBefore,
      meanwhile(async () => {
        await w.others.run((work) => work.delete(w.Player, ann))
        await w.given({ name: 'Another', energy: 50 })
      }),
    )
    await w.unitOfWork.run(async (work) => {
      work.change(await work.get(w.Player, ann), (draft) => {
        draft.energy--
      })
    })
    assert.is((await w.player()).energy, 49)
  })

  test(`an update lost after applying, and the record is deleted: it has happened (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    w.watched.twist(
      lostAfter,
      meanwhile(() => w.others.run((work) => work.delete(w.Player, ann))),
    )
    await w.unitOfWork.run(async (work) => work.change(await work.get(w.Player, ann), put('energy', 1)))
    assert.is(await w.stored(), undefined)
  })

  test(`a creation lost after applying, and the record is deleted: it is not created again (${kind})`, async () => {
    // It was simply sent again, and the record that others had deleted was back.
    const w = await world(kind)
    w.watched.twist(
      lostAfter,
      meanwhile(() => w.others.run((work) => work.delete(w.Reward, { player: 'ann', name: 'r' }))),
    )
    await w.unitOfWork.run((work) => void work.create(w.Reward, { player: 'ann', name: 'r' }))
    assert.is(await w.storedReward('ann', 'r'), undefined)
  })
}

const takesTail: Readonly<Record<string, (w: World) => Promise<unknown>>> = {
  async 'an engine without history has written'(w) {
    const Player = defineModel({
      name: 'Player',
      table: w.Player.table,
      key: { partition: 'id' },
      schema: t.intersection([t.type({ id: t.string }), t.partial({ rank: t.number })]),
      history: false,
    })
    await createEngine({ store: w.store, models: [Player] }).unitOfWork.run((work) =>
      work.blind(Player, ann, (blind) => blind.increment('rank', 1)),
    )
  },
  async 'a copy was put over it'(w) {
    const { records } = createEngine({ store: w.store, models: [w.Player] })
    await records.putMany(w.Player, [(await records.get(w.Player, ann)) as never])
  },
  'it was deleted in bulk': (w) =>
    createEngine({ store: w.store, models: [w.Player] }).records.deleteMany(w.Player, [ann]),
}

for (const kind of storeKinds) {
  for (const [name, take] of Object.entries(takesTail)) {
    test(`a change whose answer was lost, and ${name}: nothing tells any more (${kind})`, async () => {
      // A history without the id was taken for proof, though the entries that may have had it were gone.
      const w = await world(kind)
      await w.given({ rank: 1 })
      let runs = 0
      w.watched.twist(
        lostAfter,
        meanwhile(() => take(w)),
      )
      await failsWith(
        w.unitOfWork.run((work) => {
          runs++
          return tire(w)(work)
        }),
        'UNKNOWN_OUTCOME',
      )
      assert.is(runs, 1)
      assert.is((await w.stored())?.['energy'] ?? 9, 9)
    })
  }
}

test('a blind change whose answer was lost, and no history is left: nothing tells any more', async () => {
  for (const name of ['an engine without history has written', 'it was deleted in bulk']) {
    const w = await world('memory')
    await w.given({ rank: 1 })
    w.watched.twist(async (plan, apply) => {
      const lost = await lostAfter(plan, apply)
      await takesTail[name]!(w)
      return lost
    })
    await failsWith(
      w.unitOfWork.run((work) => work.blind(w.Player, ann, (blind) => blind.increment('energy', -1))),
      'UNKNOWN_OUTCOME',
    )
  }
})

test('answers that stay lost: UNKNOWN_OUTCOME, applied once or not at all', async () => {
  for (const [twist, energy] of [
    [lostAfter, 9],
    [lostBefore, 10],
  ] as const) {
    const w = await world('memory')
    await w.given()
    w.watched.twist(...times(100, twist))
    await failsWith(
      w.unitOfWork.run(async (work) => work.change(await work.get(w.Player, ann), put('energy', 9))),
      'UNKNOWN_OUTCOME',
    )
    assert.is((await w.player()).energy, energy)
  }
})

test('whatever else is answered after a lost answer, nothing is known', async () => {
  for (const twists of [
    [lostAfter, ...times(100, contention)],
    [lostAfter, ...times(100, throttled)],
    [lostAfter, answers({ kind: 'invalid', reason: 'gone' })],
  ]) {
    const w = await world('memory')
    await w.given()
    w.watched.twist(...twists)
    await failsWith(
      w.unitOfWork.run(async (work) => work.change(await work.get(w.Player, ann), put('energy', 9))),
      'UNKNOWN_OUTCOME',
    )
    assert.is((await w.player()).energy, 9)
  }
})

test('after a lost answer neither an abort nor an error of the store reads as if nothing had been written', async () => {
  const act = (w: World) => async (work: UnitOfWork) => work.change(await work.get(w.Player, ann), put('energy', 1))
  const w = await world('memory')
  await w.given()
  const controller = new AbortController()
  w.watched.twist(async (plan, apply) => {
    const lost = await lostAfter(plan, apply)
    setImmediate(() => controller.abort())
    return lost
  })
  await failsWith(w.unitOfWork.run(act(w), { signal: controller.signal }), 'UNKNOWN_OUTCOME')
  assert.is((await w.player()).energy, 1)

  const other = await world('memory')
  await other.given()
  other.watched.twist(lostAfter, async () => {
    throw new Error('the network is gone')
  })
  await failsWith(other.unitOfWork.run(act(other)), 'UNKNOWN_OUTCOME')
})

test('a duplicate of the request that arrives later changes nothing', async () => {
  const w = await world('memory')
  await w.given()
  w.watched.twist(async (plan, apply) => {
    const outcome = await apply()
    assert.is((await w.store.commit(plan)).kind, 'conflict')
    await w.change(put('rank', 1))
    assert.is((await w.store.commit(plan)).kind, 'conflict')
    return outcome
  })
  await w.unitOfWork.run((work) => work.blind(w.Player, ann, (blind) => blind.increment('energy', -1)))
  assert.is((await w.player()).energy, 9)
})

test('a conflict that was answered though the plan was applied is success', async () => {
  // A client that repeats by itself: the first sending is applied, the second meets its own commit.
  const w = await world('memory')
  await w.given()
  const again: Twist = async (_, apply) => {
    await apply()
    return apply()
  }
  const tireBlindly = (work: UnitOfWork) => work.blind(w.Player, ann, (blind) => blind.increment('energy', -1))
  assert.is(await runsUnder(w, [again], tireBlindly), 1)
  assert.is((await w.player()).energy, 9)
})

test.run()
