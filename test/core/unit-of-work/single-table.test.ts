// biome-ignore-all lint/suspicious/noTemplateCurlyInString: key templates

import * as t from 'io-ts'
/** Several models in one table, told apart by templates of keys and a type attribute. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createEngine } from '../../../core/engine.ts'
import { all } from '../../../core/expression/condition.ts'
import { defineModel } from '../../../core/model/model.ts'
import type { UnitOfWork } from '../../../core/unit-of-work/unit-of-work.ts'
import { openStore, type StoreKind, storeKinds, tablePrefix } from '../../support/stores.ts'
import { watchedStore } from '../../support/watched-store.ts'
import { failsWith, hurried } from './world.ts'

async function shop(kind: StoreKind) {
  const table = `${tablePrefix()}-app`
  const User = defineModel({
    name: 'User',
    table,
    key: { partition: { attribute: 'pk', template: 'USER#${id}' }, sort: { attribute: 'sk', template: 'PROFILE' } },
    schema: t.type({ id: t.string, name: t.string, credit: t.number }),
    defaults: { credit: 0 },
  })
  const Order = defineModel({
    name: 'Order',
    table,
    key: {
      partition: { attribute: 'pk', template: 'USER#${user}' },
      sort: { attribute: 'sk', template: 'ORDER#${no}' },
    },
    schema: t.type({ user: t.string, no: t.number, total: t.number, open: t.boolean }),
  })
  /** The same keys as orders. */
  const Note = defineModel({
    name: 'Note',
    table,
    key: {
      partition: { attribute: 'pk', template: 'USER#${user}' },
      sort: { attribute: 'sk', template: 'ORDER#${no}' },
    },
    schema: t.type({ user: t.string, no: t.number, total: t.number }),
  })
  const store = openStore(kind)
  const watched = watchedStore(store)
  const engine = createEngine({ store: watched, models: [User, Order, Note], environment: hurried(77) })
  await engine.tables.create()
  const at = async (pk: string, sk: string) => (await store.read([{ table, key: { pk, sk } }], { consistent: true }))[0]
  return { User, Order, Note, table, store, watched, unitOfWork: engine.unitOfWork, at }
}

for (const kind of storeKinds) {
  test(`records of several models are read, made and changed in one table (${kind})`, async () => {
    const w = await shop(kind)
    await w.unitOfWork.run((work) => {
      work.create(w.User, { id: 'ann', name: 'Ann' })
      work.create(w.Order, { user: 'ann', no: 7, total: 20, open: true })
    })
    assert.is(w.watched.onlyCommit().length, 2)
    const item = (await w.at('USER#ann', 'ORDER#7'))!
    assert.equal([item['_t'], item['total'], item['user'], item['no']], ['Order', 20, 'ann', 7])

    await w.unitOfWork.run(async (work) => {
      const [user, order] = await Promise.all([
        work.get(w.User, { id: 'ann' }),
        work.get(w.Order, { user: 'ann', no: 7 }),
      ])
      assert.equal(Object.keys(order).sort(), ['no', 'open', 'total', 'user'])
      work.change(user, (draft) => {
        draft.credit -= order.total
      })
      work.change(order, (draft) => {
        draft.open = false
      })
    })
    assert.is((await w.at('USER#ann', 'PROFILE'))!['credit'], -20)
    assert.is((await w.at('USER#ann', 'ORDER#7'))!['open'], false)
  })

  test(`another model's record under the key is never taken for one's own (${kind})`, async () => {
    const w = await shop(kind)
    const key = { user: 'ann', no: 7 }
    await w.unitOfWork.run((work) => work.create(w.Note, { ...key, total: 1 }))
    const before = await w.at('USER#ann', 'ORDER#7')
    const attempts = [
      () => w.unitOfWork.run((work) => work.get(w.Order, key)),
      () => w.unitOfWork.run((work) => work.delete(w.Order, key)),
      () => w.unitOfWork.run((work) => work.blind(w.Order, key, (blind) => blind.increment('total', 1))),
      () => w.unitOfWork.run((work) => work.blind(w.Order, key, (blind) => blind.increment('total', 1, { min: 0 }))),
    ]
    for (const attempt of attempts) {
      const { payload } = await failsWith(attempt(), 'INVALID_RECORD')
      assert.is(payload.stored, true)
      assert.equal(await w.at('USER#ann', 'ORDER#7'), before)
    }
    await failsWith(
      w.unitOfWork
        .run((work) => void work.create(w.Order, { ...key, total: 2, open: true }))
        .catch((error) => {
          assert.ok(['RECORD_EXISTS', 'INVALID_RECORD'].includes(error.code))
          throw error
        }),
      'INVALID_RECORD',
    )
    assert.equal(await w.at('USER#ann', 'ORDER#7'), before)
  })

  test(`nor is it where this unit of work has it as what it is (${kind})`, async () => {
    const w = await shop(kind)
    const key = { user: 'ann', no: 7 }
    await w.unitOfWork.run((work) => work.create(w.Note, { ...key, total: 1 }))
    const before = await w.at('USER#ann', 'ORDER#7')
    const attempts: readonly ((work: UnitOfWork) => unknown)[] = [
      (work) => work.get(w.Order, key),
      (work) => work.run((sub) => sub.find(w.Order, key)),
      (work) => work.delete(w.Order, key),
      (work) => work.blind(w.Order, key, (blind) => blind.increment('total', 1)),
      (work) => work.create(w.Order, { ...key, total: 2, open: true }),
    ]
    for (const attempt of attempts) {
      const failing = w.unitOfWork.run(async (work) => {
        await work.get(w.Note, key)
        await attempt(work)
      })
      const { message } = await failsWith(failing, 'INVALID_RECORD')
      assert.match(message, /^Order .*there is a record of Note under this key/)
      assert.equal(await w.at('USER#ann', 'ORDER#7'), before)
    }
    const both = w.unitOfWork.run((work) => Promise.all([work.get(w.Note, key), work.get(w.Order, key)]))
    await failsWith(both, 'INVALID_RECORD')
  })

  test(`the key of a record that is absent, or was deleted, is free for another model's (${kind})`, async () => {
    const w = await shop(kind)
    const key = { user: 'ann', no: 7 }
    await w.unitOfWork.run(async (work) => {
      assert.is(await work.find(w.Order, key), undefined)
      assert.is(await work.find(w.Note, key), undefined)
      work.create(w.Note, { ...key, total: 1 })
    })
    await w.unitOfWork.run('grow', async (work) => {
      work.delete(await work.get(w.Note, key))
      work.create(w.Order, { ...key, total: 2, open: true })
    })
    assert.is((await w.at('USER#ann', 'ORDER#7'))!['_t'], 'Order')
  })

  test(`an item of another program without the type is readable and changeable, blindly too (${kind})`, async () => {
    const w = await shop(kind)
    const key = { pk: 'USER#ann', sk: 'ORDER#7' }
    const item = { ...key, user: 'ann', no: 7, total: 5, open: true, extra: 'kept' }
    await w.store.commit({ id: 'x', actions: [{ kind: 'put', table: w.table, key, item, condition: all([]) }] })
    await w.unitOfWork.run((work) =>
      work.blind(w.Order, { user: 'ann', no: 7 }, (blind) => blind.increment('total', 1)),
    )
    await w.unitOfWork.run(async (work) => {
      work.change(await work.get(w.Order, { user: 'ann', no: 7 }), (draft) => {
        draft.total *= 2
      })
    })
    const after = (await w.at('USER#ann', 'ORDER#7'))!
    assert.equal([after['total'], after['extra']], [12, 'kept'])
  })
}

test.run()
