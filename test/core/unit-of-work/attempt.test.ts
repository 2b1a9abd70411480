/** `attempt`: the same as `run`, as a TaskEither that never rejects. */
import * as E from 'fp-ts/lib/Either.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isEngineError } from '../../../core/errors.ts'
import { ann, put, world } from './world.ts'

class TooTired extends Error {}

test('nothing happens before the task is run, and each run is one unit of work', async () => {
  const w = await world('memory')
  await w.given()
  const task = w.unitOfWork.attempt('tire', async (work) => {
    const player = work.change(await work.get(w.Player, ann), (draft) => {
      draft.energy--
    })
    return player.energy
  })
  assert.is((await w.player()).energy, 10)
  assert.equal(await task(), E.right(9))
  assert.equal(await task(), E.right(8))
})

test('Left is the error of the engine', async () => {
  const w = await world('memory')
  const left = await w.unitOfWork.attempt((work) => work.get(w.Player, ann))()
  assert.ok(E.isLeft(left) && isEngineError(left.left, 'RECORD_NOT_FOUND'))
  const wrong = await w.unitOfWork.attempt(() => {}, { maxAttempts: 0 })()
  assert.ok(E.isLeft(wrong) && isEngineError(wrong.left, 'INVALID_ARGUMENT'))
})

test('Left is the very error that the function threw, and nothing was changed', async () => {
  const w = await world('memory')
  await w.given()
  const mine = new TooTired()
  const left = await w.unitOfWork.attempt<void, TooTired>(async (work) => {
    work.change(await work.get(w.Player, ann), put('energy', 0))
    throw mine
  })()
  assert.ok(E.isLeft(left))
  assert.is(left.left, mine)
  assert.is((await w.player()).energy, 10)
})

test('what is thrown and is no Error becomes the cause of one', async () => {
  const w = await world('memory')
  const left = await w.unitOfWork.attempt(() => Promise.reject('text'))()
  assert.ok(E.isLeft(left) && left.left instanceof Error)
  assert.is(left.left.cause, 'text')
})

test('inside a unit of work it is nested', async () => {
  const w = await world('memory')
  await w.given()
  await w.unitOfWork.run('outer', async (work) => {
    const failed = await w.unitOfWork.attempt('inner', async (sub) => {
      sub.change(await sub.get(w.Player, ann), put('energy', 0))
      throw new TooTired()
    })()
    assert.ok(E.isLeft(failed))
    assert.is((await work.get(w.Player, ann)).energy, 10)
    assert.equal(await w.unitOfWork.attempt('inner', (sub) => sub.path)(), E.right(['outer', 'inner']))
  })
})

test.run()
