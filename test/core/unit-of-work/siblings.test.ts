/** Nested units of work that run at once: merged by the same rule of paths as any two, or a CONFLICT. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { EngineError } from '../../../core/errors.ts'
import { isEngineError } from '../../../core/errors.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { ann, type DraftPlayer, put, type World, world } from './world.ts'

type Act = (work: UnitOfWork, w: World) => unknown

const change =
  (edit: (draft: DraftPlayer) => unknown): Act =>
  async (work, { Player }) =>
    void work.change(await work.get(Player, ann), edit as never)

const blind =
  (ask: (blind: Parameters<Parameters<UnitOfWork['blind']>[2]>[0]) => void): Act =>
  (work, { Player }) =>
    work.blind(Player, ann, ask as never)

const look =
  (see: (player: DraftPlayer) => unknown): Act =>
  async (work, { Player }) =>
    void see((await work.get(Player, ann)) as never)

/** Runs both at once so that each has done its part before either is merged; the first given is merged first. */
async function atOnce(w: World, first: Act, second: Act): Promise<EngineError | undefined> {
  return w.unitOfWork
    .run(async (work) => {
      let arrived = 0
      let open = () => {}
      const both = new Promise<void>((resolve) => {
        open = resolve
      })
      const act = (each: Act, ticks: number) =>
        work.run(async (sub) => {
          await each(sub, w)
          if (++arrived === 2) open()
          await both
          for (let i = 0; i < ticks; i++) await new Promise((resolve) => setImmediate(resolve))
        })
      await Promise.all([act(first, 1), act(second, 3)])
    })
    .then(
      () => undefined,
      (thrown) => {
        if (isEngineError(thrown, 'CONFLICT')) return thrown
        throw thrown
      },
    )
}

type After = (player: Awaited<ReturnType<World['player']>>) => unknown
const merged: readonly (readonly [name: string, first: Act, second: Act, after: After, expected: unknown])[] = [
  ['changes of two paths', change(put('energy', 1)), change(put('level', 2)), (p) => [p.energy, p.level], [1, 2]],
  [
    'changes of two paths of one part',
    change(put('home.city', 'X')),
    change(put('home.geo.lat', 2)),
    (p) => [p.home.city, p.home.geo.lat],
    ['X', 2],
  ],
  [
    'keys of a dictionary',
    change(put('scores.a', 1)),
    change(put('scores.b', 2)),
    (p) => p.scores,
    { a: 1, b: 2, old: 0 },
  ],
  ['pushes', change((d) => d.log.push('y')), change((d) => d.log.push('z')), (p) => p.log, ['x', 'y', 'z']],
  [
    'added elements',
    change((d) => d.badges.add('y')),
    change((d) => d.badges.add('z')),
    (p) => [...p.badges].sort(),
    ['x', 'y', 'z'],
  ],
  [
    'an element added and another removed',
    change((d) => d.badges.add('y')),
    change((d) => d.badges.delete('x')),
    (p) => [...p.badges],
    ['y'],
  ],
  [
    'the same element added twice',
    change((d) => d.badges.add('y')),
    change((d) => d.badges.add('y')),
    (p) => p.badges.size,
    2,
  ],
  [
    'blind increments',
    blind((b) => b.increment('energy', 1)),
    blind((b) => b.increment('energy', 2)),
    (p) => p.energy,
    13,
  ],
  [
    'a blind increment and a change of another path',
    blind((b) => b.increment('energy', 1)),
    change(put('level', 2)),
    (p) => [p.energy, p.level],
    [11, 2],
  ],
  [
    'a blind addition and an added element',
    blind((b) => b.add('badges', 'y')),
    change((d) => d.badges.add('z')),
    (p) => p.badges.size,
    3,
  ],
  [
    'a blind push and a push',
    blind((b) => b.append('log', 'y')),
    change((d) => d.log.push('z')),
    (p) => p.log,
    ['x', 'z', 'y'],
  ],
  ['a look and a change elsewhere', change(put('energy', 1)), look((p) => p.level), (p) => p.energy, 1],
  [
    'a look at an element and another added',
    change((d) => d.badges.add('y')),
    look((p) => p.badges.has('z')),
    (p) => p.badges.size,
    2,
  ],
  [
    'that a map is not null and a change inside',
    change(put('guild.name', 'H')),
    look((p) => !p.guild),
    (p) => p.guild,
    { name: 'H' },
  ],
  [
    'elements added to a set that may be null',
    change((d) => d.rivals!.add('carl')),
    change((d) => d.rivals!.add('dora')),
    (p) => p.rivals!.size,
    3,
  ],
  ['presence and a change inside', change(put('home.city', 'X')), look((p) => 'home' in p), (p) => p.home.city, 'X'],
]

const clashing: readonly (readonly [name: string, first: Act, second: Act, path: string])[] = [
  ['changes of one path', change(put('energy', 1)), change(put('energy', 2)), 'energy'],
  [
    'a part and a path in it',
    change(put('home.city', 'X')),
    change(put('home', { city: 'Y', street: 'Z', geo: { lat: 1, lng: 1 } })),
    'home',
  ],
  ['a look at what was changed', change(put('energy', 1)), look((p) => p.energy), 'energy'],
  ['a look at a set that grew', change((d) => d.badges.add('y')), look((p) => p.badges.size), 'badges'],
  ['a look at an element that came', change((d) => d.badges.add('y')), look((p) => p.badges.has('y')), 'badges'],
  ['the presence of what appeared', change(put('nick', 'A')), look((p) => 'nick' in p), 'nick'],
  ['that a map is not null, which it becomes', change(put('guild', null)), look((p) => !p.guild), 'guild'],
  ['that a set is not null, which it becomes', change(put('rivals', null)), look((p) => !p.rivals), 'rivals'],
  ['the names of a part, when one comes', change(put('home.x', 1)), look((p) => Reflect.ownKeys(p.home)), 'home'],
  [
    'the presence of what a blind change made appear',
    blind((b) => b.increment('rank' as never, 1)),
    look((p) => 'rank' in p),
    'rank',
  ],
  ['an increment of what was changed', change(put('energy', 1)), blind((b) => b.increment('energy', 1)), 'energy'],
  ['an element added and removed', change((d) => d.badges.add('y')), blind((b) => b.remove('badges', 'y')), 'badges'],
  ['a list pushed to and assigned', change((d) => d.log.push('y')), change(put('log', ['x', 'z'])), 'log'],
  [
    'a deletion and a change',
    change(put('energy', 1)),
    async (work, w) => work.delete(await work.get(w.Player, ann)),
    '',
  ],
  [
    'a change and a deletion',
    async (work, w) => work.delete(await work.get(w.Player, ann)),
    change(put('energy', 1)),
    '',
  ],
  ['a deletion and a look', async (work, w) => work.delete(await work.get(w.Player, ann)), look(() => {}), ''],
  [
    'two creations',
    (work, w) => work.create(w.Player, { id: 'bob', name: 'B' }),
    (work, w) => work.create(w.Player, { id: 'bob', name: 'C' }),
    '',
  ],
  [
    'a creation and its absence',
    (work, w) => work.create(w.Player, { id: 'bob', name: 'B' }),
    (work, w) => work.find(w.Player, { id: 'bob' }),
    '',
  ],
]

const given = {
  ...{ badges: new Set(['x']), log: ['x'], scores: { old: 0 }, stats: { wins: 1 } },
  ...{ guild: { name: 'G' }, rivals: new Set(['bob']) },
}

for (const [name, first, second, after, expected] of merged) {
  test(`siblings merge: ${name}`, async () => {
    const w = await world('memory')
    await w.given(given)
    const conflict = await atOnce(w, first, second)
    assert.is(conflict, undefined, conflict?.message)
    assert.equal(after(await w.player()), expected)
    assert.is(w.watched.onlyCommit().length, 1)
  })
}

for (const [name, first, second, path] of clashing) {
  test(`siblings clash: ${name}`, async () => {
    const w = await world('memory')
    await w.given(given)
    const conflict = await atOnce(w, first, second)
    assert.ok(conflict, 'expected a CONFLICT')
    const [one] = (conflict.payload as { conflicts: { model: string; path: string }[] }).conflicts
    assert.equal([one!.model, one!.path.split('.')[0]], ['Player', path])
    assert.is(w.watched.commits.length, 0)
  })
}

test('a clash that is caught rolls back one sibling and keeps the other', async () => {
  const w = await world('memory')
  await w.given()
  await w.unitOfWork.run(async (work) => {
    const ends = await Promise.allSettled([
      work.run((sub) => change(put('energy', 1))(sub, w)),
      work.run((sub) => change(put('energy', 2))(sub, w)),
    ])
    assert.equal(ends.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  })
  assert.is((await w.player()).energy, 1)
})

test('one after the other, siblings never clash', async () => {
  const w = await world('memory')
  await w.given(given)
  await w.unitOfWork.run(async (work) => {
    for (let i = 0; i < 3; i++) {
      await work.run(async (sub) => {
        const player = await sub.get(w.Player, ann)
        sub.change(player, put('energy', player.energy + 1))
        sub.blind(w.Player, ann, (each) => each.increment('energy', 1))
      })
    }
  })
  assert.is((await w.player()).energy, 16)
})

test('what a grandchild saw before a sibling of its parent was merged is its parent’s to answer for', async () => {
  // Only the grandchild had met the record, so that its parent was merged without a comparison: write skew among siblings.
  const w = await world('memory')
  await w.given()
  let conflict: unknown
  await w.unitOfWork.run(async (work) => {
    let seen = () => {}
    const looked = new Promise<void>((resolve) => {
      seen = resolve
    })
    let changed = () => {}
    const merge = new Promise<void>((resolve) => {
      changed = resolve
    })
    const reader = work.run(async (sub) => {
      const energy = await sub.run(async (deep) => (await deep.get(w.Player, ann)).energy)
      seen()
      await merge
      sub.create(w.Reward, { player: 'ann', name: `at ${energy}` })
    })
    const writer = looked.then(() => work.run((sub) => change(put('energy', 1))(sub, w))).then(changed)
    await writer
    conflict = await reader.then(
      () => undefined,
      (thrown) => thrown,
    )
  })
  assert.ok(isEngineError(conflict, 'CONFLICT'))
  assert.is(await w.storedReward('ann', 'at 10'), undefined)
})

test('a sibling that only looked leaves the record the object that it was', async () => {
  const w = await world('memory')
  await w.given()
  await w.unitOfWork.run(async (work) => {
    work.blind(w.Player, ann, (each) => each.increment('energy', 1))
    const before = await work.get(w.Player, ann)
    await work.run(async (sub) => void (await sub.get(w.Player, ann)).energy)
    assert.is(await work.get(w.Player, ann), before)
  })
})

// Each child that pushed made its parent's blind change part of its own drafts, and the merge applied it once more.
test('blind changes of the parent stay single, whatever its children make of them', async () => {
  const w = await world('memory')
  await w.given(given)
  await w.unitOfWork.run(async (work) => {
    for (const value of ['a', 'b']) blind((each) => each.append('log', value))(work, w)
    await Promise.all(['c', 'd'].map((value) => work.run((sub) => change((d) => d.log.push(value))(sub, w))))
  })
  assert.equal((await w.player()).log, ['x', 'a', 'b', 'c', 'd'])
})

// A child saw what a sibling had merged after the child had met the record, and the merge took that for its own doing.
test('a child goes on seeing a record as it met it', async () => {
  const w = await world('memory')
  await w.given(given)
  await w.unitOfWork.run(async (work) => {
    await work.get(w.Player, ann)
    let merged = () => {}
    const siblingIsMerged = new Promise<void>((resolve) => {
      merged = resolve
    })
    const slow = work.run(async (sub) => {
      const player = await sub.get(w.Player, ann)
      assert.type(player.level, 'number')
      await siblingIsMerged
      sub.change(player, put('energy', 1))
    })
    await work.run((sub) => change((d) => d.log.push('y'))(sub, w))
    merged()
    await slow
  })
  assert.equal((await w.player()).log, ['x', 'y'])
  assert.is((await w.player()).energy, 1)
})

/** What came of two siblings of a parent that has created the record, or read it: an error's code, or nothing. */
async function overOne(w: World, isNew: boolean, first: Act, second: Act): Promise<readonly unknown[]> {
  if (!isNew) await w.given(given)
  return w.unitOfWork.run(async (work) => {
    if (isNew) work.create(w.Player, { ...ann, name: 'Ann', badges: new Set(['x']), log: ['x'] })
    else await look((p) => p.energy)(work, w)
    const ends = await Promise.allSettled([first, second].map((act) => work.run(async (sub) => act(sub, w))))
    return ends.map((end) => (end.status === 'rejected' ? end.reason.code : undefined))
  })
}

// Of a record that is not stored yet they were made by drafts at once: counters clashed, and what had no effect was lost.
test('blind changes of a record that their parent created are merged as those of a stored one', async () => {
  const w = await world('memory')
  const more = blind((each) => {
    each.increment('energy', 2)
    each.append('log', 'y')
    each.add('badges', 'y')
  })
  assert.equal(await overOne(w, true, more, more), [undefined, undefined])
  const { energy, log, badges } = await w.player()
  assert.equal([energy, log, badges], [14, ['x', 'y', 'y'], new Set(['x', 'y'])])
})

for (const isNew of [false, true]) {
  const record = isNew ? 'created' : 'read'
  test(`an element added and removed by siblings without looking is a clash (${record})`, async () => {
    const add = blind((each) => each.add('badges', 'y'))
    const remove = blind((each) => each.remove('badges', 'y'))
    assert.equal(await overOne(await world('memory'), isNew, add, remove), [undefined, 'CONFLICT'])
  })

  // The parent saw what is out of bounds, and ran again and again on a commit that could never be.
  test(`siblings leave no bounds together that each of them keeps (${record})`, async () => {
    const w = await world('memory')
    const spend = blind((each) => each.increment('energy', -6, { min: 0 }))
    assert.equal(await overOne(w, isNew, spend, spend), [undefined, 'OUT_OF_BOUNDS'])
    assert.is((await w.player()).energy, 4)
  })
}

// Nothing could be sent of it, so that all that their parent had done failed with it.
test('blind changes of siblings that no update can hold are told to the second of them', async () => {
  const w = await world('memory')
  const add = blind((each) => each.add('badges', 'y'))
  const remove = blind((each) => each.remove('badges', 'x'))
  assert.equal(await overOne(w, false, add, remove), [undefined, 'INVALID_ARGUMENT'])
  assert.equal((await w.player()).badges, new Set(['x', 'y']))
})

// What was read and what it was compared with were of two moments, so that nobody noticed what had come between.
for (const how of ['got', 'found by a query'] as const) {
  test(`a record that is ${how} while a sibling is merged is as before it and a clash, or as after it`, async () => {
    for (let turns = 0; turns < 30; turns++) {
      const w = await world('memory')
      await w.given()
      let read: number | undefined
      await w.unitOfWork.run(async (work) => {
        await change(put('level', 2))(work, w)
        const writer = work.run(async (sub) => {
          await change(put('energy', 1))(sub, w)
          for (let i = 0; i < turns; i++) await undefined
        })
        const reader = work.run(async (sub) => {
          for (let i = 0; i < 15; i++) await undefined
          const [player] = how === 'got' ? [await sub.get(w.Player, ann)] : await sub.query(w.Player, { key: ann })
          read = player!.energy
          await writer
        })
        await Promise.all([writer, reader]).catch((thrown) => {
          if (!isEngineError(thrown, 'CONFLICT')) throw thrown
          read = undefined
        })
      })
      assert.ok(read === undefined || read === 1, `read ${read}, ${turns} turns before the merge`)
    }
  })
}

// Only the drafts were compared, which were the same: the blind change had become part of them, and was taken back.
test('a sibling that has seen a blind change of their parent notices another one that takes it back', async () => {
  const w = await world('memory')
  await w.given({ energy: 10 })
  await w.unitOfWork.run(async (work) => {
    await look((p) => p.energy)(work, w)
    blind((each) => each.increment('energy', 1))(work, w)
    let isBack = () => {}
    const back = new Promise<void>((resolve) => {
      isBack = resolve
    })
    const reader = work.run(async (sub) => {
      assert.is((await sub.get(w.Player, ann)).energy, 11)
      await back
    })
    await work.run((sub) => change(put('energy', 10))(sub, w))
    isBack()
    const ended = await reader.catch((thrown) => thrown)
    assert.ok(isEngineError(ended, 'CONFLICT'))
  })
})

test.run()
