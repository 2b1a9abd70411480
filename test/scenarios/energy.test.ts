/** A user's energy, spent by transactions that meet each other. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isEngineError } from '../../core/errors.ts'
import { storeKinds } from '../support/stores.ts'
import { meanwhile, times } from '../support/watched-store.ts'
import { TooTired, town } from './town.ts'

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown) => thrown,
  )

for (const kind of storeKinds) {
  test(`energy is spent (${kind})`, async () => {
    // given
    const { given, spend, user } = await town(kind)
    await given({ id: 'ann', energy: 10 })
    // when
    const after = await spend('ann', 4)
    // then
    assert.is(after.energy, 6)
    assert.is((await user('ann'))?.energy, 6)
  })

  test(`energy never falls below zero: a domain error changes nothing (${kind})`, async () => {
    const { given, spend, user, watched } = await town(kind)
    await given({ id: 'ann', energy: 3 })

    const thrown = await thrownBy(spend('ann', 4))

    assert.instance(thrown, TooTired)
    assert.is((await user('ann'))?.energy, 3)
    assert.is(watched.commits.length, 0)
  })

  test(`whoever comes at once, no more is spent than there was (${kind})`, async () => {
    const { given, spend, user } = await town(kind)
    await given({ id: 'ann', energy: 10 })

    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => spend('ann', 2)))

    assert.is(ends.filter(({ status }) => status === 'fulfilled').length, 5)
    for (const end of ends) if (end.status === 'rejected') assert.instance(end.reason, TooTired)
    assert.is((await user('ann'))?.energy, 0)
  })

  test(`ten conflicts in a row, and then success (${kind})`, async () => {
    const { given, spend, user, watched, others } = await town(kind)
    await given({ id: 'ann', energy: 20 })
    watched.twist(
      ...times(
        10,
        meanwhile(() => spend('ann', 1, others)),
      ),
    )

    await spend('ann', 5)

    assert.is((await user('ann'))?.energy, 5)
    assert.is(watched.commits.filter(({ outcome }) => outcome.kind === 'conflict').length, 10)
  })

  test(`a conflict may turn success into a domain error (${kind})`, async () => {
    const { given, spend, user, watched, others } = await town(kind)
    await given({ id: 'ann', energy: 6 })
    watched.twist(meanwhile(() => spend('ann', 4, others)))

    const thrown = await thrownBy(spend('ann', 4))

    assert.instance(thrown, TooTired)
    assert.is((await user('ann'))?.energy, 2)
  })

  test(`retries are exhausted: nothing was spent, and the error says where others came first (${kind})`, async () => {
    const { given, user, User, unitOfWork, watched, others, spend } = await town(kind)
    await given({ id: 'ann', energy: 20 })
    watched.twist(
      ...times(
        4,
        meanwhile(() => spend('ann', 1, others)),
      ),
    )

    const thrown = await thrownBy(
      unitOfWork.run(
        async (work) => {
          work.change(await work.get(User, { id: 'ann' }), (draft) => {
            draft.energy -= 5
          })
        },
        { maxAttempts: 4 },
      ),
    )

    assert.ok(isEngineError(thrown, 'CONFLICT'))
    assert.equal(thrown.payload, {
      attempts: 4,
      conflicts: [{ model: 'User', key: { id: 'ann' }, path: 'energy', base: 17, mine: 12, theirs: 16 }],
    })
    assert.is((await user('ann'))?.energy, 16)
  })

  test(`a target that does not exist (${kind})`, async () => {
    const { spend, user, watched } = await town(kind)

    const thrown = await thrownBy(spend('nobody', 1))

    assert.ok(isEngineError(thrown, 'RECORD_NOT_FOUND'))
    assert.equal(thrown.payload, { model: 'User', key: { id: 'nobody' } })
    assert.is(await user('nobody'), undefined)
    assert.is(watched.commits.length, 0)
  })

  test(`energy given from one to another is never lost nor made (${kind})`, async () => {
    const { given, user, User, unitOfWork } = await town(kind)
    await given({ id: 'ann', energy: 20 }, { id: 'bob', energy: 20 }, { id: 'carl', energy: 20 })
    const give = (from: string, to: string) =>
      unitOfWork.run('give', async (work) => {
        const [giver, taker] = await Promise.all([work.get(User, { id: from }), work.get(User, { id: to })])
        work.change(giver, (draft) => {
          draft.energy -= 1
        })
        work.change(taker, (draft) => {
          draft.energy += 1
        })
      })

    const route = ['ann bob', 'ann bob', 'ann bob', 'bob carl', 'bob carl', 'bob carl', 'carl ann', 'carl ann']
    await Promise.all(route.map((each) => give(...(each.split(' ') as [string, string]))))

    const all = await Promise.all(['ann', 'bob', 'carl'].map(user))
    assert.equal(
      all.map((each) => each?.energy),
      [19, 20, 21],
    )
  })
}

test.run()
