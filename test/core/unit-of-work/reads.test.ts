/** What a unit of work holds of the records it read: one object each, frozen, and as few requests as can be. */
import { inspect } from 'node:util'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { createEngine } from '../../../core/engine.ts'
import { defineModel } from '../../../core/model/model.ts'
import { storeKinds } from '../../support/stores.ts'
import { ann, bob, type DraftPlayer, failsWith, put, world } from './world.ts'

for (const kind of storeKinds) {
  test(`one record is one object, however it is asked for (${kind})`, async () => {
    const { unitOfWork, Player, given, watched } = await world(kind)
    await given()
    await unitOfWork.run(async (work) => {
      const [first, second] = await Promise.all([work.get(Player, ann), work.find(Player, ann)])
      assert.is(first, second)
      assert.is(await work.get(Player, { id: 'ann' }), first)
      assert.is((await work.getMany(Player, [ann, ann]))[1], first)
      await work.run(async (sub) => assert.is(await sub.get(Player, ann), first))
    })
    assert.is(watched.reads.length, 1)
  })

  test(`a record is read-only all the way down (${kind})`, async () => {
    const { unitOfWork, Player, given } = await world(kind)
    await given({ badges: new Set(['a']), log: ['x'] })
    await unitOfWork.run(async (work) => {
      const player = (await work.get(Player, ann)) as DraftPlayer & { unheard?: number }
      const attempts: (() => unknown)[] = [
        () => {
          player.energy = 99
        },
        () => {
          player.home.geo.lat = 99
        },
        () => {
          player.unheard = 1
        },
        () => delete (player as Partial<DraftPlayer>).home,
        () => player.log.push('y'),
        () => player.badges.add('b'),
        () => player.badges.clear(),
        () => Object.setPrototypeOf(player.home, null),
        () => Object.defineProperty(player.scores, 'a', { value: 1 }),
      ]
      for (const attempt of attempts.slice(0, 4))
        assert.throws(attempt, /Records are read-only; change them in a recipe/)
      for (const attempt of attempts) assert.throws(attempt, TypeError)
      const peeked = (await work.peek(Player, ann)) as DraftPlayer
      assert.throws(() => peeked.log.push('y'), TypeError)
    })
  })

  // The first thing that people do with a record. Node prints a proxy's target, which is filled only when somebody looks.
  test(`a record is printed as it is, and printing is no look (${kind})`, async () => {
    const { unitOfWork, Player, given, change } = await world(kind)
    await given({ scores: { swim: 1 } })
    let attempts = 0
    await unitOfWork.run(async (work) => {
      attempts++
      const player = await work.get(Player, ann)
      assert.match(inspect(player.home), /city: 'Bergen'.*geo: { lat: 60.4/s)
      const printed = inspect(player)
      assert.match(printed, /scores: { swim: 1 }/)
      assert.is(inspect(player), printed)
      await change((draft) => {
        draft.home.city = 'Oslo'
      })
      work.change(player, (draft) => {
        draft.energy = 1
      })
    })
    assert.is(attempts, 1)
  })

  test(`gets of one tick travel as one request, of both models (${kind})`, async () => {
    const { unitOfWork, Player, Reward, given, watched } = await world(kind)
    await given()
    await given(bob)
    await unitOfWork.run(async (work) => {
      const later = async () => {
        await null
        return work.get(Player, bob)
      }
      const found = await Promise.all([
        work.get(Player, ann),
        later(),
        work.find(Reward, { player: 'ann', name: 'x' }),
        work.peek(Player, { id: 'nobody' }),
        work.getMany(Player, [ann, bob, { id: 'nobody' }]),
      ])
      assert.is(found[1].id, 'bob')
      assert.is(found[2], undefined)
      assert.is(found[3], undefined)
      assert.equal(
        found[4].map((each) => each?.id),
        ['ann', 'bob', undefined],
      )
    })
    assert.is(watched.reads.length, 1)
    assert.is(watched.reads[0]!.length, 4)
  })

  test(`more keys than one request takes come back in their order (${kind})`, async () => {
    const { unitOfWork, Reward } = await world(kind)
    const names = Array.from({ length: 130 }, (_, i) => `n${i}`)
    await unitOfWork.run(
      (work) => names.slice(0, 60).map((name) => work.create(Reward, { player: 'ann', name })).length,
    )
    const keys = names.map((name) => ({ player: 'ann', name }))
    const found = await unitOfWork.run((work) => work.getMany(Reward, keys))
    assert.equal(
      found.map((each) => each?.name),
      names.map((name, i) => (i < 60 ? name : undefined)),
    )
  })

  test(`a read-only unit of work sends nothing at its end (${kind})`, async () => {
    const { unitOfWork, Player, given, watched } = await world(kind)
    await given()
    const energy = await unitOfWork.run(async (work) => (await work.get(Player, ann)).energy)
    assert.is(energy, 10)
    assert.is(watched.commits.length, 0)
  })

  test(`get throws for an absent record where find gives undefined (${kind})`, async () => {
    const { unitOfWork, Player } = await world(kind)
    await unitOfWork.run(async (work) => {
      assert.is(await work.find(Player, ann), undefined)
      const { payload } = await failsWith(work.get(Player, ann), 'RECORD_NOT_FOUND')
      assert.equal(payload, { model: 'Player', key: { id: 'ann' } })
    })
  })

  test(`get after change gives the changed record, and the old one stays as it was (${kind})`, async () => {
    const { unitOfWork, Player, given } = await world(kind)
    await given()
    await unitOfWork.run(async (work) => {
      const before = await work.get(Player, ann)
      const after = work.change(before, (draft) => void draft.energy--)
      assert.is(after.energy, 9)
      assert.is(before.energy, 10)
      assert.is(await work.get(Player, ann), after)
      assert.is((await work.peek(Player, ann))?.energy, 9)
      // Whichever of the two is held, the change goes on from where the record is.
      assert.is(work.change(before, (draft) => void draft.energy--).energy, 8)
    })
  })
}

test('the same values are seen throughout, whatever others commit meanwhile', async () => {
  const { unitOfWork, Player, given, change } = await world('memory')
  await given()
  await unitOfWork.run(async (work) => {
    const player = await work.get(Player, ann)
    await change(put('energy', 1))
    assert.is(player.energy, 10)
    assert.is((await work.get(Player, ann)).energy, 10)
  })
})

test('a result that is a record, or a list of them, can be used after the end', async () => {
  const { unitOfWork, Player, given } = await world('memory')
  await given()
  const one = await unitOfWork.run((work) => work.get(Player, ann))
  const [first] = await unitOfWork.run((work) => work.getMany(Player, [ann]))
  const inside = await unitOfWork.run(async (work) => ({ player: await work.get(Player, ann) }))
  for (const player of [one, first!, inside.player]) {
    assert.is(player.home.geo.lat, 60.4)
    assert.throws(() => Object.assign(player, { energy: 1 }), TypeError)
  }
})

test('records in objects and maps are plain as well when they are returned, and what has none of them stays the same', async () => {
  const w = await world('memory')
  await w.given()
  const shared = { rates: [1, 2] }
  const { unitOfWork, Player } = w
  const result = await unitOfWork.run(async (work) => {
    const player = await work.get(Player, ann)
    const result = {
      player,
      list: [{ home: player.home }],
      byId: new Map([[player.id, player]]),
      shared,
      get later() {
        return player.id
      },
      self: undefined as unknown,
    }
    result.self = result
    return result
  })
  assert.equal(structuredClone(result.player), await w.player())
  assert.is(structuredClone(result.list)[0]!.home.city, result.player.home.city)
  assert.is(result.byId.get('ann'), result.player)
  assert.ok(Object.isFrozen(result.player) && !Object.isFrozen(result))
  assert.is(result.shared, shared)
  assert.is(result.later, 'ann')

  const endless: unknown[] = []
  endless.push(endless)
  const match = Object.assign(['a'], { index: 0 })
  for (const plain of [shared, endless, match, new Map([[1, shared]]), new Date(), [Number.NaN]]) {
    assert.is(await unitOfWork.run(() => plain as unknown), plain)
  }
})

test('after its end a unit of work refuses everything', async () => {
  const { unitOfWork, Player, given } = await world('memory')
  await given()
  const work = await unitOfWork.run((unit) => unit)
  await failsWith(work.get(Player, ann), 'CLOSED')
  await failsWith((async () => work.create(Player, { ...bob, name: 'Bob' }))(), 'CLOSED')
  await failsWith((async () => work.run(() => {}))(), 'CLOSED')
  await failsWith((async () => work.afterCommit(() => {}))(), 'CLOSED')
})

test('a stored item that does not fit the schema is named', async () => {
  const { unitOfWork, Player, foreign } = await world('memory')
  await foreign({ id: 'ann', name: 7, energy: 'much' })
  const { payload } = await failsWith(
    unitOfWork.run((work) => work.get(Player, ann)),
    'INVALID_RECORD',
  )
  assert.is(payload.stored, true)
  assert.equal(payload.key, { id: 'ann' })
  assert.equal(payload.issues.map(({ path }) => path.join('.')).sort(), ['energy', 'name'])
})

test('a failed read of one record leaves the others of its batch readable', async () => {
  const { unitOfWork, Player, foreign, given } = await world('memory')
  await given()
  await foreign({ id: 'bob' })
  await unitOfWork.run(async (work) => {
    const [good, bad] = await Promise.allSettled([work.get(Player, ann), work.get(Player, bob)])
    assert.is(good.status, 'fulfilled')
    assert.is(bad.status, 'rejected')
    assert.is((await work.get(Player, ann)).name, 'Ann')
  })
})

test('an absent record is named, whatever its key is made of', async () => {
  // JSON knows no bigint, so that the error was a TypeError.
  const Account = defineModel({
    name: 'Account',
    table: 'accounts',
    key: { partition: 'no' },
    schema: t.type({ no: t.bigint }),
  })
  const { unitOfWork } = createEngine({ store: memoryStore(), models: [Account] })
  const no = 2n ** 90n
  const { message } = await failsWith(
    unitOfWork.run((work) => work.get(Account, { no })),
    'RECORD_NOT_FOUND',
  )
  assert.match(message, String(no))
})

test('models and keys that the engine cannot know are refused', async () => {
  const { unitOfWork, Player, Reward } = await world('memory')
  const stranger = (await world('memory')).Player
  await failsWith(
    unitOfWork.run((work) => work.get(stranger, ann)),
    'INVALID_ARGUMENT',
  )
  for (const key of [undefined, null, 'ann', {}, { id: '' }, { id: 7 }, { id: 'ann', energy: 1 }]) {
    await failsWith(
      unitOfWork.run((work) => work.find(Player, key as never)),
      'INVALID_ARGUMENT',
    )
  }
  await failsWith(
    unitOfWork.run((work) => work.find(Reward, { player: 'ann' } as never)),
    'INVALID_ARGUMENT',
  )
})

test.run()
