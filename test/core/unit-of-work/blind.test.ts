/** Changes made without looking: they read nothing, meet nobody, and still never leave their bounds. */
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine } from '../../../core/engine.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { openStore, storeKinds, tablePrefix } from '../../support/stores.ts'
import { ann, type DraftPlayer, failsWith, put, runsWhen, type World, world } from './world.ts'

const tire =
  ({ Player }: World, by = -1) =>
  (work: UnitOfWork) =>
    work.blind(Player, ann, (blind) => blind.increment('energy', by, { min: 0, max: 100 }))

for (const kind of storeKinds) {
  test(`what is no name of an attribute is none in a blind change either (${kind})`, async () => {
    // Memory stored it, and the record could not be read any more; DynamoDB refused it, or stored another name.
    const Shelf = defineModel({
      name: 'Shelf',
      table: `${tablePrefix()}-shelves`,
      key: { partition: 'id' },
      schema: t.type({ id: t.string, copies: t.record(t.string, t.number) }),
    })
    const { unitOfWork, tables } = createEngine({ store: openStore(kind), models: [Shelf] })
    await tables.create()
    await unitOfWork.run((work) => void work.create(Shelf, { id: 'a', copies: { '😀': 1 } }))
    const add = (title: string) =>
      unitOfWork.run((work) => work.blind(Shelf, { id: 'a' }, (blind) => blind.increment(['copies', title], 1)))
    for (const title of ['', '\ud83d', '__proto__', 'x'.repeat(65_536)]) {
      const { message } = await failsWith(add(title), 'INVALID_ARGUMENT')
      assert.match(message, /got no such field/)
    }
    await add('😀')
    assert.equal((await unitOfWork.run((work) => work.get(Shelf, { id: 'a' }))).copies, { '😀': 2 })
  })

  test(`every kind of blind change, in one update and without a read (${kind})`, async () => {
    const w = await world(kind)
    await w.given({
      badges: new Set(['a']),
      log: ['x'],
      rank: 0,
      scores: { go: 0 },
      stats: { wins: 1, tags: new Set(['t']) },
      visits: [],
    })
    await w.unitOfWork.run((work) =>
      work.blind(w.Player, ann, (blind) => {
        blind.increment('energy', 5)
        blind.increment('rank', 2)
        blind.increment('coins', 2n ** 70n)
        blind.increment(['stats', 'wins'], 1)
        blind.increment(['scores', 'go'], 1)
        blind.add('badges', 'b', 'c')
        blind.remove(['stats', 'tags'], 't')
        blind.append('log', 'y', 'z')
        blind.append('visits', 'home')
      }),
    )
    assert.is(w.watched.reads.length, 0)
    assert.is(w.watched.onlyCommit().length, 1)
    const { energy, rank, coins, stats, scores, badges, log, visits } = await w.player()
    assert.equal([energy, rank, coins], [15, 2, 2n ** 70n])
    assert.equal([stats, scores], [{ wins: 2, tags: new Set() }, { go: 1 }])
    assert.equal([badges, log, visits], [new Set(['a', 'b', 'c']), ['x', 'y', 'z'], ['home']])
  })

  test(`several of one field are joined, bounds too (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.unitOfWork.run((work) => {
      tire(w, -4)(work)
      tire(w, -6)(work)
      work.blind(w.Player, ann, (blind) => blind.add('badges', 'a'))
      work.blind(w.Player, ann, (blind) => blind.add('badges', 'b'))
    })
    assert.is(w.watched.onlyCommit().length, 1)
    assert.is((await w.player()).energy, 0)
    assert.equal((await w.player()).badges, new Set(['a', 'b']))
    await failsWith(
      w.unitOfWork.run((work) => {
        tire(w, 3)(work)
        tire(w, -4)(work)
        tire(w, 3)(work)
      }),
      'OUT_OF_BOUNDS',
    )
    assert.is((await w.player()).energy, 0)
  })

  // The sum of the first two needs more digits than a double has.
  test(`bounds are shifted by exact sums (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ energy: -1e15 })
    const work = (work: UnitOfWork) =>
      work.blind(w.Player, ann, (blind) => {
        blind.increment('energy', 1e15)
        blind.increment('energy', 0.001)
        blind.increment('energy', 1e15, { max: 10 })
      })
    await failsWith(w.unitOfWork.run(work), 'OUT_OF_BOUNDS')
    assert.is((await w.player()).energy, -1e15)
  })

  test(`what a blind change would make of a record that is known is checked (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ energy: 1e15 })
    const changing = w.unitOfWork.run(async (work) => {
      await work.get(w.Player, ann)
      work.blind(w.Player, ann, (blind) => blind.increment('energy', 0.001))
    })
    const { message, payload } = await failsWith(changing, 'INVALID_RECORD')
    assert.match(message, /after the blind changes it would be no record: energy: expected number, got a Decimal/)
    assert.is(payload.stored, false)
  })

  test(`bounds hold whoever comes first: ten of thirty get one each (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const ends = await Promise.allSettled(Array.from({ length: 30 }, () => w.unitOfWork.run(tire(w))))
    assert.is(ends.filter(({ status }) => status === 'fulfilled').length, 10)
    for (const end of ends) if (end.status === 'rejected') assert.is(end.reason.code, 'OUT_OF_BOUNDS')
    assert.is((await w.player()).energy, 0)
  })

  test(`an upper bound, and a bound on an absent number, which counts as zero (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await failsWith(w.unitOfWork.run(tire(w, 91)), 'OUT_OF_BOUNDS')
    await w.unitOfWork.run(tire(w, 90))
    const rank = (by: number, min: number) =>
      w.unitOfWork.run((work) => work.blind(w.Player, ann, (blind) => blind.increment('rank', by, { min })))
    await failsWith(rank(-1, 0), 'OUT_OF_BOUNDS')
    await failsWith(rank(1, 2), 'OUT_OF_BOUNDS')
    await rank(-1, -1)
    assert.equal([(await w.player()).energy, (await w.player()).rank], [100, -1])
  })

  test(`an absent record is not made by a blind change (${kind})`, async () => {
    const w = await world(kind)
    const { payload } = await failsWith(w.unitOfWork.run(tire(w)), 'RECORD_NOT_FOUND')
    assert.equal(payload.key, { id: 'ann' })
    assert.is(await w.stored(), undefined)
  })

  test(`a blind change inside an absent part is refused (${kind})`, async () => {
    // The update that did not fit left the engine as an error without a code.
    const w = await world(kind)
    await w.given()
    const wins = (work: UnitOfWork) => work.blind(w.Player, ann, (blind) => blind.increment(['stats', 'wins'], 1))
    await failsWith(w.unitOfWork.run(wins), 'REJECTED')
    await failsWith(
      w.unitOfWork.run(async (work) => {
        wins(work)
        await work.get(w.Player, ann)
      }),
      'REJECTED',
    )
  })

  test(`a blind change that does not fit what another program has put there is refused (${kind})`, async () => {
    // Its history begins with this commit, which so was planned again, and that error was without a code.
    const w = await world(kind)
    await w.given({ rivals: null })
    const { _v, _h, _g, ...item } = (await w.stored())!
    await w.store.write([{ kind: 'put', table: w.Player.table, key: ann, item }], {})
    const rival = (work: UnitOfWork) => work.blind(w.Player, ann, (blind) => blind.add('rivals', 'bob'))
    await failsWith(w.unitOfWork.run(rival), 'REJECTED')
    assert.equal(await w.stored(), item)
  })

  test(`on a record loaded before and after, the increment is seen, and conflicts with nobody (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const runs = await runsWhen(
      w,
      () => w.change(put('energy', 50)),
      async (work) => {
        await work.get(w.Player, ann)
        tire(w)(work)
        await work.get(w.Player, ann)
        tire(w)(work)
      },
    )
    assert.is(runs, 1)
    assert.is((await w.player()).energy, 48)
    await w.unitOfWork.run(async (work) => {
      tire(w)(work)
      const player = await work.get(w.Player, ann)
      assert.is(player.energy, 47)
      assert.is(await work.get(w.Player, ann), player)
      tire(w)(work)
      assert.is((await work.get(w.Player, ann)).energy, 46)
    })
    assert.is((await w.player()).energy, 46)
  })

  test(`a value looked at after a blind increment is guarded (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const runs = await runsWhen(
      w,
      () => w.change(put('energy', 50)),
      async (work) => {
        tire(w)(work)
        work.create(w.Reward, { player: 'ann', name: `at ${(await work.get(w.Player, ann)).energy}` })
      },
    )
    assert.is(runs, 2)
    assert.ok(await w.storedReward('ann', 'at 49'))
  })

  test(`beside a change of another path each travels as what it is (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const runs = await runsWhen(
      w,
      () => w.change(put('energy', 50)),
      async (work) => {
        work.change(await work.get(w.Player, ann), put('level', 2))
        tire(w)(work)
        work.change(await work.get(w.Player, ann), put('rank', 3))
      },
    )
    assert.is(runs, 1)
    const { energy, level, rank } = await w.player()
    assert.equal([energy, level, rank], [49, 2, 3])
  })

  test(`before and after a change of the same path (${kind})`, async () => {
    // Both were sent, and an update may name a path only once: the store refused it.
    const w = await world(kind)
    await w.given({ badges: new Set(['a']), log: ['x'] })
    await w.unitOfWork.run(async (work) => {
      const player = await work.get(w.Player, ann)
      tire(w)(work)
      work.change(player, (draft) => {
        draft.energy *= 2
        draft.badges.add('b')
        draft.log.push('y')
        draft.scores['go'] = 1
        draft.stats = { wins: 1 }
      })
      work.blind(w.Player, ann, (blind) => {
        blind.increment('energy', 5)
        blind.add('badges', 'c')
        blind.append('log', 'z')
        blind.increment(['scores', 'go'], 1)
        blind.increment(['stats', 'wins'], 1)
      })
      assert.is((await work.get(w.Player, ann)).energy, 23)
    })
    const { energy, badges, log, scores, stats } = await w.player()
    assert.equal([energy, badges, log], [23, new Set(['a', 'b', 'c']), ['x', 'y', 'z']])
    assert.equal([scores, stats?.wins], [{ go: 2 }, 2])
  })

  // Nothing was sent for an element that was there already, so what somebody else made of it stayed.
  test(`what it asks of a set beside a draft holds whoever comes between (${kind})`, async () => {
    const add = (work: UnitOfWork, w: World) => work.blind(w.Player, ann, (blind) => blind.add('badges', 'z'))
    const edit = async (work: UnitOfWork, w: World, recipe: (draft: DraftPlayer) => unknown) =>
      void work.change(await work.get(w.Player, ann), recipe as never)
    type Case = readonly [
      others: (draft: DraftPlayer) => unknown,
      act: typeof add,
      expected: readonly string[],
      runs: number,
    ]
    const cases: readonly Case[] = [
      [
        (d) => d.badges.delete('z'),
        async (work, w) => {
          await edit(work, w, (d) => d.badges.add('x'))
          add(work, w)
        },
        ['q', 'x', 'z'],
        1,
      ],
      [
        (d) => d.badges.delete('z'),
        async (work, w) => {
          await edit(work, w, (d) => d.badges.delete('q'))
          add(work, w)
        },
        ['z'],
        2,
      ],
      [
        (d) => d.badges.delete('z'),
        async (work, w) => {
          add(work, w)
          await edit(work, w, (d) => d.badges.add('x'))
        },
        ['q', 'x', 'z'],
        2,
      ],
      [
        (d) => d.badges.delete('z'),
        async (work, w) => {
          work.blind(w.Player, ann, (blind) => blind.remove('badges', 'z'))
          await edit(work, w, (d) => d.badges.add('z') && d.level++)
        },
        ['q', 'z'],
        2,
      ],
      [
        (d) => d.badges.add('y'),
        async (work, w) => {
          await edit(work, w, (d) => d.badges.add('y'))
          work.blind(w.Player, ann, (blind) => blind.remove('badges', 'y'))
        },
        ['q', 'z'],
        1,
      ],
    ]
    for (const [others, act, expected, runs] of cases) {
      const w = await world(kind)
      await w.given({ badges: new Set(['q', 'z']) })
      assert.is(
        await runsWhen(
          w,
          () => w.change(others),
          (work) => act(work, w),
        ),
        runs,
      )
      assert.equal([...(await w.player()).badges].sort(), expected)
    }
  })

  test(`of a record made or remade by the same unit of work (${kind})`, async () => {
    const w = await world(kind)
    await w.unitOfWork.run((work) => {
      work.create(w.Player, { ...ann, name: 'Ann' })
      tire(w)(work)
    })
    assert.is((await w.player()).energy, 9)
    await w.unitOfWork.run(async (work) => {
      work.delete(await work.get(w.Player, ann))
      work.create(w.Player, { ...ann, name: 'Other', energy: 50 })
      tire(w)(work)
    })
    assert.is((await w.player()).energy, 49)
  })

  test(`under many changed fields, whose whole attribute is sent (${kind})`, async () => {
    // The coarser update set the attribute and also named paths inside it: the store refused it.
    const w = await world(kind)
    const scores = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, i]))
    await w.given({ scores })
    await w.unitOfWork.run(async (work) => {
      work.blind(w.Player, ann, (blind) => blind.increment(['scores', 'new'], 7))
      work.change(await work.get(w.Player, ann), (draft) => {
        for (const name of Object.keys(scores)) draft.scores[name]!++
      })
      work.blind(w.Player, ann, (blind) => blind.increment(['scores', 'k0'], 10))
    })
    const after = (await w.player()).scores
    assert.equal([after['k0'], after['k1'], after['new']], [11, 2, 7])
  })

  test(`of what a default gives goes on from there, seen or not (${kind})`, async () => {
    // The store counted from zero where the record was read with the default; inside of a part it found nothing at all.
    const store = openStore(kind)
    const named = { name: 'Shelf', table: `${tablePrefix()}-shelves`, key: { partition: 'id' } } as const
    const Old = defineModel({ ...named, schema: t.type({ id: t.string }) })
    const Shelf = defineModel({
      ...named,
      schema: t.type({ id: t.string, copies: t.number, notes: t.array(t.string), of: t.type({ rank: t.number }) }),
      defaults: { copies: 5, notes: ['new'], of: { rank: 1 } },
    })
    const old = createEngine({ store, models: [Old] })
    await old.tables.create()
    const { unitOfWork } = createEngine({ store, models: [Shelf] })
    type Change = (work: UnitOfWork, key: { id: string }) => void
    const more: Change = (work, key) =>
      work.blind(Shelf, key, (blind) => {
        blind.increment('copies', 1, { max: 9 })
        blind.append('notes', 'read')
      })
    const moreInside: Change = (work, key) => work.blind(Shelf, key, (blind) => blind.increment(['of', 'rank'], 1))
    for (const looked of ['never', 'before', 'after']) {
      const id = `looked ${looked}`
      await old.unitOfWork.run((work) => void work.create(Old, { id }))
      for (const change of [more, moreInside]) {
        await unitOfWork.run(async (work) => {
          if (looked === 'before') await work.get(Shelf, { id })
          change(work, { id })
          if (looked === 'after') assert.is((await work.get(Shelf, { id })).copies, 6)
        })
      }
      const { copies, notes, of } = await unitOfWork.run((work) => work.get(Shelf, { id }))
      assert.equal([copies, notes, of], [6, ['new', 'read'], { rank: 2 }], id)
    }
    await old.unitOfWork.run((work) => void work.create(Old, { id: 'many' }))
    await Promise.all(Array.from({ length: 4 }, () => unitOfWork.run((work) => more(work, { id: 'many' }))))
    assert.is((await unitOfWork.run((work) => work.get(Shelf, { id: 'many' }))).copies, 9)
    await failsWith(
      unitOfWork.run((work) => more(work, { id: 'many' })),
      'OUT_OF_BOUNDS',
    )
  })
}

test('of what a default made of other fields gives rests on these', async () => {
  const store = memoryStore()
  const named = { name: 'Shelf', table: 'shelves', key: { partition: 'id' } } as const
  const Old = defineModel({ ...named, schema: t.type({ id: t.string, level: t.number }) })
  const Shelf = defineModel({
    ...named,
    schema: t.type({ id: t.string, level: t.number, limit: t.number }),
    defaults: { limit: ({ level }) => level * 10 },
  })
  const old = createEngine({ store, models: [Old] }).unitOfWork
  await old.run((work) => void work.create(Old, { id: 'a', level: 1 }))
  const { unitOfWork } = createEngine({ store, models: [Shelf] })
  let runs = 0
  await unitOfWork.run(async (work) => {
    work.blind(Shelf, { id: 'a' }, (blind) => blind.increment('limit', 1))
    // The second run knows the record, with the limit of level 1.
    if (++runs < 2) return
    await old.run(async (other) => {
      other.change(await other.get(Old, { id: 'a' }), (draft) => {
        draft.level = 2
      })
    })
  })
  assert.equal(await unitOfWork.run((work) => work.get(Shelf, { id: 'a' })), { id: 'a', level: 2, limit: 21 })
})

test('a whole number stays one', async () => {
  const Shelf = defineModel({
    name: 'Shelf',
    table: 'shelves',
    key: { partition: 'id' },
    schema: t.type({ id: t.string, copies: t.Int }),
  })
  const { unitOfWork } = createEngine({ store: memoryStore(), models: [Shelf] })
  await unitOfWork.run((work) => void work.create(Shelf, { id: 'a', copies: 1 as t.Int }))
  const add = (by: number) =>
    unitOfWork.run((work) => work.blind(Shelf, { id: 'a' }, (blind) => blind.increment('copies', by)))
  const { message } = await failsWith(add(0.5), 'INVALID_ARGUMENT')
  assert.match(message, /copies: expected Int, got 0\.5/)
  await add(-3)
  assert.is((await unitOfWork.run((work) => work.get(Shelf, { id: 'a' }))).copies, -2)
})

test('a bound is not forgotten when the record is loaded and changed afterwards', async () => {
  // The change swallowed the increment together with its bound, which nobody had checked yet.
  const w = await world('memory')
  await w.given()
  await failsWith(
    w.unitOfWork.run(async (work) => {
      tire(w, -50)(work)
      work.change(await work.get(w.Player, ann), (draft) => {
        draft.energy += 100
      })
    }),
    'OUT_OF_BOUNDS',
  )
  assert.is((await w.player()).energy, 10)
})

test('what the schema does not have is refused', async () => {
  const w = await world('memory')
  await w.given()
  const wrong: ((blind: Record<string, (...args: unknown[]) => void>) => void)[] = [
    (blind) => blind['increment']!('nothing', 1),
    (blind) => blind['increment']!('name', 1),
    (blind) => blind['increment']!('id', 1),
    (blind) => blind['increment']!('energy', 'x'),
    (blind) => blind['increment']!('energy', 1n, { min: 'x' }),
    (blind) => blind['increment']!(['home', 'geo'], 1),
    (blind) => blind['add']!('badges', 7),
    (blind) => blind['add']!('badges'),
    (blind) => blind['add']!('log', 'x'),
    (blind) => blind['append']!('badges', 'x'),
    (blind) => {
      blind['add']!('badges', 'x')
      blind['remove']!('badges', 'y')
    },
  ]
  for (const ask of wrong) {
    await failsWith(
      w.unitOfWork.run((work) => work.blind(w.Player, ann, ask as never)),
      'INVALID_ARGUMENT',
    )
  }
  const message = await w.unitOfWork
    .run((work) => work.blind(w.Player, ann, (blind) => blind.increment('home' as never, 1)))
    .catch(({ message }) => message)
  assert.is(message, 'Blind change of Player.home: expected a field that holds a number, got one of another kind.')
  // As in a draft: without a word nothing would be changed.
  const assigned = w.unitOfWork.run((work) =>
    work.blind(w.Player, ann, (blind) => {
      ;(blind as unknown as { energy: number }).energy = 1
    }),
  )
  assert.instance(await assigned.catch((error) => error), TypeError)
  assert.is(w.watched.commits.length, 0)
})

// What an async function asked for after its first await was lost, and the commit told as done.
test('blind changes that would come too late are refused, as are bounds that nothing is within', async () => {
  const w = await world('memory')
  await w.given()
  let kept: { increment(field: 'energy', by: number): void } | undefined
  const acts: Readonly<Record<string, (work: UnitOfWork) => unknown>> = {
    'a function that waits': (work) =>
      work.blind(w.Player, ann, async (blind) => {
        await null
        blind.increment('energy', 1)
      }),
    'a function that waits and fails': (work) =>
      work.blind(w.Player, ann, async () => {
        await null
        throw new Error('never seen')
      }),
    'changes after the end': (work) => {
      work.blind(w.Player, ann, (blind) => {
        kept = blind
      })
      kept!.increment('energy', 1)
    },
    'bounds the wrong way round': (work) =>
      work.blind(w.Player, ann, (blind) => blind.increment('energy', 1, { min: 9, max: 0 })),
  }
  for (const act of Object.values(acts)) {
    await failsWith(
      w.unitOfWork.run((work) => void act(work)),
      'INVALID_ARGUMENT',
    )
  }
  assert.is((await w.player()).energy, 10)
})

test.run()
