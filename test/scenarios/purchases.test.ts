/** Purchases: several records in one transaction, and a sub-transaction that takes energy. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isEngineError } from '../../core/errors.ts'
import { storeKinds } from '../support/stores.ts'
import { lostAfter, meanwhile } from '../support/watched-store.ts'
import { TooPoor, TooTired, town } from './town.ts'

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (thrown) => thrown,
  )

for (const kind of storeKinds) {
  test(`two records created in one transaction (${kind})`, async () => {
    const { unitOfWork, User, user, watched } = await town(kind)

    await unitOfWork.run((work) => {
      work.create(User, { id: 'ann' })
      work.create(User, { id: 'bob', energy: 5 })
    })

    assert.is(watched.onlyCommit().length, 2)
    assert.equal([(await user('ann'))?.energy, (await user('bob'))?.energy], [10, 5])
  })

  test(`two records created without overwriting: where one exists, neither is made (${kind})`, async () => {
    const { given, unitOfWork, User, user } = await town(kind)
    await given({ id: 'bob', energy: 1 })

    const thrown = await thrownBy(
      unitOfWork.run((work) => {
        work.create(User, { id: 'ann' })
        work.create(User, { id: 'bob', energy: 5 })
      }),
    )

    assert.ok(isEngineError(thrown, 'RECORD_EXISTS'))
    assert.equal(thrown.payload.key, { id: 'bob' })
    assert.is(await user('ann'), undefined)
    assert.is((await user('bob'))?.energy, 1)
  })

  test(`a purchase takes coins and, by its sub-transaction, energy, all at one instant (${kind})`, async () => {
    const { given, buy, user, purchase, watched } = await town(kind)
    await given({ id: 'ann', energy: 10, coins: 100 })

    await buy('ann', 'lamp', 60)

    const { energy, coins, owns } = (await user('ann'))!
    assert.equal([energy, coins, owns], [7, 40, new Set(['lamp'])])
    assert.is((await purchase('ann', 'lamp'))?.price, 60)
    assert.is(watched.onlyCommit().length, 2)
  })

  test(`too tired to carry it: nothing is bought (${kind})`, async () => {
    const { given, buy, user, purchase, watched } = await town(kind)
    await given({ id: 'ann', energy: 2, coins: 100 })

    assert.instance(await thrownBy(buy('ann', 'lamp', 60)), TooTired)

    const { energy, coins, owns } = (await user('ann'))!
    assert.equal([energy, coins, owns.size], [2, 100, 0])
    assert.is(await purchase('ann', 'lamp'), undefined)
    assert.is(watched.commits.length, 0)
  })

  test(`too tired, but somebody helps: the sub-transaction alone is undone (${kind})`, async () => {
    const { given, unitOfWork, spend, user, User } = await town(kind)
    await given({ id: 'ann', energy: 2 }, { id: 'bob', energy: 5 })

    await unitOfWork.run('move', async (work) => {
      const carrier = await spend('ann', 3).catch(() => spend('bob', 3))
      work.change(await work.get(User, { id: 'ann' }), (draft) => {
        draft.home.city = `Oslo, carried by ${carrier.id}`
      })
    })

    const [ann, bob] = [await user('ann'), await user('bob')]
    assert.equal([ann?.energy, bob?.energy, ann?.home.city], [2, 2, 'Oslo, carried by bob'])
  })

  test(`two purchases at once: coins are enough for one (${kind})`, async () => {
    const { given, buy, user } = await town(kind)
    await given({ id: 'ann', coins: 100 })

    const ends = await Promise.allSettled([buy('ann', 'lamp', 60), buy('ann', 'chair', 70)])

    assert.equal(ends.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    for (const end of ends) if (end.status === 'rejected') assert.instance(end.reason, TooPoor)
    assert.is((await user('ann'))?.owns.size, 1)
  })

  test(`the energy is spent elsewhere during a purchase: all of it runs again (${kind})`, async () => {
    const { given, buy, spend, user, others, watched } = await town(kind)
    await given({ id: 'ann', energy: 10, coins: 100 })
    watched.twist(meanwhile(() => spend('ann', 4, others)))

    await buy('ann', 'lamp', 60)

    const { energy, coins } = (await user('ann'))!
    assert.equal([energy, coins], [3, 40])
  })

  test(`the answer to a purchase is lost: it is bought once (${kind})`, async () => {
    const { given, buy, user, watched } = await town(kind)
    await given({ id: 'ann', energy: 10, coins: 100 })
    watched.twist(lostAfter)

    await buy('ann', 'lamp', 60)

    const { energy, coins } = (await user('ann'))!
    assert.equal([energy, coins], [7, 40])
  })
}

test.run()
