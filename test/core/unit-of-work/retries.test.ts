/** What is tried again, by whom and how often: the function after a conflict, the plan after contention or a throttle. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { storeKinds } from '../../support/stores.ts'
import { answers, contention, meanwhile, throttled, times } from '../../support/watched-store.ts'
import { ann, failsWith, failure, put, type World, world } from './world.ts'

const increase =
  ({ Player }: World, seen: () => unknown = () => {}) =>
  async (work: UnitOfWork) => {
    seen()
    work.change(await work.get(Player, ann), (draft) => {
      draft.energy++
    })
  }

for (const kind of storeKinds) {
  test(`ten conflicts in a row, then success (${kind})`, async () => {
    const w = await world(kind)
    await w.given({ energy: 0 })
    let runs = 0
    w.watched.twist(
      ...times(
        10,
        meanwhile(() => w.others.run(increase(w))),
      ),
    )
    await w.unitOfWork.run(increase(w, () => runs++))
    assert.is(runs, 11)
    assert.is((await w.player()).energy, 11)
  })

  test(`after maxAttempts: CONFLICT, with every path that others got to first (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    await w.given({ id: 'bob', badges: new Set(['a']) })
    let turn = 0
    w.watched.twist(
      ...times(
        3,
        meanwhile(async () => {
          turn++
          await w.change(put('energy', 100 + turn))
          await w.change(put('home.city', `City ${turn}`))
          await w.change(turn % 2 ? (draft) => draft.badges.delete('a') : (draft) => draft.badges.add('a'), 'bob')
        }),
      ),
    )
    let runs = 0
    const { payload, message } = await failsWith(
      w.unitOfWork.run(
        async (work) => {
          runs++
          const [one, two] = await work.getMany(w.Player, [ann, { id: 'bob' }])
          work.change(one!, (draft) => {
            draft.energy -= 1
            draft.home.city = 'Mine'
          })
          two!.badges.has('a')
        },
        { maxAttempts: 3 },
      ),
      'CONFLICT',
    )
    assert.is(runs, 3)
    assert.is(payload.attempts, 3)
    const byPath = [...payload.conflicts].sort((a, b) => (a.path < b.path ? -1 : 1))
    const a = new Set(['a'])
    assert.equal(byPath, [
      { model: 'Player', key: { id: 'bob' }, path: 'badges', base: a, mine: a, theirs: undefined },
      { model: 'Player', key: { id: 'ann' }, path: 'energy', base: 102, mine: 101, theirs: 103 },
      { model: 'Player', key: { id: 'ann' }, path: 'home.city', base: 'City 2', mine: 'Mine', theirs: 'City 3' },
    ])
    assert.match(message, /energy/)
    assert.is((await w.player()).energy, 103)
  })

  test(`a domain error is never retried, and changes nothing (${kind})`, async () => {
    const w = await world(kind)
    await w.given()
    let runs = 0
    const mine = new TypeError('too tired')
    const thrown = await failure(
      w.unitOfWork.run(async (work) => {
        runs++
        work.change(await work.get(w.Player, ann), put('energy', 0))
        work.create(w.Reward, { player: 'ann', name: 'r' })
        throw mine
      }),
    )
    assert.is(thrown, mine)
    assert.is(runs, 1)
    assert.is(w.watched.commits.length, 0)
    assert.is((await w.player()).energy, 10)
  })
}

for (const [name, twist, code] of [
  ['contention', contention, 'RETRIES_EXHAUSTED'],
  ['a throttle', throttled, 'THROTTLED'],
] as const) {
  test(`after ${name} the same plan is sent again, without running the function`, async () => {
    const w = await world('memory')
    await w.given()
    let runs = 0
    w.watched.twist(...times(5, twist))
    await w.unitOfWork.run(increase(w, () => runs++))
    assert.is(runs, 1)
    assert.is(w.watched.commits.length, 6)
    for (const { plan } of w.watched.commits) assert.equal(plan, w.watched.commits[0]!.plan)
    assert.is((await w.player()).energy, 11)
  })

  test(`${name} that does not end is reported as what it is: ${code}`, async () => {
    const w = await world('memory')
    await w.given()
    let runs = 0
    w.watched.twist(...times(100, twist))
    const error = await failsWith(w.unitOfWork.run(increase(w, () => runs++)), code)
    assert.is(runs, 1)
    assert.is((error.payload as { attempts: number }).attempts, w.watched.commits.length)
    assert.is((await w.player()).energy, 10)
  })
}

test('what the store refuses is told, and not retried', async () => {
  const w = await world('memory')
  await w.given()
  w.watched.twist(answers({ kind: 'invalid', reason: 'no such table', position: 0 }))
  const { payload, message } = await failsWith(w.unitOfWork.run(increase(w)), 'REJECTED')
  assert.is(payload.reason, 'no such table')
  assert.match(message, /Player.*: no such table\. Nothing was written\.$/)
  assert.is(w.watched.commits.length, 1)
})

test('an aborted unit of work writes nothing: before, in between, and while it waits', async () => {
  const w = await world('memory')
  await w.given()
  const before = AbortSignal.abort(new Error('mine'))
  let runs = 0
  const error = await failsWith(
    w.unitOfWork.run(
      increase(w, () => runs++),
      { signal: before },
    ),
    'ABORTED',
  )
  assert.is((error.cause as Error).message, 'mine')
  assert.is(runs, 0)

  const inBetween = new AbortController()
  const aborting = w.unitOfWork.run(
    async (work) => {
      const player = await work.get(w.Player, ann)
      inBetween.abort()
      work.change(player, put('energy', 0))
    },
    { signal: inBetween.signal },
  )
  await failsWith(aborting, 'ABORTED')

  const waiting = new AbortController()
  w.watched.twist(contention, async () => {
    waiting.abort()
    return { kind: 'contention', positions: [] }
  })
  await failsWith(w.unitOfWork.run(increase(w), { signal: waiting.signal }), 'ABORTED')

  const conflicting = new AbortController()
  runs = 0
  w.watched.twist(
    meanwhile(async () => {
      await w.change(put('energy', 50))
      conflicting.abort()
    }),
  )
  await failsWith(
    w.unitOfWork.run(
      increase(w, () => runs++),
      { signal: conflicting.signal },
    ),
    'ABORTED',
  )
  assert.is(runs, 1)
  assert.is((await w.player()).energy, 50)
})

test('a closed engine refuses units of work', async () => {
  const { memoryStore } = await import('../../../adapters/memory/index.ts')
  const { createEngine } = await import('../../../core/engine.ts')
  const engine = createEngine({ store: memoryStore(), models: [] })
  await engine.close()
  await engine.close()
  await failsWith(
    engine.unitOfWork.run(() => {}),
    'CLOSED',
  )
})

test.run()
