/** Which reads count at the commit: all by default, only the changed record's own values under `guard: 'writes'`. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { storeKinds } from '../../support/stores.ts'
import type { Twist } from '../../support/watched-store.ts'
import { ann, bob, type DraftPlayer, failsWith, put, runsWhen, type World, world } from './world.ts'

/** Two on call; each may leave while the other stays. The example of write skew. */
const leave =
  ({ Player }: World, own: { readonly id: string }, other: { readonly id: string }) =>
  async (work: UnitOfWork) => {
    const [me, them] = await Promise.all([work.get(Player, own), work.get(Player, other)])
    if (me.level === 1 && them.level === 1) work.change(me, put('level', 0))
  }

for (const kind of storeKinds) {
  test(`write skew between two records is prevented (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.given(bob)
    await Promise.all([w.unitOfWork.run(leave(w, ann, bob)), w.unitOfWork.run(leave(w, bob, ann))])
    assert.is((await w.player('ann')).level + (await w.player('bob')).level, 1)
  })

  test(`under guard: 'writes' a record that was merely read may have moved (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.given(bob)
    const runs = await runsWhen(w, () => w.change(put('level', 0), 'bob'), leave(w, ann, bob), { guard: 'writes' })
    assert.is(runs, 1)
    assert.is((await w.player('ann')).level, 0)
    assert.is(w.watched.commits[0]!.plan.actions.length, 1)
  })

  test(`under guard: 'writes' no update is lost (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    const runs = await runsWhen(
      w,
      () => w.change(put('energy', 7)),
      async (work) => {
        work.change(await work.get(w.Player, ann), (draft) => {
          draft.energy -= 1
        })
      },
      { guard: 'writes' },
    )
    assert.is(runs, 2)
    assert.is((await w.player()).energy, 6)
  })

  test(`under guard: 'writes' a blind change of a set holds also beside a draft of the same set (${kind})`, async () => {
    // It became part of the draft, of which only what it changes was sent: the badge that was there already was not asked for.
    for (const change of ['add', 'remove'] as const) {
      const w = await world(kind)
      await w.given({ badges: new Set(['first']) })
      const badge = change === 'add' ? 'first' : 'second'
      const runs = await runsWhen(
        w,
        () => w.change((draft) => void (change === 'add' ? draft.badges.delete(badge) : draft.badges.add(badge))),
        async (work) => {
          work.blind(w.Player, ann, (blind) => blind[change]('badges', badge))
          work.change(await work.get(w.Player, ann), (draft) => void draft.badges.add('other'))
        },
        { guard: 'writes' },
      )
      assert.is(runs, 2, change)
      assert.equal([...(await w.player()).badges].sort(), ['first', 'other'], change)
    }
  })

  test(`reads of another record are checked in the same transaction, and only looked-at ones (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.given(bob)
    await w.given({ id: 'carl' })
    await w.unitOfWork.run(async (work) => {
      const [me, them] = await Promise.all([work.get(w.Player, ann), work.get(w.Player, bob)])
      await work.peek(w.Player, { id: 'carl' })
      work.change(me, put('energy', them.energy + 1))
    })
    assert.equal(
      w.watched.onlyCommit().map(({ kind, key }) => [kind, key['id']]),
      [
        ['update', 'ann'],
        ['check', 'bob'],
      ],
    )
  })

  test(`a record that is read and written is one action (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.unitOfWork.run(async (work) => {
      const player = await work.get(w.Player, ann)
      if (player.level === 1) work.change(player, put('energy', player.energy + 1))
    })
    assert.is(w.watched.onlyCommit().length, 1)
  })
}

/** Where not only a set may be, elements are sent on the condition that it still is one. */
const sets = { rivals: new Set(['bob']), marks: { maths: new Set(['a']) }, extra: new Set(['x']) }
type Edit = (draft: DraftPlayer) => unknown
const lost: readonly (readonly [name: string, mine: Edit, others: Edit])[] = [
  // The store refused the element, which was no conflict but an error.
  ['null by then', (d) => d.rivals?.add('carl'), put('rivals', null)],
  ['null by then, and loses an element', (d) => d.rivals?.delete('bob'), put('rivals', null)],
  ['of another type by then', (d) => d.extra instanceof Set && d.extra.add('y'), put('extra', 1)],
]
for (const kind of storeKinds) {
  for (const [name, mine, others] of lost) {
    for (const guard of ['reads', 'writes'] as const) {
      test(`an element for a set that is ${name}: runs again, under guard: '${guard}' (${kind})`, async () => {
        const w = await world(kind)
        await w.given(sets)
        const recipe = async (work: UnitOfWork) => void work.change(await work.get(w.Player, ann), mine as never)
        assert.is(await runsWhen(w, () => w.change(others), recipe, { guard }), 2)
        const { rivals, extra } = await w.player()
        assert.equal([rivals, extra], name.startsWith('null') ? [null, sets.extra] : [sets.rivals, 1])
      })
    }
  }

  test(`an entry that was deleted is not made again by an element (${kind})`, async () => {
    const w = await world(kind)
    await w.given(sets)
    const runs = await runsWhen(
      w,
      () => w.change((draft) => delete draft.marks!['maths']),
      async (work) => {
        work.change(await work.get(w.Player, ann), (draft) => {
          if (draft.marks?.['maths']) draft.marks['maths'].add('b')
        })
      },
    )
    assert.is(runs, 2)
    assert.equal((await w.player()).marks, {})
  })

  test(`elements for such a set merge with others' (${kind})`, async () => {
    const w = await world(kind)
    await w.given(sets)
    const runs = await runsWhen(
      w,
      () =>
        w.change((draft) =>
          [draft.rivals, draft.marks!['maths'], draft.extra].map((set) => (set as Set<string>).add('z')),
        ),
      async (work) => {
        work.change(await work.get(w.Player, ann), (draft) => {
          draft.rivals!.add('carl')
          draft.marks!['maths']!.add('b')
          if (draft.extra instanceof Set) draft.extra.add('y')
        })
      },
    )
    assert.is(runs, 1)
    const { rivals, marks, extra } = await w.player()
    assert.equal(
      [rivals, marks!['maths'], extra],
      [new Set(['bob', 'carl', 'z']), new Set(['a', 'b', 'z']), new Set(['x', 'y', 'z'])],
    )
  })
}

test('a set that can be nothing else is added to without a condition', async () => {
  const w = await world('memory')
  await w.given({ badges: new Set(['a']) })
  await w.unitOfWork.run(async (work) => {
    work.change(await work.get(w.Player, ann), (draft) => draft.badges.add('b'))
  })
  const asked = JSON.stringify(w.watched.onlyCommit()[0]?.condition)
  // But for the history's sake: that the element is not there yet.
  assert.equal(asked.match(/"kind":"[^"]*","path":\["badges"\]/g), ['"kind":"contains","path":["badges"]'])
})

test('what an error told was looked at: a record that exists', async () => {
  // create() told that bob was there; nothing guarded it, so that bob could be deleted before the commit that relied on it.
  const w = await world('memory')
  await w.given()
  await w.given(bob)
  const deleted = () => w.others.run((work) => work.delete(w.Player, bob))
  w.watched.twist(
    (_, apply) => apply(),
    (_, apply) => deleted().then(apply),
  )
  await w.unitOfWork.run(async (work) => {
    const player = await work.get(w.Player, ann)
    try {
      work.create(w.Player, { ...bob, name: 'Bob' })
    } catch {
      work.change(player, put('name', 'bob was there'))
    }
  })
  assert.is((await w.player()).name, 'Ann')
  assert.is((await w.player('bob')).name, 'Bob')
})

test('what an error told was looked at: a record that does not exist', async () => {
  for (const [name, call] of [
    ['delete', (w: World) => (work: UnitOfWork) => work.delete(w.Player, bob)],
    ['blind', (w: World) => (work: UnitOfWork) => work.blind(w.Player, bob, (blind) => blind.increment('level', 1))],
  ] as const) {
    const w = await world('memory')
    await w.given()
    const afterwards: Twist = (_, apply) => w.given({ ...bob, name: 'Bob' }).then(apply)
    // A deletion without a look finds out before anything is sent.
    const first: Twist = (_, apply) => apply()
    w.watched.twist(...(name === 'delete' ? [afterwards] : [first, afterwards]))
    await w.unitOfWork.run(async (work) => {
      const player = await work.get(w.Player, ann)
      try {
        call(w)(work)
      } catch {
        work.change(player, put('name', 'no bob'))
      }
    })
    assert.is((await w.player()).name, 'Ann', name)
  }
})

test('what an error told was looked at: a value out of bounds', async () => {
  const w = await world('memory')
  await w.given({ energy: 1 })
  await w.given(bob)
  const runs = await runsWhen(
    w,
    () => w.change(put('energy', 5)),
    async (work) => {
      await work.get(w.Player, ann)
      try {
        work.blind(w.Player, ann, (blind) => blind.increment('energy', -2, { min: 0 }))
      } catch {
        work.change(await work.get(w.Player, bob), put('name', 'too tired'))
      }
    },
  )
  assert.is(runs, 2)
  assert.is((await w.player()).energy, 3)
  assert.is((await w.player('bob')).name, 'Ann')
})

test('options are checked', async () => {
  const { unitOfWork } = await world('memory')
  for (const options of [
    { guard: 'everything' },
    { maxAttempts: 0 },
    { maxAttempts: 1.5 },
    { signal: {} },
    { propagation: 'x' },
  ]) {
    await failsWith(
      unitOfWork.run(() => {}, options as never),
      'INVALID_ARGUMENT',
    )
  }
  await failsWith(unitOfWork.run('name' as never), 'INVALID_ARGUMENT')
  await failsWith(
    unitOfWork.run('name', () => {}, 7 as never),
    'INVALID_ARGUMENT',
  )
})

test.run()
