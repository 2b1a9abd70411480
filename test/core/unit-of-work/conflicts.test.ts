/** Units of work that run at once on one record: different paths never meet, the same path makes one of them run again. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { WritePlan } from '../../../core/store/write-plan.ts'
import type { UnitOfWork as Unit } from '../../../core/unit-of-work/unit-of-work.ts'
import { storeKinds } from '../../support/stores.ts'
import { ann, type DraftPlayer, put, runsWhen, type World, world } from './world.ts'

/** Runs that many at once and returns how often their functions ran altogether. */
async function atOnce(w: World, n: number, act: (work: Unit, i: number) => unknown): Promise<number> {
  let runs = 0
  await Promise.all(
    Array.from({ length: n }, (_, i) =>
      w.unitOfWork.run(
        async (work) => {
          runs++
          await act(work, i)
        },
        { maxAttempts: 200 },
      ),
    ),
  )
  return runs
}

const merging: readonly (readonly [
  name: string,
  act: (work: Unit, i: number, w: World) => unknown,
  check: (w: World) => Promise<unknown>,
])[] = [
  [
    'keys of a dictionary',
    async (work, i, w) => work.change(await work.get(w.Player, ann), put(`scores.k${i}`, i)),
    async (w) => assert.is(Object.keys((await w.player()).scores).length, 50),
  ],
  [
    'elements of a set',
    async (work, i, w) => work.change(await work.get(w.Player, ann), (draft) => void draft.badges.add(`b${i}`)),
    async (w) => assert.is((await w.player()).badges.size, 50),
  ],
  [
    'pushes onto a list',
    async (work, i, w) => work.change(await work.get(w.Player, ann), (draft) => draft.log.push(`l${i}`)),
    async (w) => assert.is(new Set((await w.player()).log).size, 50),
  ],
]

/** Behind the commits, where a tail has grown long: a block that is put, or a tail that is cut. */
const isSealing = ({ actions: [first] }: WritePlan): boolean =>
  String(first?.key['p']).startsWith('H#') || (first?.kind === 'update' && first.update[0]?.kind === 'remove')

for (const kind of storeKinds) {
  for (const [name, act, check] of merging) {
    test(`fifty at once on different paths, ${name}: one read and one commit each (${kind})`, async () => {
      const w = await world(kind)
      await w.given()
      const runs = await atOnce(w, 50, (work, i) => act(work, i, w))
      assert.is(runs, 50)
      assert.is(w.watched.reads.length, 50)
      const own = w.watched.commits.filter(({ plan }) => !isSealing(plan))
      assert.is(own.length, 50)
      assert.ok(own.every(({ plan }) => plan.actions.length === 1))
      await check(w)
    })
  }

  test(`fifty blind increments at once: one commit each, and no read but to seal a tail now and then (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const runs = await atOnce(w, 50, (work) => work.blind(w.Player, ann, (blind) => blind.increment('energy', 1)))
    assert.is(runs, 50)
    const sealing = w.watched.commits.length - 50
    assert.ok(w.watched.reads.length < 12 && sealing < 12, `${w.watched.reads.length} reads, ${sealing} more commits`)
    assert.is((await w.player()).energy, 60)
  })

  test(`ten at once on one path: each is applied, one after the other (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const runs = await atOnce(w, 10, async (work) => {
      work.change(await work.get(w.Player, ann), (draft) => {
        draft.energy++
      })
    })
    assert.is((await w.player()).energy, 20)
    assert.ok(runs >= 10)
    assert.is(w.watched.commits.filter(({ outcome }) => outcome.kind === 'committed').length, 10)
  })

  test(`two on one path: the second runs again, and reads nothing, since the failure brought the image (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const runs = await runsWhen(
      w,
      () => w.change(put('energy', 50)),
      async (work) => {
        work.change(await work.get(w.Player, ann), (draft) => {
          draft.energy++
        })
      },
    )
    assert.is(runs, 2)
    assert.is((await w.player()).energy, 51)
    assert.is(w.watched.reads.length, 1)
  })

  test(`the same element added twice, or removed by one and added by another (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ badges: new Set(['a']) })
    const add = (element: string) => async (work: Unit) =>
      work.change(await work.get(w.Player, ann), (draft) => void draft.badges.add(element))
    assert.is(await runsWhen(w, () => w.change((draft) => draft.badges.add('b')), add('b')), 1)
    assert.is(await runsWhen(w, () => w.change((draft) => draft.badges.delete('a')), add('c')), 1)
    assert.equal((await w.player()).badges, new Set(['b', 'c']))
  })

  test(`a set that others emptied is filled again (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ badges: new Set(['a']) })
    const runs = await runsWhen(
      w,
      () => w.change((draft) => draft.badges.delete('a')),
      async (work) => work.change(await work.get(w.Player, ann), (draft) => void draft.badges.add('b')),
    )
    assert.is(runs, 1)
    assert.equal((await w.player()).badges, new Set(['b']))
  })

  test(`a part that others removed takes the changes inside with it (${kind})`, async () => {
    const w = await world(kind)
    const changes = [put('stats.wins', 5), put('stats.losses', 5)]
    for (const change of changes) {
      const key = { id: `p${changes.indexOf(change)}` }
      await w.given({ ...key, stats: { wins: 1 } })
      const seen: unknown[] = []
      const runs = await runsWhen(
        w,
        () => w.change((draft) => void delete draft.stats, key.id),
        async (work) => {
          const player = await work.get(w.Player, key)
          seen.push(player.stats?.wins)
          if (player.stats) work.change(player, change)
        },
      )
      assert.is(runs, 2)
      assert.equal(seen, [1, undefined])
    }
  })

  test(`so it is where only changes are guarded (${kind})`, async () => {
    const w = await world(kind)
    for (const [i, change] of [put('stats.losses', 5), (draft: DraftPlayer) => draft.stats?.tags?.add('u')].entries()) {
      const key = { id: `p${i}` }
      await w.given({ ...key, stats: { wins: 1, tags: new Set(['t']) } })
      const runs = await runsWhen(
        w,
        () => w.change((draft) => void delete draft.stats, key.id),
        async (work) => {
          const player = await work.get(w.Player, key)
          if (player.stats) work.change(player, change as never)
        },
        { guard: 'writes' },
      )
      assert.is(runs, 2)
      assert.is((await w.player(key.id)).stats, undefined)
    }
  })

  test(`a list that others removed does not come back with a push (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ visits: ['x'] })
    const runs = await runsWhen(
      w,
      () => w.change((draft) => void delete draft.visits),
      async (work) =>
        work.change(await work.get(w.Player, ann), (draft) => {
          draft.visits?.push('y')
        }),
    )
    assert.is(runs, 2)
    assert.is((await w.player()).visits, undefined)
  })

  test(`elements into a part that others removed: nothing is resurrected (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ stats: { wins: 1, tags: new Set(['t']) } })
    const runs = await runsWhen(
      w,
      () => w.change((draft) => void delete draft.stats),
      async (work) => work.change(await work.get(w.Player, ann), (draft) => void draft.stats?.tags?.add('u')),
    )
    assert.is(runs, 2)
    assert.is((await w.player()).stats, undefined)
  })

  test(`a changed record that others deleted is not resurrected (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const deleted = () => w.others.run((work) => work.delete(w.Player, ann))
    let runs = 0
    w.watched.twist((_, apply) => deleted().then(apply))
    await w.unitOfWork
      .run(async (work) => {
        runs++
        work.change(await work.get(w.Player, ann), (draft) => void draft.badges.add('x'))
      })
      .then(
        () => assert.unreachable(),
        (error) => assert.is(error.code, 'RECORD_NOT_FOUND'),
      )
    assert.is(runs, 2)
    assert.is(await w.stored(), undefined)
  })
}

test.run()
