/**
 * What each action of a plan does, and that a plan is applied as a whole or not at all.
 *
 * @module
 */
import { absent, all, equals, exists } from '../../core/expression/condition.ts'
import { addToSet, increment, set } from '../../core/expression/update.ts'
import {
  type Cases,
  check,
  expectCommitted,
  expectConflict,
  expectInvalid,
  newId,
  put,
  remove,
  update,
} from './bench.ts'
import { expect, expectEqual } from './expect.ts'

export const commit: Cases = {
  'puts a new item': async ({ commit, look, table }) => {
    const name = await table()
    expectCommitted(await commit(put(name, { id: 'a', n: 1 }, absent(['id']))))
    expectEqual(await look(name, 'a'), { id: 'a', n: 1 }, 'item')
  },
  'puts an item in the place of another': async ({ commit, look, seed, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a', old: true }])
    expectCommitted(await commit(put(name, { id: 'a', n: 1 })))
    expectEqual(await look(name, 'a'), { id: 'a', n: 1 }, 'item')
  },
  'updates an item and leaves the rest of it': async ({ commit, look, seed, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a', n: 1, text: 'kept' }])
    expectCommitted(await commit(update(name, 'a', [set(['n'], 2)], exists(['id']))))
    expectEqual(await look(name, 'a'), { id: 'a', n: 2, text: 'kept' }, 'item')
  },
  'makes the item that an update does not find': async ({ commit, look, table }) => {
    const name = await table()
    expectCommitted(await commit(update(name, 'a', [set(['n'], 2)])))
    expectEqual(await look(name, 'a'), { id: 'a', n: 2 }, 'item')
    expectCommitted(await commit(update(name, 'b', [])))
    expectEqual(await look(name, 'b'), { id: 'b' }, 'item of an empty update')
  },
  'deletes an item, also one that is not there': async ({ commit, look, seed, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a' }])
    expectCommitted(await commit(remove(name, 'a', exists(['id']))))
    expectEqual(await look(name, 'a'), undefined, 'item')
    expectCommitted(await commit(remove(name, 'a')))
  },
  'checks without writing': async ({ commit, look, seed, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a', n: 1 }])
    expectCommitted(await commit(check(name, 'a', equals(['n'], 1)), check(name, 'b', absent(['id']))))
    expectCommitted(await commit(check(name, 'a', all([]))))
    expectEqual(await look(name, 'a'), { id: 'a', n: 1 }, 'item')
    expectEqual(await look(name, 'b'), undefined, 'absent item')
  },
  'answers a failed condition with the present item': async ({ commit, look, seed, table }) => {
    const name = await table()
    const present = { id: 'a', n: 1, deep: { list: ['x', { y: null }] } }
    await seed(name, [present])
    const never = equals(['n'], 2)
    expectConflict(await commit(put(name, { id: 'a' }, never)), [[0, present]], 'put')
    expectConflict(await commit(update(name, 'a', [set(['n'], 3)], never)), [[0, present]], 'update')
    expectConflict(await commit(remove(name, 'a', never)), [[0, present]], 'delete')
    expectConflict(await commit(check(name, 'a', never)), [[0, present]], 'check')
    expectEqual(await look(name, 'a'), present, 'item afterwards')
  },
  'answers a failed condition on an absent item with undefined': async ({ commit, look, table }) => {
    const name = await table()
    const there = exists(['id'])
    expectConflict(await commit(put(name, { id: 'a' }, there)), [[0, undefined]], 'put')
    expectConflict(await commit(update(name, 'a', [set(['n'], 3)], there)), [[0, undefined]], 'update')
    expectConflict(await commit(remove(name, 'a', there)), [[0, undefined]], 'delete')
    expectConflict(await commit(check(name, 'a', there)), [[0, undefined]], 'check')
    expectEqual(await look(name, 'a'), undefined, 'item afterwards')
  },
  'applies all actions of a plan, on several tables': async ({ commit, look, seed, table }) => {
    const [one, two] = [await table(), await table()]
    await seed(one, [{ id: 'updated', n: 1 }, { id: 'deleted' }, { id: 'checked', n: 1 }])
    const outcome = await commit(
      put(two, { id: 'put' }, absent(['id'])),
      update(one, 'updated', [increment(['n'], 4)], equals(['n'], 1)),
      remove(one, 'deleted', exists(['id'])),
      check(one, 'checked', equals(['n'], 1)),
    )
    expectCommitted(outcome)
    expectEqual(await look(two, 'put'), { id: 'put' }, 'put')
    expectEqual(await look(one, 'updated'), { id: 'updated', n: 5 }, 'updated')
    expectEqual(await look(one, 'deleted'), undefined, 'deleted')
    expectEqual(await look(one, 'checked'), { id: 'checked', n: 1 }, 'checked')
  },
  'applies nothing when one condition fails, and lists every failure': async ({ commit, look, seed, table }) => {
    const name = await table()
    await seed(name, [
      { id: 'a', n: 1 },
      { id: 'b', n: 2 },
    ])
    const outcome = await commit(
      update(name, 'a', [set(['n'], 9)], equals(['n'], 1)),
      put(name, { id: 'b', n: 9 }, equals(['n'], 1)),
      put(name, { id: 'c' }, absent(['id'])),
      remove(name, 'd', exists(['id'])),
    )
    expectConflict(outcome, [
      [1, { id: 'b', n: 2 }],
      [3, undefined],
    ])
    expectEqual(await look(name, 'a'), { id: 'a', n: 1 }, 'a')
    expectEqual(await look(name, 'b'), { id: 'b', n: 2 }, 'b')
    expectEqual(await look(name, 'c'), undefined, 'c')
  },
  'applies nothing when one check fails': async ({ commit, look, table }) => {
    const name = await table()
    const outcome = await commit(put(name, { id: 'a' }), check(name, 'b', exists(['id'])))
    expectConflict(outcome, [[1, undefined]])
    expectEqual(await look(name, 'a'), undefined, 'item')
  },
  'gives frozen items with a conflict': async ({ commit, seed, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a', deep: { n: 1 } }])
    const outcome = await commit(remove(name, 'a', absent(['id'])))
    const present = outcome.kind === 'conflict' ? outcome.failures[0]?.present : undefined
    expect(present !== undefined && Object.isFrozen(present), 'Expected the item to be frozen')
    expect(Object.isFrozen(present?.['deep']), 'Expected the item to be frozen deeply')
  },
  'refuses two actions on one item': async ({ commit, look, table }) => {
    const name = await table()
    expectInvalid(await commit(put(name, { id: 'a' }), check(name, 'b', absent(['id'])), remove(name, 'a')))
    expectEqual(await look(name, 'a'), undefined, 'item')
  },
  'refuses a plan without actions': async ({ commit }) => {
    expectInvalid(await commit())
  },
  'applies a plan of several actions once, however often it is sent': async ({ look, seed, store, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a', n: 0 }])
    const plan = { id: newId(), actions: [update(name, 'a', [increment(['n'], 1)]), put(name, { id: 'b' })] }
    expectCommitted(await store.commit(plan), 'first')
    expectCommitted(await store.commit(plan), 'second')
    expectCommitted(await store.commit(structuredClone(plan)), 'equal copy')
    expectEqual(await look(name, 'a'), { id: 'a', n: 1 }, 'item')
  },
  'applies a repeated plan once, also where an action of it changes nothing': async ({ look, store, seed, table }) => {
    const name = await table()
    await seed(name, [{ id: 'a', n: 0 }])
    const idle = addToSet(['tags'], new Set())
    const plan = { id: newId(), actions: [update(name, 'a', [idle, increment(['n'], 1)]), put(name, { id: 'b' })] }
    expectCommitted(await store.commit(plan), 'first')
    expectCommitted(await store.commit(plan), 'second')
    expectEqual(await look(name, 'a'), { id: 'a', n: 1 }, 'item')
  },
  'answers a repeated plan as committed even if its conditions fail by now': async ({ store, table }) => {
    const name = await table()
    const actions = [put(name, { id: 'a' }, absent(['id'])), put(name, { id: 'b' }, absent(['id']))]
    const plan = { id: newId(), actions }
    expectCommitted(await store.commit(plan), 'first')
    expectCommitted(await store.commit(plan), 'second')
  },
  'refuses another plan under the id of a committed one': async ({ look, store, table }) => {
    const name = await table()
    const id = newId()
    expectCommitted(await store.commit({ id, actions: [put(name, { id: 'a' }), put(name, { id: 'b' })] }))
    expectInvalid(await store.commit({ id, actions: [put(name, { id: 'a', n: 1 }), put(name, { id: 'b' })] }))
    expectEqual(await look(name, 'a'), { id: 'a' }, 'item')
  },
  'applies a plan that conflicted before, once it fits': async ({ commit, store, table }) => {
    const name = await table()
    const there = exists(['id'])
    const plan = { id: newId(), actions: [check(name, 'a', there), put(name, { id: 'b' })] }
    expectConflict(await store.commit(plan), [[0, undefined]])
    expectCommitted(await commit(put(name, { id: 'a' })))
    // Some stores remember the first answer for a while; none may claim to have written what it did not.
    const outcome = await store.commit({ ...plan, id: newId() })
    expectCommitted(outcome)
  },
}
